//! Conversations with a server on this machine that does as it is told.

use std::sync::{Arc, Mutex};

use domain::message::Email;
use domain::payment::Locale;
use domain::{IdSeed, MessageId, Timestamp};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, AsyncWriteExt, BufStream};
use tokio::net::TcpListener;

use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

/// What the server does at a step of the conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    /// Says this.
    Says(&'static str),
    /// Closes the connection.
    Drops,
    /// Says nothing and keeps the line open.
    Waits,
}

use Does::{Drops, Says, Waits};

/// A server's part in the conversation; the steps are named by the command that they answer.
#[derive(Clone, Copy, Debug)]
struct Script {
    greeting: Does,
    hello: Does,
    login: Does,
    sender: Does,
    receiver: Does,
    data: Does,
    /// After the last line of the mail.
    end: Does,
    goodbye: Does,
}

const GOOD: Script = Script {
    greeting: Says("220 mail.test"),
    hello: Says("250-mail.test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN"),
    login: Says("235 welcome"),
    sender: Says("250 ok"),
    receiver: Says("250 ok"),
    data: Says("354 go on"),
    end: Says("250 2.0.0 queued as 4711"),
    goodbye: Says("221 bye"),
};

/// What the server heard.
#[derive(Clone, Debug, Default)]
struct Heard {
    commands: Arc<Mutex<Vec<String>>>,
    mails: Arc<Mutex<Vec<String>>>,
}

impl Heard {
    fn commands(&self) -> Vec<String> {
        self.commands.lock().unwrap().clone()
    }

    fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }
}

/// Says its line. Returns whether the conversation is over.
async fn does(stream: &mut (impl AsyncWrite + Unpin), step: Does) -> bool {
    match step {
        Says(line) => {
            stream
                .write_all(format!("{line}\r\n").as_bytes())
                .await
                .unwrap();
            stream.flush().await.unwrap();
            line.starts_with("421")
        }
        Drops => true,
        Waits => std::future::pending().await,
    }
}

async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, script: Script, heard: Heard) {
    let mut stream = BufStream::new(stream);
    if does(&mut stream, script.greeting).await {
        return;
    }
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.unwrap_or(0) == 0 {
            return;
        }
        heard
            .commands
            .lock()
            .unwrap()
            .push(line.trim_end().to_owned());
        let step = match line.get(..4).unwrap_or("") {
            "EHLO" => script.hello,
            "AUTH" => script.login,
            "MAIL" => script.sender,
            "RCPT" => script.receiver,
            "DATA" => script.data,
            "QUIT" => script.goodbye,
            _ => Says("502 what?"),
        };
        if does(&mut stream, step).await {
            return;
        }
        if line.starts_with("DATA") && script.data == GOOD.data {
            let mut mail = String::new();
            while !mail.ends_with("\r\n.\r\n") {
                if stream.read_line(&mut mail).await.unwrap_or(0) == 0 {
                    return;
                }
            }
            heard.mails.lock().unwrap().push(mail);
            if does(&mut stream, script.end).await {
                return;
            }
        }
    }
}

/// A server that has this conversation with everyone.
async fn server(script: Script) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = Heard::default();
    let ears = heard.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(talk(stream, script, ears.clone()));
        }
    });
    (port, heard)
}

fn settings(port: u16) -> Settings {
    Settings {
        host: "127.0.0.1".to_owned(),
        port,
        tls: Tls::None,
        certificates: Certificates::Trusted,
        login: None,
        from: "Платежи <pay@altyn.test>".to_owned(),
        time_max: Duration::from_millis(500),
    }
}

fn mail(to: &str) -> Mail {
    Mail {
        id: MessageId::new(IdSeed { at: NOW, random: 7 }),
        to: Email::parse(to).unwrap(),
        locale: Locale::Russian,
        subject: "Оплата".to_owned(),
        text: "Вы заплатили 100 ₽.".to_owned(),
        html: Some("<p>100 ₽</p>".to_owned()),
        written_at: NOW,
    }
}

async fn sent(settings: Settings) -> Outcome {
    SmtpMailer::new(settings)
        .unwrap()
        .send(mail("buyer@shop.test"))
        .await
}

async fn outcome(script: Script) -> Outcome {
    let (port, _) = server(script).await;
    sent(settings(port)).await
}

fn failed(reason: &str) -> Outcome {
    Outcome::Failed {
        reason: reason.to_owned(),
    }
}

fn refused(reason: &str) -> Outcome {
    Outcome::Refused {
        reason: reason.to_owned(),
    }
}

#[tokio::test]
async fn a_mail_is_handed_over_with_an_id_that_a_repetition_has_too() {
    let (port, heard) = server(GOOD).await;
    for _ in 0..2 {
        let answer = "250 2.0.0 queued as 4711".to_owned();
        assert_eq!(sent(settings(port)).await, Outcome::Accepted { answer });
    }
    let commands = heard.commands();
    let (first, second) = commands.split_at(commands.len() / 2);
    assert_eq!(first, second);
    let expected = [
        "EHLO altyn.test",
        "MAIL FROM:<pay@altyn.test>",
        "RCPT TO:<buyer@shop.test>",
        "DATA",
        "QUIT",
    ];
    assert_eq!(first, expected);
    let mails = heard.mails();
    assert_eq!(mails[0], mails[1]);
    let id = format!("Message-ID: <{}@altyn.test>\r\n", mail("a@b.ru").id);
    assert!(mails[0].contains(&id), "{}", mails[0]);
}

#[tokio::test]
async fn a_login_is_given_where_there_is_one() {
    let (port, heard) = server(GOOD).await;
    let login = Login {
        user: "altyn".to_owned(),
        password: Secret::new("s3cret".to_owned()),
    };
    assert!(!format!("{login:?}").contains("s3cret"));
    let login = Some(login);
    let outcome = sent(Settings {
        login,
        ..settings(port)
    })
    .await;
    assert!(matches!(outcome, Outcome::Accepted { .. }), "{outcome:?}");
    // "\0altyn\0s3cret"
    assert_eq!(heard.commands()[1], "AUTH PLAIN AGFsdHluAHMzY3JldA==");
}

#[tokio::test]
async fn what_is_said_to_the_mail_for_good_ends_it() {
    for (script, reason) in [
        (
            Script {
                sender: Says("553 5.7.1 not your address"),
                ..GOOD
            },
            "553 5.7.1 not your address",
        ),
        (
            Script {
                receiver: Says("550-5.1.1 no such user\r\n550 5.1.1 here"),
                ..GOOD
            },
            "550 5.1.1 no such user here",
        ),
        (
            Script {
                data: Says("554 no"),
                ..GOOD
            },
            "554 no",
        ),
        (
            Script {
                end: Says("552 too big"),
                ..GOOD
            },
            "552 too big",
        ),
    ] {
        assert_eq!(outcome(script).await, refused(reason), "{script:?}");
    }
}

/// A good conversation in which one step goes otherwise.
fn but(change: impl FnOnce(&mut Script)) -> Script {
    let mut script = GOOD;
    change(&mut script);
    script
}

#[tokio::test]
async fn what_may_pass_is_tried_again() {
    let broke = "the connection broke";
    let late = "no answer within 500 ms";
    for (script, reason) in [
        (but(|it| it.sender = Says("451 later")), "451 later"),
        (but(|it| it.receiver = Says("450 grey")), "450 grey"),
        (but(|it| it.receiver = Says("421 over")), "421 over"),
        (but(|it| it.end = Says("452 full")), "452 full"),
        (but(|it| it.sender = Says("530 log in")), "530 log in"),
        (but(|it| it.data = Says("503 order")), "503 order"),
        (but(|it| it.greeting = Says("554 not you")), "554 not you"),
        (but(|it| it.hello = Says("550 bad name")), "550 bad name"),
        (but(|it| it.greeting = Drops), broke),
        (but(|it| it.data = Drops), broke),
        (but(|it| it.end = Drops), broke),
        (but(|it| it.end = Waits), late),
        (but(|it| it.greeting = Waits), late),
    ] {
        assert_eq!(outcome(script).await, failed(reason), "{script:?}");
    }
    let nonsense = outcome(but(|it| it.greeting = Says("hello?"))).await;
    assert!(matches!(nonsense, Outcome::Failed { .. }), "{nonsense:?}");
}

#[tokio::test]
async fn a_wrong_password_is_not_the_mails_fault() {
    let (port, heard) = server(Script {
        login: Says("535 5.7.8 wrong"),
        ..GOOD
    })
    .await;
    let login = Some(Login {
        user: "altyn".to_owned(),
        password: Secret::new("s3cret".to_owned()),
    });
    let outcome = sent(Settings {
        login,
        ..settings(port)
    })
    .await;
    assert_eq!(outcome, failed("535 5.7.8 wrong"));
    assert!(heard.mails().is_empty());
}

#[tokio::test]
async fn a_mail_that_was_taken_is_sent_even_if_nobody_says_goodbye() {
    for goodbye in [Drops, Waits, Says("500 what?")] {
        let outcome = outcome(Script { goodbye, ..GOOD }).await;
        assert!(
            matches!(outcome, Outcome::Accepted { .. }),
            "{goodbye:?}: {outcome:?}"
        );
    }
}

#[tokio::test]
async fn nobody_there_is_no_refusal() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    drop(listener);
    let outcome = sent(settings(port)).await;
    assert!(matches!(outcome, Outcome::Failed { .. }), "{outcome:?}");
}

#[tokio::test]
async fn without_starttls_on_the_other_side_nothing_is_said_in_the_clear() {
    let (port, heard) = server(GOOD).await;
    let login = Some(Login {
        user: "altyn".to_owned(),
        password: Secret::new("s3cret".to_owned()),
    });
    let tls = Tls::StartTls;
    let certificates = Certificates::Any;
    let outcome = sent(Settings {
        tls,
        certificates,
        login,
        ..settings(port)
    })
    .await;
    assert!(matches!(outcome, Outcome::Failed { .. }), "{outcome:?}");
    assert_eq!(heard.commands()[0], "EHLO altyn.test");
    assert!(
        heard
            .commands()
            .iter()
            .all(|line| !line.starts_with("AUTH"))
    );
}

#[tokio::test]
async fn an_address_that_the_server_cannot_read_is_refused() {
    let (port, _) = server(GOOD).await;
    let mailer = SmtpMailer::new(settings(port)).unwrap();
    let outcome = mailer.send(mail("иван@shop.test")).await;
    assert!(matches!(outcome, Outcome::Refused { .. }), "{outcome:?}");
}

#[test]
fn a_sender_that_is_none_is_refused() {
    for from in ["", "pay", "pay@", "Pay <pay>"] {
        let settings = Settings {
            from: from.to_owned(),
            ..settings(25)
        };
        assert!(
            matches!(SmtpMailer::new(settings), Err(SetupError::From(..))),
            "{from}"
        );
    }
}
