//! What leaves as a mail, byte for byte.

use domain::message::Email;
use domain::{IdSeed, MessageId, Timestamp};

use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_784_548_800_000_000);

fn mail(to: &str, html: Option<&str>) -> Mail {
    Mail {
        id: MessageId::new(IdSeed { at: NOW, random: 7 }),
        to: Email::kept(to.to_owned()),
        locale: Locale::Russian,
        subject: "Оплата в «Кофе»".to_owned(),
        text: "Вы заплатили 100 ₽.\n.точка\n".to_owned(),
        html: html.map(str::to_owned),
        written_at: NOW,
    }
}

fn from() -> Mailbox {
    "Платежи <pay@altyn.test>".parse().unwrap()
}

fn written(mail: &Mail) -> String {
    String::from_utf8(write(mail, &from()).unwrap().1).unwrap()
}

#[test]
fn a_mail_is_text_and_html_under_the_messages_own_id() {
    let html = "<p>Вы заплатили 100 ₽.</p>";
    insta::assert_snapshot!("both", written(&mail("buyer@shop.test", Some(html))));
}

#[test]
fn a_mail_may_be_text_alone() {
    insta::assert_snapshot!("text", written(&mail("buyer@shop.test", None)));
}

#[test]
fn a_repetition_is_the_same_to_the_byte() {
    let mail = mail("buyer@shop.test", Some("<p>x</p>"));
    assert_eq!(written(&mail), written(&mail));
}

#[test]
fn the_envelope_goes_from_our_address_to_theirs() {
    let (envelope, _) = write(&mail("buyer@shop.test", None), &from()).unwrap();
    assert_eq!(envelope.from().unwrap().to_string(), "pay@altyn.test");
    let to: Vec<String> = envelope.to().iter().map(ToString::to_string).collect();
    assert_eq!(to, ["buyer@shop.test"]);
}

#[test]
fn what_mail_cannot_go_to_is_no_address() {
    let broken = mail("a(b@shop.test", None);
    assert!(matches!(
        write(&broken, &from()),
        Err(LetterError::Address(_))
    ));
}
