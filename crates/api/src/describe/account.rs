//! The operation that shows the shop's settings.

use contract::account::{ACCOUNT, ShowAccount};

use super::{Gives, Operation, Takes, Topic, bilingual};
use crate::routes::Endpoint;

pub(super) const OPERATIONS: &[&Operation] = &[&Operation {
    endpoint: Endpoint::ShowAccount,
    id: "showMe",
    python: Some("Settings.get_account_settings"),
    topic: Topic::Settings,
    summary: bilingual(
        "Show the shop or the gateway",
        "Информация о магазине или шлюзе",
    ),
    says: bilingual(
        "What the shop is, and what its buyers can pay by; or what the payout gateway is, and what \
         is on its balance.",
        "Что это за магазин и чем в нём можно платить; или что это за шлюз выплат и сколько на его \
         балансе.",
    ),
    path_id: None,
    query: ShowAccount::parameters,
    takes: Takes::Nothing,
    gives: Gives {
        schema: &ACCOUNT,
        example: r#"{
  "account_id": "100001",
  "status": "enabled",
  "test": true,
  "fiscalization_enabled": false,
  "payment_methods": ["yoo_money", "bank_card"],
  "itn": "7750005725"
}"#,
    },
    errors: &["me.partner_unknown"],
    links: &[],
}];
