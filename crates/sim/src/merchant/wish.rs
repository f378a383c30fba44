//! What the merchant asks for next: sensible mostly, and sometimes not.

use domain::fiscal::Scenario;
use domain::{Duration, Timestamp};
use serde_json::{Value, json};

use super::{CARDS, Known, MADE_AT, Merchant, Request};
use crate::business::{BUYER, By, NO_PHONE, NOBODY, PHONE};
use crate::chance::Chance;

/// Wallets and what they do: paid, and refused by the payer.
const WALLETS: [&str; 3] = ["41001614575714", "41001614575714", "410011788545536"];
/// Phones and what they do: paid, and refused by the network.
const PHONES: [&str; 3] = ["79000000000", "79000000009", "79000000002"];
/// Buyers and what the register does with their receipts.
const BUYERS: [&str; 10] = [
    "buyer", "buyer", "buyer", "buyer", "buyer", "buyer", "late", "late", "failing", "refused",
];

/// Whose request it is, where it goes, and what it says.
type Wish = (By, String, Value);

impl Merchant {
    /// What the merchant does next.
    pub(super) fn next_request(&mut self, now: Timestamp, chance: &mut Chance) -> Option<Request> {
        self.requests += 1;
        let key = format!("key-{}", self.requests);
        let registers = self.business.registers();
        let (by, path, mut body) = match chance.below(100) {
            0..18 => self.about_deals(chance)?,
            45..90 if self.business.trades => self.trade(chance)?,
            18..28 => payout_of_gateway(chance)?,
            28..35 if registers => self.receipt_by_itself(chance)?,
            35..45 => (By::Shop, "/invoices".to_owned(), self.invoice(now, chance)),
            _ => self.about_payments(chance)?,
        };
        if MADE_AT.contains(&path.as_str()) && path != "/receipts" {
            put(&mut body, "metadata", json!({"key": key}));
        }
        Some(Request {
            by,
            path,
            key,
            body,
            sent_at: now,
        })
    }

    /// An invoice, some so short that nobody can pay them in time.
    fn invoice(&self, now: Timestamp, chance: &mut Chance) -> Value {
        let units = 2 + chance.below(1_000);
        let mut data = json!({"amount": amount(units), "capture": chance.happens(500)});
        self.put_receipt(&mut data, units, chance);
        let minutes = *chance.one_of(&[1, 10, 120, 1_440, 4_320]).unwrap_or(&1);
        let whole = json!({"description": "Book", "price": amount(units), "quantity": 1});
        let cart = match chance.happens(700) {
            true => json!([whole]),
            false => json!([
                {
                    "description": "Book", "quantity": "1.000", "price": amount(units),
                    "discount_price": amount(units - 1),
                },
                {"description": "Cover", "quantity": 0.5, "price": amount(2)},
            ]),
        };
        let mut body = json!({
            "payment_data": data, "cart": cart, "expires_at": moment(now, minutes),
        });
        let delivery = match chance.below(10) {
            0 | 1 => None,
            2 => Some(json!({"type": "self"})),
            3..=5 => Some(json!({"type": "email", "email": BUYER})),
            6 => Some(json!({"type": "email", "email": NOBODY})),
            7 => Some(json!({"type": "sms", "phone": NO_PHONE})),
            _ => Some(json!({"type": "sms", "phone": PHONE})),
        };
        if let Some(delivery) = delivery {
            put(&mut body, "delivery_method_data", delivery);
        }
        body
    }

    fn about_payments(&self, chance: &mut Chance) -> Option<Wish> {
        let sensible = chance.happens(800);
        let one = |fits: fn(&Known) -> bool, chance: &mut Chance| {
            let payments = self.payments.iter();
            let fitting = payments.filter(|(_, known)| !sensible || fits(known));
            let fitting: Vec<(&String, &Known)> = fitting.collect();
            chance.one_of(&fitting).copied()
        };
        let held = |known: &Known| known.held;
        let taken = |known: &Known| known.taken;
        let wish = match chance.below(10) {
            0..=4 => None,
            5..=6 => one(held, chance).map(|(id, known)| {
                let body = self.capture(known, chance);
                (format!("/payments/{id}/capture"), body)
            }),
            7 => one(held, chance).map(|(id, _)| (format!("/payments/{id}/cancel"), json!({}))),
            _ => one(taken, chance).map(|(id, known)| {
                let body = self.refund(id, known, chance);
                ("/refunds".to_owned(), body)
            }),
        };
        let (path, body) = match wish {
            Some(wish) => wish,
            None => ("/payments".to_owned(), self.payment(chance)?),
        };
        Some((By::Shop, path, body))
    }

    fn payment(&self, chance: &mut Chance) -> Option<Value> {
        let units = 1 + chance.below(1_000);
        let mut body = json!({
            "amount": amount(units),
            "capture": chance.happens(500),
            "save_payment_method": chance.happens(200),
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/"},
        });
        if chance.happens(300) {
            let delivery = json!({"type": "email", "email": BUYER});
            let overview = json!([{"type": "payment_overview", "delivery_method": delivery}]);
            put(&mut body, "statements", overview);
        }
        let by_token = chance.happens(300);
        match chance.one_of(&self.tokens).filter(|_| by_token) {
            Some(token) => put(&mut body, "payment_token", json!(token)),
            None => {
                let card = json!({
                    "number": chance.one_of(&CARDS)?, "csc": "123",
                    "expiry_month": "12", "expiry_year": "2030",
                });
                let means = json!({"type": "bank_card", "card": card});
                put(&mut body, "payment_method_data", means);
            }
        }
        let (in_deal, split) = (chance.happens(400), chance.happens(400));
        if let Some(deal) = chance.one_of(&self.deals).filter(|_| in_deal) {
            let part = payout(1 + chance.below(units));
            put(&mut body, "deal", json!({"id": deal, "settlements": part}));
        } else if split && !self.business.partners.is_empty() {
            put(&mut body, "transfers", self.parts(units, chance));
        } else {
            self.put_receipt(&mut body, units, chance);
        }
        Some(body)
    }

    fn capture(&self, known: &Known, chance: &mut Chance) -> Value {
        let whole = chance.happens(500);
        let units = if whole {
            known.units
        } else {
            1 + chance.below(known.units)
        };
        let mut body = match whole && chance.happens(500) {
            true => json!({}),
            false => json!({"amount": amount(units)}),
        };
        if known.in_deal && chance.happens(700) {
            let part = payout(1 + chance.below(units));
            put(&mut body, "deal", json!({"settlements": part}));
        }
        if known.split && !whole {
            put(&mut body, "transfers", self.parts(units, chance));
        }
        if !known.in_deal && !known.split && (!whole || chance.happens(300)) {
            self.put_receipt(&mut body, units, chance);
        }
        body
    }

    fn refund(&self, id: &str, known: &Known, chance: &mut Chance) -> Value {
        let whole = chance.happens(400);
        let units = if whole {
            known.units
        } else {
            1 + chance.below(known.units)
        };
        let mut body = json!({"payment_id": id, "amount": amount(units)});
        if known.in_deal {
            let part = match chance.happens(500) {
                true => units,
                false => chance.below(units),
            };
            put(
                &mut body,
                "deal",
                json!({"refund_settlements": payout(part)}),
            );
        } else if known.split {
            let partner = chance.one_of(&self.business.partners).filter(|_| !whole);
            if let Some(partner) = partner {
                let account = partner.id.to_string();
                let source = json!([{"account_id": account, "amount": amount(units)}]);
                put(&mut body, "sources", source);
            }
        } else if !whole || chance.happens(300) {
            self.put_receipt(&mut body, units, chance);
        }
        body
    }

    /// Who gets what of a payment; the platform may take some of each part.
    fn parts(&self, units: u64, chance: &mut Chance) -> Value {
        let mut parts = Vec::new();
        let mut rest = units;
        let partners = &self.business.partners;
        for (index, partner) in partners.iter().enumerate() {
            let last = index + 1 == partners.len();
            let part = if last { rest } else { chance.below(rest + 1) };
            rest -= part;
            if part == 0 {
                continue;
            }
            let mut item = json!({"account_id": partner.id.to_string(), "amount": amount(part)});
            if part > 1 && chance.happens(400) {
                put(
                    &mut item,
                    "platform_fee_amount",
                    amount(1 + chance.below(part / 2)),
                );
            }
            parts.push(item);
        }
        Value::Array(parts)
    }

    /// The receipt that most requests of a shop with a register carry.
    fn put_receipt(&self, body: &mut Value, units: u64, chance: &mut Chance) {
        let often = match self.business.scenario {
            None => 0,
            Some(Scenario::Together | Scenario::ReceiptFirst) => 930,
            Some(Scenario::Separate) => 400,
        };
        if chance.happens(often) {
            put(body, "receipt", receipt(units, chance));
        }
    }

    /// A receipt of a request of its own, for the shop or for a partner who has a part.
    fn receipt_by_itself(&self, chance: &mut Chance) -> Option<Wish> {
        let for_partner = self.business.scenario.is_none() || chance.happens(400);
        let partner = chance.one_of(&self.business.partners);
        let partner = partner.filter(|_| for_partner);
        let sensible = partner.is_none() || chance.happens(100);
        let payments = self.payments.iter();
        let payments = payments.filter(|(_, known)| sensible || known.split);
        let payments: Vec<&String> = payments.map(|(id, _)| id).collect();
        let payment = chance.one_of(&payments).copied();
        let refund = chance.one_of(&self.refunds).filter(|_| chance.happens(300));
        let (kind, member, id) = match refund {
            Some(refund) => ("refund", "refund_id", refund),
            None if chance.happens(800) => ("payment", "payment_id", payment?),
            None => ("refund", "payment_id", payment?),
        };
        let units = 1 + chance.below(1_000);
        let mut body = receipt(units, chance);
        put(&mut body, "type", json!(kind));
        put(&mut body, member, json!(id));
        put(&mut body, "send", json!(true));
        let settled = json!([{"type": "prepayment", "amount": amount(units)}]);
        put(&mut body, "settlements", settled);
        if let Some(partner) = partner {
            put(&mut body, "on_behalf_of", json!(partner.id.to_string()));
        }
        Some((By::Shop, "/receipts".to_owned(), body))
    }

    /// What a platform does that lives of its deals: it opens one, has it paid, and pays its seller
    /// in two halves. What failed is tried again.
    fn trade(&self, chance: &mut Chance) -> Option<Wish> {
        let again = self.failed.last().filter(|_| chance.happens(700));
        if let Some((deal, units)) = again {
            return Some(payout_of_deal(deal, *units));
        }
        if let Some((deal, part)) = self.filled.last().filter(|_| chance.happens(600)) {
            return Some(payout_of_deal(deal, 1.max(part / 2)));
        }
        let Some(deal) = self.deals.last().filter(|_| chance.happens(700)) else {
            return self.about_deals(chance);
        };
        let units = 2 + chance.below(1_000);
        let [card, ..] = CARDS;
        let card = json!({
            "number": card, "csc": "123", "expiry_month": "12", "expiry_year": "2030",
        });
        let body = json!({
            "amount": amount(units), "capture": true,
            "payment_method_data": {"type": "bank_card", "card": card},
            "deal": {"id": deal, "settlements": payout(1 + chance.below(units / 2))},
            "confirmation": {"type": "redirect", "return_url": "https://shop.example/"},
        });
        Some((By::Shop, "/payments".to_owned(), body))
    }

    /// A new deal, or a payout of one that was opened.
    fn about_deals(&self, chance: &mut Chance) -> Option<Wish> {
        if self.deals.is_empty() || chance.happens(500) {
            let moments = ["payment_succeeded", "deal_closed"];
            let body = json!({"type": "safe_deal", "fee_moment": chance.one_of(&moments)?});
            return Some((By::Shop, "/deals".to_owned(), body));
        }
        // Mostly one of the last, which may have been paid out of already, or more than it has.
        let last = self.filled.len().saturating_sub(2);
        let last = self.filled.get(last..).unwrap_or_default();
        let among = if chance.happens(700) {
            last
        } else {
            &self.filled
        };
        let filled = chance.one_of(among);
        let (deal, units) = match filled.filter(|_| chance.happens(900)) {
            Some((deal, part)) => match chance.below(10) {
                0..=2 => (deal, *part),
                3..=4 => (deal, part + 1 + chance.below(100)),
                _ => (deal, 1 + chance.below(*part)),
            },
            None => (chance.one_of(&self.deals)?, 1 + chance.below(300)),
        };
        Some(payout_of_deal(deal, units))
    }
}

fn payout_of_deal(deal: &str, units: u64) -> Wish {
    let [card, ..] = CARDS;
    let body = json!({
        "amount": amount(units),
        "payout_destination_data": {"type": "bank_card", "card": {"number": card}},
        "deal": {"id": deal},
    });
    (By::Shop, "/payouts".to_owned(), body)
}

/// A payout of the gateway, to one of the ways it knows.
fn payout_of_gateway(chance: &mut Chance) -> Option<Wish> {
    let destination = match chance.below(3) {
        0 => json!({"type": "bank_card", "card": {"number": chance.one_of(&CARDS)?}}),
        1 => json!({"type": "yoo_money", "account_number": chance.one_of(&WALLETS)?}),
        _ => {
            let phone = chance.one_of(&PHONES)?;
            json!({"type": "sbp", "phone": phone, "bank_id": "100000000111"})
        }
    };
    let body = json!({
        "amount": amount(5 + chance.below(500)),
        "payout_destination_data": destination,
    });
    Some((By::Gateway, "/payouts".to_owned(), body))
}

fn amount(units: u64) -> Value {
    json!({"value": format!("{units}.00"), "currency": "RUB"})
}

/// So many minutes from now, as the API has it.
fn moment(now: Timestamp, minutes: i64) -> Value {
    let at = now.plus(Duration::minutes(minutes)).as_micros();
    let at = jiff::Timestamp::from_microsecond(at).unwrap_or(jiff::Timestamp::MAX);
    json!(at.to_string())
}

/// The seller's part of a deal.
fn payout(units: u64) -> Value {
    json!([{"type": "payout", "amount": amount(units)}])
}

/// A receipt of one line.
fn receipt(units: u64, chance: &mut Chance) -> Value {
    let buyer = chance.one_of(&BUYERS).copied().unwrap_or("buyer");
    json!({
        "customer": {"email": format!("{buyer}@example.com")},
        "items": [{
            "description": "Book", "quantity": "1.0", "vat_code": 11, "measure": "piece",
            "amount": amount(units),
        }],
    })
}

fn put(body: &mut Value, member: &str, value: Value) {
    if let Some(fields) = body.as_object_mut() {
        fields.insert(member.to_owned(), value);
    }
}
