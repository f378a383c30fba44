//! What the merchant has at the platform: a shop that makes deals and may register receipts,
//! partners that it splits payments with, and a gateway that pays out.

use anyhow::Result;
use app::shop::{Created, NewShop};
use domain::deal::Life;
use domain::fiscal::{Provider, Scenario};
use domain::{Shop, ShopId};
use store::Store;
use testkit::{Gateway, Surroundings, World, test_gateway, test_shop};

use crate::chance::Chance;

/// Most that is on a gateway at first, in minor units: less than what is asked of it.
const TOPPED_UP_MAX: u64 = 300_000;

/// The merchant's accounts.
pub(crate) struct Business {
    /// The shop, which is a platform as well.
    pub(crate) shop: Shop,
    secret_key: String,
    /// When receipts of payments are registered, if they are.
    pub(crate) scenario: Option<Scenario>,
    /// Those whose payments it takes.
    pub(crate) partners: Vec<ShopId>,
    /// What it pays out from.
    pub(crate) gateway: Gateway,
    /// What came to the gateway, in minor units.
    pub(crate) topped_up: i64,
}

/// Which account asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    Shop,
    Gateway,
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
        let mut partners = Vec::new();
        for _ in 0..chance.below(4) {
            let partner = NewShop {
                platform: Some(world.shop.id),
                deal_life: None,
                ..new.clone()
            };
            let Created { shop, .. } = app::shop::create(&world.app, partner).await?;
            partners.push(shop.id);
        }
        let topped_up = i64::try_from(chance.below(TOPPED_UP_MAX))?;
        let gateway = NewShop {
            test: new.test,
            ..test_gateway(&world.shop)
        };
        let gateway = world.gateway(gateway, topped_up).await;
        let business = Self {
            shop: world.shop.clone(),
            secret_key: world.secret_key.clone(),
            scenario,
            partners,
            gateway,
            topped_up,
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
}
