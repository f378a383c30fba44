//! The process's own metrics, read when they are asked for.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use crate::logging;

/// The file in which Linux shows a process's memory.
const STATUS: &str = "/proc/self/status";

#[derive(Debug)]
pub(super) struct Process;

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        if let Some(bytes) = resident_bytes() {
            let help = "Memory of the process";
            let name = "process_resident_memory_bytes";
            let place = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(bytes).encode(place)?;
        }
        let help = "Log lines left out because too many waited";
        let place =
            encoder.encode_descriptor("log_lines_dropped", help, None, MetricType::Counter)?;
        ConstCounter::new(logging::dropped()).encode(place)
    }
}

/// The memory that the process occupies; `None` if the system does not show it.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string(STATUS).ok()?;
    parse(&status)
}

fn parse(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    kibibytes.checked_mul(1_024)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn memory_is_read_from_what_linux_tells() {
        let status = "Name:\taltyn\nVmPeak:\t  9000 kB\nVmRSS:\t   20480 kB\n";
        assert_eq!(parse(status), Some(20_971_520));
        assert_eq!(parse("Name:\taltyn\n"), None);
    }
}
