//! Payments that are paid at once with raw card data, plain and in safe deals, and the
//! notifications of merchants about them.

use std::cell::Cell;
use std::time::Duration;

use anyhow::{Result, bail};

use super::{Bench, Made, WARM_UP, create_call, post_call};
use crate::call::{Call, Reply};
use crate::figure::{Bar, Figure};
use crate::load::{End, Outcome, closed, per_second};
use crate::machine::now;
use crate::platform::Platform;
use crate::receiver::Receiver;

const RAW_CARD: &str = concat!(
    r#""payment_method_data":{"type":"bank_card","card":{"number":"5555555555554444","#,
    r#""expiry_year":"2035","expiry_month":"12","csc":"123"}},"#,
);
const DEAL: &str = r#"{"type":"safe_deal","fee_moment":"payment_succeeded"}"#;

const PAY: &str = "create, pay by raw card, succeeded, notified";
const PAY_IN_DEAL: &str = "the same in a safe deal";
const DEAL_COST: &str = "processor time of a deal's payment, of a plain one's";
const NOTIFY: &str = "notifications delivered, all waiting";

const DELIVERED_WITHIN: Duration = Duration::from_secs(120);
/// How many payments in deals warm the server up, and how many are measured in each second.
const WARM_DEALS: u64 = 1_024;
const DEALS_PER_SECOND: u64 = 1_024;

/// A load of paid payments, from its first request to its last notification.
struct Paid {
    load: Outcome,
    per_second: u64,
    processor_us: u64,
}

impl Bench<'_> {
    /// Everything that needs paid payments.
    pub(super) fn paid(&self, platform: &mut Platform, figures: &mut Vec<Figure>) -> Result<()> {
        let wanted = [PAY, PAY_IN_DEAL, DEAL_COST, NOTIFY].map(|name| self.plan.wants(name));
        if !wanted.contains(&true) {
            return Ok(());
        }
        let [_, in_deal, cost, notify] = wanted;
        let receiver = Receiver::start()?;
        for shop in &self.shops {
            let url = format!("http://{}/{}", receiver.address, shop.shop_id);
            let words = ["--shop", &shop.shop_id, "--url", &url];
            platform.told(&[&["shop", "webhook", "add"][..], &words].concat())?;
        }
        let plain = self.plain(platform, &receiver)?;
        figures.push(self.figure(PAY, &plain, self.bar(1_500, 1_000)));
        if in_deal || cost {
            let deal = self.in_deals(platform, &receiver)?;
            figures.push(self.figure(PAY_IN_DEAL, &deal, Bar::None));
            // The database grows meanwhile, so plain ones stand on both sides.
            let again = self.plain(platform, &receiver)?;
            let both = plain.processor_us + again.processor_us;
            let of_plain = deal.processor_us * 2_000 / both.max(1);
            figures.push(Figure::plain(DEAL_COST, of_plain, "‰", Bar::AtMost(1_300)));
        }
        if notify {
            figures.push(self.notify(platform, &receiver)?);
        }
        Ok(())
    }

    fn plain(&self, platform: &Platform, receiver: &Receiver) -> Result<Paid> {
        let make = |worker: usize, number| create_call(self.shop(worker), worker, number, RAW_CARD);
        self.pay(platform, receiver, (End::After(WARM_UP), &make))?;
        let end = End::After(self.seconds());
        self.pay(platform, receiver, (end, &make))
    }

    /// Each payment has a deal of its own, because a deal takes only one. The deals are made
    /// before.
    fn in_deals(&self, platform: &Platform, receiver: &Receiver) -> Result<Paid> {
        let count = DEALS_PER_SECOND * self.plan.seconds;
        let open =
            |worker: usize, _: u64| post_call(self.shop(worker), "/v3/deals", DEAL.to_owned());
        let warm = self.made(platform, WARM_DEALS, &open)?;
        let deals = self.made(platform, count, &open)?;
        let make = |deals: &Made, worker: usize, number: u64| {
            let id = deals.of(worker, number);
            let amount = r#"{"value":"800.00","currency":"RUB"}"#;
            let settlements = format!(r#"[{{"type":"payout","amount":{amount}}}]"#);
            let deal = format!(r#""deal":{{"id":"{id}","settlements":{settlements}}},"#);
            create_call(
                self.shop(worker),
                worker,
                number,
                &format!("{RAW_CARD}{deal}"),
            )
        };
        let first = |worker: usize, number: u64| make(&warm, worker, number);
        let end = End::AfterRequests(WARM_DEALS);
        self.pay(platform, receiver, (end, &first))?;
        let then = |worker: usize, number: u64| make(&deals, worker, number);
        self.pay(platform, receiver, (End::AfterRequests(count), &then))
    }

    /// Counts until the last notification of the load has arrived.
    fn pay(
        &self,
        platform: &Platform,
        receiver: &Receiver,
        (end, make): (End, &dyn Fn(usize, u64) -> Call),
    ) -> Result<Paid> {
        let succeeded = Cell::new(0_u64);
        let see = |_: usize, reply: &Reply| {
            let status = reply.field("status");
            if status.is_ok_and(|status| status == "succeeded") {
                succeeded.set(succeeded.get() + 1);
            }
        };
        let told = receiver.received();
        let before = platform.processor_us();
        let started = now();
        let load = closed(platform.address, self.plan.connections, end, make, &see)?;
        wait_for(receiver, told + load.requests)?;
        let elapsed = started.elapsed();
        if succeeded.get() != load.requests {
            bail!(
                "{} of {} payments succeeded",
                succeeded.get(),
                load.requests
            );
        }
        let spent = platform.processor_us().saturating_sub(before);
        Ok(Paid {
            per_second: per_second(load.requests, elapsed),
            processor_us: spent / load.requests.max(1),
            load,
        })
    }

    fn figure(&self, name: &str, paid: &Paid, bar: Bar) -> Figure {
        Figure {
            of_ceiling_per_mille: Some(paid.per_second * 1000 / self.ceiling_per_second.max(1)),
            p50_us: Some(paid.load.percentile_us(500)),
            p99_us: Some(paid.load.percentile_us(990)),
            processor_us: Some(paid.processor_us),
            ..Figure::plain(name, paid.per_second, "/s", bar)
        }
    }

    /// Puts everything that happened until now into the queue while nobody delivers, and measures
    /// from the server's start.
    fn notify(&self, platform: &mut Platform, receiver: &Receiver) -> Result<Figure> {
        platform.stop()?;
        let mut waiting = 0;
        for shop in &self.shops {
            let words = ["event", "replay", "--shop", &shop.shop_id, "--since", "1d"];
            let told = platform.told(&words)?;
            let deliveries = told.get("deliveries").and_then(serde_json::Value::as_u64);
            waiting += deliveries.unwrap_or(0);
        }
        let before = receiver.received();
        let started = now();
        platform.launch()?;
        wait_for(receiver, before + waiting)?;
        let elapsed = started.elapsed();
        let rate = per_second(waiting, elapsed);
        Ok(Figure {
            of_ceiling_per_mille: Some(rate * 1000 / self.ceiling_per_second.max(1)),
            processor_us: Some(platform.processor_us() / waiting.max(1)),
            ..Figure::plain(NOTIFY, rate, "/s", Bar::AtLeast(3_000))
        })
    }
}

fn wait_for(receiver: &Receiver, count: u64) -> Result<()> {
    let started = now();
    while receiver.received() < count {
        if started.elapsed() > DELIVERED_WITHIN {
            let received = receiver.received();
            bail!("{received} of {count} notifications were delivered");
        }
        std::thread::park_timeout(Duration::from_millis(1));
    }
    Ok(())
}
