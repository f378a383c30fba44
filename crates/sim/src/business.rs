//! What the merchant has at the platform: a shop that makes deals and invoices and may register
//! receipts, partners that it splits payments with, some with registers of their own, and a gateway
//! that pays out. Its server may listen to notifications.

use anyhow::Result;
use app::shop::{Created, NewShop};
use connectors::mail::{Answer as MailAnswer, MemoryMailer};
use domain::deal::Life;
use domain::fiscal::{Fiscalization, Provider, Register, Scenario};
use domain::{EventKind, Shop, ShopId};
use store::Store;
use testkit::{Gateway, Surroundings, World, test_gateway, test_shop};

use crate::chance::Chance;

/// Most that is on a gateway at first, in minor units: less than what is asked of it.
const TOPPED_UP_MAX: u64 = 300_000;
/// Where the merchant's server listens to what happens in the shop and in the gateway.
pub(crate) const HOOK: &str = "https://shop.example/notifications";

/// To whom letters of the platform go, and text messages.
pub(crate) const BUYER: &str = "buyer@shop.example";
/// A buyer's phone.
pub(crate) const PHONE: &str = "79001112233";
/// A mailbox that is not there: its server says so for good.
pub(crate) const NOBODY: &str = "nobody@shop.example";
/// A phone that is not there.
pub(crate) const NO_PHONE: &str = "79000000404";

/// The merchant's accounts.
pub(crate) struct Business {
    /// The shop, which is a platform as well.
    pub(crate) shop: Shop,
    secret_key: String,
    /// When receipts of payments are registered, if they are.
    pub(crate) scenario: Option<Scenario>,
    /// Those whose payments it takes.
    pub(crate) partners: Vec<Partner>,
    /// What it pays out from.
    pub(crate) gateway: Gateway,
    /// What came to the gateway, in minor units.
    pub(crate) topped_up: i64,
    /// Whether its server listens to notifications.
    pub(crate) listens: bool,
    /// Whether it is a platform that lives on its deals.
    pub(crate) trades: bool,
}

/// A partner of the platform.
#[derive(Clone, Copy)]
pub(crate) struct Partner {
    pub(crate) id: ShopId,
    /// Whether it has a register of its own.
    pub(crate) registers: bool,
}

/// Which account asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Shop,
    Gateway,
}

/// From now on the servers refuse for good whom they do not know.
pub(crate) fn nobody_is_there(mailer: &MemoryMailer) {
    mailer.always(NOBODY, MailAnswer::refused("550 no such mailbox"));
    mailer.always(NO_PHONE, MailAnswer::refused("no such subscriber"));
}

impl Business {
    /// Opens the accounts, some of all kinds.
    pub(crate) async fn open(
        store: Store,
        surroundings: Surroundings,
        chance: &mut Chance,
    ) -> Result<(World, Self)> {
        // What is no test never goes below zero.
        let new = NewShop {
            test: chance.happens(500),
            // Deals end while someone still acts in them.
            deal_life: Life::from_days(2),
            ..test_shop()
        };
        nobody_is_there(&surroundings.mailer);
        let world = World::with(store, surroundings, new.clone()).await;
        let scenarios = [
            None,
            Some(Scenario::Together),
            Some(Scenario::ReceiptFirst),
            Some(Scenario::Separate),
        ];
        let scenario = chance.one_of(&scenarios).copied().flatten();
        if let Some(scenario) = scenario {
            world.registers_receipts(Provider::Atol, scenario).await;
        }
        let partners = partners(&world, &new, chance).await?;
        let topped_up = i64::try_from(chance.below(TOPPED_UP_MAX))?;
        let gateway = NewShop {
            test: new.test,
            ..test_gateway(&world.shop)
        };
        let gateway = world.gateway(gateway, topped_up).await;
        let listens = chance.happens(700);
        if listens {
            for shop in [world.shop.id, gateway.shop.id] {
                let events = EventKind::ALL.to_vec();
                let new = app::webhook::NewWebhook::of(&world.machine(), HOOK.to_owned(), events);
                app::webhook::add(&world.machine(), shop, new).await?;
            }
        }
        let business = Self {
            shop: world.shop.clone(),
            secret_key: world.secret_key.clone(),
            scenario,
            partners,
            gateway,
            topped_up,
            listens,
            trades: chance.happens(250),
        };
        Ok((world, business))
    }

    /// The platform after a restart.
    pub(crate) fn world(&self, store: Store, surroundings: Surroundings) -> World {
        World::again(
            store,
            surroundings,
            self.shop.clone(),
            self.secret_key.clone(),
        )
    }

    /// How an account shows who it is.
    pub(crate) fn credentials(&self, by: By) -> String {
        match by {
            By::Shop => format!("{}:{}", self.shop.id, self.secret_key),
            By::Gateway => self.gateway.credentials(),
        }
    }

    /// Returns whether anybody registers receipts.
    pub(crate) fn registers(&self) -> bool {
        self.scenario.is_some() || self.partners.iter().any(|partner| partner.registers)
    }

    /// Whose documents the register may hold.
    pub(crate) fn sellers(&self) -> Vec<ShopId> {
        let own = self.scenario.map(|_| self.shop.id);
        let partners = self.partners.iter().filter(|partner| partner.registers);
        own.into_iter()
            .chain(partners.map(|partner| partner.id))
            .collect()
    }
}

/// Up to three partners, about half of them with a register.
async fn partners(world: &World, like: &NewShop, chance: &mut Chance) -> Result<Vec<Partner>> {
    let mut partners = Vec::new();
    for _ in 0..chance.below(4) {
        let partner = NewShop {
            platform: Some(world.shop.id),
            deal_life: None,
            ..like.clone()
        };
        let Created { shop, .. } = app::shop::create(&world.machine(), partner).await?;
        let registers = chance.happens(500);
        if registers {
            let settings = Fiscalization {
                provider: Provider::Atol,
                scenario: Scenario::Separate,
                register: Register::Sandbox,
            };
            app::shop::set_fiscalization(&world.machine(), shop.id, Some(settings)).await?;
        }
        let id = shop.id;
        partners.push(Partner { id, registers });
    }
    Ok(partners)
}
