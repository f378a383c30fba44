//! The comments of recipes in Russian. The programs are the same in both languages: only comments
//! and the words in triple quotes change.

use std::fmt::Write as _;

/// The column at which comments are wrapped.
const WIDTH: usize = 96;

/// A line of a program, with its comment.
#[derive(Debug, PartialEq, Eq)]
enum Line<'l> {
    /// Words in triple quotes on a line of their own.
    Quoted(&'l str),
    /// A comment on a line of its own, maybe with more below.
    Whole(&'l str),
    /// Code, with a comment after it.
    After(&'l str, &'l str),
    /// Code.
    Code,
}

/// The kind of a line.
fn line(text: &str) -> Line<'_> {
    let own = text.trim();
    let quoted = own
        .strip_prefix("\"\"\"")
        .and_then(|rest| rest.strip_suffix("\"\"\""));
    if let Some(words) = quoted {
        return Line::Quoted(words);
    }
    if let Some(words) = own.strip_prefix("# ") {
        return Line::Whole(words);
    }
    match text.split_once("  # ") {
        Some((code, words)) => Line::After(code, words),
        None => Line::Code,
    }
}

/// The same program with its comments in Russian.
pub(super) fn in_russian(program: &str) -> String {
    let mut out = String::with_capacity(program.len());
    let mut lines = program.lines().peekable();
    while let Some(text) = lines.next() {
        let indent = indent_of(text);
        match line(text) {
            Line::Quoted(words) => put(&mut out, format_args!("{indent}\"\"\"{}\"\"\"", of(words))),
            Line::After(code, words) => put(&mut out, format_args!("{code}  # {}", of(words))),
            Line::Code => put(&mut out, format_args!("{text}")),
            Line::Whole(first) => {
                let mut words = first.to_owned();
                while let Some(more) =
                    lines.next_if(|next| indent_of(next) == indent && below(next))
                {
                    words.push(' ');
                    words.push_str(more.trim().trim_start_matches("# "));
                }
                for words in broken(of(&words), WIDTH.saturating_sub(indent.len())) {
                    put(&mut out, format_args!("{indent}# {words}"));
                }
            }
        }
    }
    out
}

fn below(text: &str) -> bool {
    matches!(line(text), Line::Whole(_))
}

fn indent_of(text: &str) -> &str {
    let own = text.trim_start();
    text.strip_suffix(own).unwrap_or("")
}

fn put(out: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let written = writeln!(out, "{line}");
    debug_assert!(written.is_ok(), "a string takes what is written to it");
}

/// Wraps words to lines of at most `width` characters.
fn broken(words: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in words.split(' ') {
        let size = |text: &str| text.chars().count();
        match lines.last_mut() {
            Some(last) if size(last).saturating_add(size(word)) < width => {
                last.push(' ');
                last.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}

/// The Russian for these words; addresses and commands stay as they are.
fn of(english: &str) -> &str {
    let known = RUSSIAN.iter().find(|(words, _)| *words == english);
    known.map_or(english, |(_, russian)| russian)
}

#[rustfmt::skip]
const RUSSIAN: &[(&str, &str)] = &[
    // pay_by_page.py
    ("Take 1,000 roubles on the payment page.",
     "Принять 1000 рублей на странице оплаты."),
    ("Deliver when the notification payment.succeeded has come, or after asking:",
     "Отдавайте заказ, когда придёт уведомление payment.succeeded, или спросите сами:"),
    // widget.py
    ("Take a payment in the widget, on a page of your own.",
     "Принять платёж в виджете, на своей странице."),
    ("The page of the order. The form appears in the element that `render` names.",
     "Страница заказа. Форма появится в элементе, который назван в `render`."),
    ("The page is not proof of anything: deliver when the notification payment.succeeded has come.",
     "Странице верить нельзя: отдавайте заказ, когда придёт уведомление payment.succeeded."),
    // card_form.py
    ("Take a card in a form of your own, with Checkout.js.",
     "Принять карту в своей форме, с помощью Checkout.js."),
    ("The script turns the card into a token; the number never comes to your server.",
     "Скрипт меняет карту на токен: номер карты на ваш сервер не попадает."),
    ("What /pay does with the token: it pays once, within an hour.",
     "Что делает /pay с токеном: платить им можно один раз, в течение часа."),
    ("The bank wants to ask the card's owner (3-D Secure).",
     "Банк хочет спросить владельца карты (3-D Secure)."),
    // two_stages.sh
    ("Hold 1,000 roubles, take 600 of them when the goods are sent.",
     "Удержать 1000 рублей и списать из них 600, когда товар отправлен."),
    ("The rest goes back to the buyer at once.",
     "Остаток сразу вернётся покупателю."),
    // refund.py and others
    ("Give a part of the money back.",
     "Вернуть часть денег."),
    ("The buyer pays. In a test shop one request does it:",
     "Покупатель платит. В тестовом магазине это делает один запрос:"),
    // refused.py
    ("See how your shop takes a payment that the bank refuses, and one that comes true.",
     "Проверить, как ваш магазин переживёт отказ банка и как примет оплату."),
    ("The buyer turns back at the bank's page. On the page a refusal may be tried again.",
     "Покупатель отказался на странице банка. После отказа он может попробовать ещё раз."),
    // saved_method.py
    ("Save a card with the first payment and charge it every month without the buyer.",
     "Сохранить карту при первом платеже и списывать с неё каждый месяц без покупателя."),
    ("A month later: no page and no buyer, the answer is final.",
     "Через месяц: ни страницы, ни покупателя, ответ окончательный."),
    ("With permission_revoked the buyer has withdrawn the consent: do not charge again.",
     "permission_revoked — покупатель отозвал согласие: больше не списывайте."),
    // invoice.py
    ("Send an invoice and see whether it is paid.",
     "Выставить счёт и узнать, оплачен ли он."),
    ("The items, with their discounts, add up to the payment's amount.",
     "Позиции с учётом скидок дают сумму платежа."),
    ("The notification payment.succeeded names the invoice in invoice_details; or ask:",
     "Уведомление payment.succeeded называет счёт в invoice_details; или спросите сами:"),
    // pos_link.py
    ("Take a payment at a till: the buyer scans the code of a plate and pays through SBP.",
     "Принять платёж на кассе: покупатель сканирует код на табличке и платит по СБП."),
    ("Once for each plate: the link is what its code says, the gateway is the till that it stands \
      at.",
     "Один раз для каждой таблички: link — ссылка из её кода, gateway_id — касса, где она стоит."),
    ("For each sale: whoever scans the code within 20 minutes sees this sum.",
     "Для каждой продажи: кто отсканирует код в течение 20 минут, увидит эту сумму."),
    // statement.py
    ("Have an overview of the payment mailed to the buyer.",
     "Отправить покупателю справку о платеже по почте."),
    ("The letter leaves once the payment by card, SberPay or SBP has succeeded.",
     "Письмо уйдёт, когда платёж картой, через SberPay или СБП будет успешным."),
    // receipt.py
    ("Sell two books with a receipt for the tax service (54-FZ), and give one of them back.",
     "Продать две книги с чеком по 54-ФЗ и вернуть деньги за одну из них."),
    ("of one", "за одну"),
    ("without VAT", "без НДС"),
    ("Looks again until the register has answered. A shop waits for the notification instead.",
     "Спрашивает, пока не ответит онлайн-касса. Магазину лучше дождаться уведомления."),
    ("The items add up to the payment.",
     "Позиции в сумме дают платёж."),
    // split.py
    ("Share a payment out between a partner's shop and the platform that brought the buyer.",
     "Разделить платёж между магазином партнёра и платформой, которая привела покупателя."),
    ("from: altyn shop create --platform …",
     "его создаёт altyn shop create --platform …"),
    ("All of it is the partner's, less 100 roubles that the platform keeps.",
     "Всё получает партнёр, кроме 100 рублей — это комиссия платформы."),
    ("The buyer sends a part back. The partner gives it, and the platform what it kept of it.",
     "Покупатель возвращает часть. Деньги отдаёт партнёр, а платформа — свою комиссию с неё."),
    // deal.py
    ("Hold a buyer's money in a safe deal until the seller has been paid.",
     "Хранить деньги покупателя на безопасной сделке, пока продавец не получит выплату."),
    ("Of 1,000.00 the seller gets 800.00; the rest is the platform's, less the commission.",
     "Из 1000,00 продавец получит 800,00; остальное — площадке, за вычетом комиссии."),
    ("The goods have arrived: the seller gets the money. For a card, send the `payout_token` that \
      the payout widget gave instead of the destination.",
     "Товар получен — продавец получает деньги. Чтобы платить на карту, вместо данных получателя \
      передайте `payout_token` из виджета выплат."),
    // payout.py
    ("Pay a courier through SBP, from the balance of a payout gateway.",
     "Заплатить курьеру через СБП с баланса шлюза выплат."),
    ("A payout gateway has an id and a key of its own: `altyn gateway create` shows them.",
     "У шлюза выплат свой идентификатор и свой ключ: их покажет `altyn gateway create`."),
    ("The courier chooses a bank by its name.",
     "Курьер выбирает банк по названию."),
    ("`pending` has no end yet: ask again, or wait for payout.succeeded or payout.canceled.",
     "`pending` — ещё не конец: спросите снова или дождитесь payout.succeeded и payout.canceled."),
    // payout_widget.py
    ("Learn the card of somebody you pay, in the payout widget, and pay to it.",
     "Узнать карту получателя в виджете выплат и заплатить на неё."),
    ("The page on which a courier types the number of a card. You get a token that stands for it.",
     "Страница, где курьер вводит номер карты. Вы получите токен — синоним карты."),
    ("Keep the token beside the courier: it pays any number of times.",
     "Храните токен рядом с данными курьера: платить на него можно много раз."),
    // partner.py
    ("Work in a shop that has granted your application access (OAuth).",
     "Работать в магазине, который дал доступ вашему приложению (OAuth)."),
    ("An application has an id and a secret of its own: `altyn app create` shows them.",
     "У приложения свой идентификатор и свой секрет: их покажет `altyn app create`."),
    ("The merchant comes back to your callback with `code` and `state`. Compare the state with \
      yours; the code is good for five minutes, once.",
     "Продавец вернётся на ваш адрес с `code` и `state`. Сравните state со своим; код действует \
      пять минут и один раз."),
    ("From now on the token stands in the place of the shop's key.",
     "Дальше токен заменяет ключ магазина."),
    ("Whoever needs the access no longer gives it back; its webhooks end with it.",
     "Доступ больше не нужен — верните его; вебхуки прекратятся вместе с ним."),
    // webhook_signature.py
    ("Check that a notification is Altyn's (Standard Webhooks).",
     "Проверить, что уведомление от Altyn (Standard Webhooks)."),
    ("`secret` is what `altyn shop webhook add` showed, `headers` have lower-case names.",
     "`secret` показала команда `altyn shop webhook add`, имена в `headers` — строчными буквами."),
    ("Too old: somebody repeats what was overheard.",
     "Слишком старое: кто-то повторяет подслушанное."),
    ("What arrives, as it arrives:",
     "Что приходит — в том виде, в каком приходит:"),
    // next_week.py
    ("See what happens when a buyer's money is held for too long, without waiting a week.",
     "Узнать, что будет, если держать деньги слишком долго, — и не ждать неделю."),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Line, RUSSIAN, in_russian, indent_of, line};
    use crate::recipe::RECIPES;

    /// The program without any comments and quoted words.
    fn bare(program: &str) -> String {
        let kept = program.lines().filter_map(|text| match line(text) {
            Line::Quoted(_) => Some(format!("{}\"\"\"", indent_of(text))),
            Line::Whole(_) => None,
            Line::After(code, _) => Some(code.to_owned()),
            Line::Code => Some(text.to_owned()),
        });
        kept.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn programs_are_the_same_in_both_languages() {
        for recipe in RECIPES {
            let russian = in_russian(recipe.program);
            assert_eq!(bare(&russian), bare(recipe.program), "{}", recipe.name);
            for text in russian.lines() {
                assert!(text.chars().count() <= 100, "{}: {text}", recipe.name);
            }
        }
    }

    #[test]
    fn every_comment_is_said_in_russian() {
        let mut said = String::new();
        for recipe in RECIPES {
            let russian = in_russian(recipe.program);
            for text in russian.lines() {
                let words = match line(text) {
                    Line::Quoted(words) | Line::Whole(words) | Line::After(_, words) => words,
                    Line::Code => continue,
                };
                let spoken = words.chars().any(|c| ('а'..='я').contains(&c));
                let address = words.starts_with("https://");
                assert!(spoken || address, "{}: {words}", recipe.name);
            }
            said.push_str(&russian.replace("\n# ", " ").replace(['\n', '#'], ""));
        }
        let spaces = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let said = spaces(&said);
        for (_, russian) in RUSSIAN {
            assert!(said.contains(&spaces(russian)), "nothing says {russian}");
        }
        let unique: BTreeSet<&str> = RUSSIAN.iter().map(|(english, _)| *english).collect();
        assert_eq!(unique.len(), RUSSIAN.len(), "an entry stands twice");
    }

    #[test]
    fn a_long_comment_is_broken_where_it_fits() {
        let program = "x = 1\n    # Give a part\n    # of the money back.\ny  # of one\n";
        let expected = "x = 1\n    # Вернуть часть денег.\ny  # за одну\n";
        assert_eq!(in_russian(program), expected);
    }
}
