//! What patient reads cost everybody else: the same load with a server that does nothing but serve,
//! and with one that reads all payments of a filled shop beside, again and again.

use anyhow::{Result, ensure};

use super::{Bench, KNOWN_PAYMENTS, create_call};
use crate::call::Call;
use crate::figure::{Bar, Figure};
use crate::load::{Outcome, per_second};
use crate::machine::now;
use crate::platform::Platform;

/// What is read beside, as `altyn serve --bench-reads` calls it, and how the figures name it.
const READS: [(&str, &str); 2] = [
    ("export", "beside an export"),
    ("figure", "beside sums over all payments"),
];

/// How many payments a page of the export holds.
const PAGE: u64 = 1_000;

/// How much of the rate may be lost, in parts of a thousand.
const LOSS_MAX: u64 = 200;

/// The two loads, one after the other.
struct Served {
    create: (Outcome, u64),
    find: (Outcome, u64),
}

impl Bench<'_> {
    /// Whether any of these figures is wanted.
    pub(super) fn wants_beside(&self) -> bool {
        READS.iter().any(|(_, beside)| self.plan.wants(beside))
    }

    /// Measures the loss beside each kind of read.
    pub(super) fn beside(&self, platform: &mut Platform, figures: &mut Vec<Figure>) -> Result<()> {
        for (reads, beside) in READS {
            if self.plan.wants(beside) {
                self.beside_reads(platform, figures, (reads, beside))?;
            }
        }
        Ok(())
    }

    fn beside_reads(
        &self,
        platform: &mut Platform,
        figures: &mut Vec<Figure>,
        (reads, beside): (&str, &str),
    ) -> Result<()> {
        // The database grows meanwhile, so what is compared with stands on both sides.
        let before = self.served(platform)?;
        restart(platform, &["--bench-reads", reads])?;
        let counted = "altyn_store_patient_reads_total";
        let (started, read_before) = (now(), platform.counted(counted)?);
        let meanwhile = self.served(platform)?;
        let (elapsed, read) = (started.elapsed(), platform.counted(counted)? - read_before);
        restart(platform, &[])?;
        let after = self.served(platform)?;

        let of = |load: fn(&Served) -> &(Outcome, u64)| {
            let alone = load(&before).0.per_second() + load(&after).0.per_second();
            let (outcome, processor_us) = load(&meanwhile);
            let kept = 2_000 * outcome.per_second() / alone.max(1);
            (1_000_u64.saturating_sub(kept), outcome, *processor_us)
        };
        let loads = [
            ("POST /payments", of(|served| &served.create)),
            ("GET /payments/{id}", of(|served| &served.find)),
        ];
        for (load, (loss, outcome, processor_us)) in loads {
            let name = format!("{load} {beside}: loss");
            figures.push(Figure {
                p50_us: Some(outcome.percentile_us(500)),
                p99_us: Some(outcome.percentile_us(990)),
                processor_us: Some(processor_us),
                ..Figure::plain(&name, loss, "‰", Bar::AtMost(LOSS_MAX))
            });
        }
        if reads == "export" {
            ensure!(0 < read, "nothing was read {beside}");
            let rate = per_second(read * PAGE, elapsed);
            let name = "payments that an export reads meanwhile, at most";
            figures.push(Figure::plain(name, rate, "/s", Bar::None));
        }
        Ok(())
    }

    fn served(&self, platform: &Platform) -> Result<Served> {
        let make = |worker: usize, number| create_call(self.shop(worker), worker, number, "");
        let create = self.busy(platform, &make)?;
        let known = self.made(platform, KNOWN_PAYMENTS, &make)?;
        let find = |worker: usize, number: u64| -> Call { self.find_call(&known, worker, number) };
        let find = self.busy(platform, &find)?;
        Ok(Served { create, find })
    }
}

fn restart(platform: &mut Platform, words: &[&str]) -> Result<()> {
    platform.stop()?;
    platform.launch_with(words).map(drop)
}
