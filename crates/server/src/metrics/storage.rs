//! The storage engine's own metrics and counts of events, read when they are asked for.

use std::fmt;
use std::sync::Weak;

use app::App;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use store::Statistics;

/// Reads the metrics of a platform, as long as it exists.
pub(super) struct Storage(pub(super) Weak<App>);

impl fmt::Debug for Storage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Storage")
    }
}

/// A metric: its name, its meaning and its value.
type Figure = (&'static str, &'static str, u64);

fn gauges(seen: &Statistics) -> [Figure; 6] {
    let waiting = seen.queue_length;
    let reads_waiting = seen.read_queue_length;
    let patient = seen.patient_queue_length;
    let healthy = u64::from(seen.healthy);
    let log = "Pages in SQLite's log at its last checkpoint";
    [
        ("store_queue_length", "Units that wait", waiting),
        ("store_read_queue_length", "Reads that wait", reads_waiting),
        (
            "store_patient_queue_length",
            "Patient reads that wait",
            patient,
        ),
        ("store_batch_size_max", "Largest batch", seen.batch_size_max),
        ("store_wal_pages", log, seen.wal_pages),
        ("store_healthy", "1 if all writers are sound", healthy),
    ]
}

fn counters(seen: &Statistics) -> [Figure; 13] {
    let failed = seen.commits_failed;
    let turned_away = "Units and reads that found a full queue";
    let checkpoints = seen.checkpoints_failed;
    [
        ("store_units", "Units of work answered", seen.units),
        (
            "store_batches",
            "Transactions, shared by units",
            seen.batches,
        ),
        ("store_unit_microseconds", "Time inside units", seen.unit_us),
        (
            "store_commit_microseconds",
            "Time of commits",
            seen.commit_us,
        ),
        ("store_replays", "Units that ran again", seen.replays),
        ("store_commits_failed", "Commits not confirmed", failed),
        ("store_turned_away", turned_away, seen.turned_away),
        ("store_reads", "Reads answered", seen.reads),
        (
            "store_patient_reads",
            "Patient reads answered",
            seen.patient_reads,
        ),
        (
            "store_reads_timed_out",
            "Reads that took longer than they may",
            seen.reads_timed_out,
        ),
        (
            "store_reads_abandoned",
            "Reads that nobody waited for any more",
            seen.reads_abandoned,
        ),
        (
            "store_reconnects",
            "Connections opened anew",
            seen.reconnects,
        ),
        (
            "store_checkpoints_failed",
            "Failed checkpoints",
            checkpoints,
        ),
    ]
}

impl Collector for Storage {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let Some(app) = self.0.upgrade() else {
            return Ok(());
        };
        let seen = app.statistics();
        let waiting = (
            "answers_waiting",
            "Answers from outside that the storage has not taken yet",
            app.answers_waiting(),
        );
        for (name, help, value) in gauges(&seen).into_iter().chain([waiting]) {
            let place = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(value).encode(place)?;
        }
        let refused = (
            "answers_refused",
            "Times that the storage did not take an answer from outside",
            app.answers_refused(),
        );
        let unopened = (
            "webhook_secrets_unopened",
            "Notifications not sent because the secret that signs them could not be opened",
            app.sealing().unopened(),
        );
        let all = counters(&seen).into_iter().chain([refused, unopened]);
        for (name, help, value) in all {
            let place = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
            ConstCounter::new(value).encode(place)?;
        }
        let help = "What happened to payments, refunds and saved methods";
        let mut place = encoder.encode_descriptor("events", help, None, MetricType::Counter)?;
        for (kind, count) in app.happened() {
            let label = [("event", kind.code())];
            ConstCounter::new(count).encode(place.encode_family(&label)?)?;
        }
        let help = "Where the bank did something else than was written down";
        let mut place =
            encoder.encode_descriptor("discrepancies", help, None, MetricType::Counter)?;
        for ((kind, remedy), count) in app.discrepancies() {
            let labels = [("kind", kind), ("remedy", remedy)];
            ConstCounter::new(count).encode(place.encode_family(&labels)?)?;
        }
        let help = "Wrong keys, secrets and tokens, by where they were shown";
        let mut place = encoder.encode_descriptor("wrong_keys", help, None, MetricType::Counter)?;
        for (door, count) in app.wrong_keys() {
            let label = [("door", door.name())];
            ConstCounter::new(count).encode(place.encode_family(&label)?)?;
        }
        let help = "Cards that were not tried, by the limit that was used up";
        let mut place =
            encoder.encode_descriptor("cards_refused", help, None, MetricType::Counter)?;
        for (limit, count) in app.cards_refused() {
            let label = [("limit", limit.name())];
            ConstCounter::new(count).encode(place.encode_family(&label)?)?;
        }
        Ok(())
    }
}
