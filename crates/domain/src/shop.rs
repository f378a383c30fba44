//! A shop: who takes payments, and what it may do.

mod site;

pub use site::Site;

use crate::connector::Choice;
use crate::deal::Life;
use crate::fiscal::Fiscalization;
use crate::id::{GatewayId, ShopId};
use crate::method::MethodKind;
use crate::money::Currency;
use crate::time::{Duration, Timestamp};

/// What an account of the platform is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ShopKind {
    /// It takes payments, and pays out of safe deals.
    Shop,
    /// It pays out of a balance of its own and takes no payments.
    Gateway {
        /// The shop whose saved cards it may pay to.
        cards_of: Option<ShopId>,
    },
}

/// A shop, or a payout gateway.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shop {
    /// Its id: `account_id` on the wire.
    pub id: ShopId,
    /// Its sub-account: `gateway_id` on the wire.
    pub gateway_id: GatewayId,
    /// What it is for.
    pub kind: ShopKind,
    /// The platform whose payments it gets parts of.
    pub platform_id: Option<ShopId>,
    /// The name that buyers see.
    pub name: String,
    /// Whether everything in it is only a test.
    pub test: bool,
    /// Whether it may be used at all.
    pub enabled: bool,
    /// The one currency that it takes.
    pub currency: Currency,
    /// The methods that buyers are offered; of a gateway, the ways it pays by.
    pub methods: Vec<MethodKind>,
    /// Whether it may send card numbers itself.
    pub may_send_cards: bool,
    /// Whether it may save methods and charge them again.
    pub may_save_methods: bool,
    /// How long its safe deals live; `None` for a shop that may make none.
    pub deal_life: Option<Life>,
    /// Whether its pages may exchange cards for payment tokens.
    pub may_use_tokens: bool,
    /// Whether a declined buyer may try again in the widget.
    pub widget_retries: bool,
    /// The sites that may show the shop's widgets; empty if every site may.
    pub widget_sites: Vec<Site>,
    /// Who is asked for something new; empty if it is the platform's order.
    pub choices: Vec<Choice>,
    /// How far a test shop's clock is ahead of the platform's; zero for others.
    pub clock_offset: Duration,
    /// Taxpayer number.
    pub inn: Option<String>,
    /// How its receipts are registered; `None` if they are not.
    pub fiscalization: Option<Fiscalization>,
    /// When it was added.
    pub created_at: Timestamp,
    /// Counts changes.
    pub version: i64,
}

impl Shop {
    /// The shop's time when the platform's clock says `platform`.
    #[must_use]
    pub fn now(&self, platform: Timestamp) -> Timestamp {
        platform.plus(self.clock_offset)
    }

    /// Returns whether it only pays out, from a balance of its own.
    #[must_use]
    pub fn is_gateway(&self) -> bool {
        matches!(self.kind, ShopKind::Gateway { .. })
    }

    /// Returns whether it offers this method.
    #[must_use]
    pub fn takes(&self, method: MethodKind) -> bool {
        self.methods.contains(&method)
    }
}
