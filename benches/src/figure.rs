//! Figures, their bars, and the table they are printed in.

use std::fmt;

use serde_json::{Value, json};

use crate::database::Engine;

/// What a figure must reach.
#[derive(Clone, Copy)]
pub(crate) enum Bar {
    AtLeast(u64),
    AtMost(u64),
    None,
}

/// One measured thing.
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) value: u64,
    pub(crate) unit: &'static str,
    pub(crate) bar: Bar,
    /// Parts of a thousand of the echo ceiling of the same run.
    pub(crate) of_ceiling_per_mille: Option<u64>,
    pub(crate) p50_us: Option<u64>,
    pub(crate) p99_us: Option<u64>,
    /// Processor time of the server for one request.
    pub(crate) processor_us: Option<u64>,
}

impl Figure {
    /// A figure that stands alone.
    pub(crate) fn plain(name: &str, value: u64, unit: &'static str, bar: Bar) -> Self {
        Self {
            name: name.to_owned(),
            value,
            unit,
            bar,
            of_ceiling_per_mille: None,
            p50_us: None,
            p99_us: None,
            processor_us: None,
        }
    }

    fn verdict(&self) -> String {
        match self.bar {
            Bar::AtLeast(bar) if self.value >= bar => format!("≥ {bar}: yes"),
            Bar::AtLeast(bar) => format!("≥ {bar}: NO"),
            Bar::AtMost(bar) if self.value <= bar => format!("≤ {bar}: yes"),
            Bar::AtMost(bar) => format!("≤ {bar}: NO"),
            Bar::None => String::new(),
        }
    }

    fn to_json(&self) -> Value {
        let bar = match self.bar {
            Bar::AtLeast(bar) => json!({ "at_least": bar, "reached": self.value >= bar }),
            Bar::AtMost(bar) => json!({ "at_most": bar, "reached": self.value <= bar }),
            Bar::None => Value::Null,
        };
        json!({
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "bar": bar,
            "of_ceiling_per_mille": self.of_ceiling_per_mille,
            "p50_us": self.p50_us,
            "p99_us": self.p99_us,
            "processor_us": self.processor_us,
        })
    }
}

/// All figures of one engine.
pub(crate) struct EngineReport {
    pub(crate) engine: Engine,
    pub(crate) figures: Vec<Figure>,
}

/// All figures of a run.
pub(crate) struct Report {
    conditions: String,
    pub(crate) engines: Vec<EngineReport>,
}

impl Report {
    pub(crate) fn new(conditions: String) -> Self {
        Self {
            conditions,
            engines: Vec::new(),
        }
    }

    pub(crate) fn to_json(&self) -> Value {
        let engines = self.engines.iter().map(|one| {
            let figures: Vec<Value> = one.figures.iter().map(Figure::to_json).collect();
            json!({ "engine": one.engine.to_string(), "figures": figures })
        });
        json!({ "conditions": self.conditions, "engines": engines.collect::<Vec<_>>() })
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.conditions)?;
        for one in &self.engines {
            writeln!(out, "\n{}", one.engine.title())?;
            let heads = ["value", "of echo", "p50", "p99", "cpu"];
            let [value, ceiling, middle, slow, cost] = heads;
            let first = "";
            writeln!(
                out,
                "{first:<52}{value:>13}{ceiling:>9}{middle:>10}{slow:>10}{cost:>8}  bar"
            )?;
            for figure in &one.figures {
                writeln!(
                    out,
                    "{:<52}{:>13}{:>9}{:>10}{:>10}{:>8}  {}",
                    figure.name,
                    format!("{} {}", figure.value, figure.unit),
                    figure
                        .of_ceiling_per_mille
                        .map_or(String::new(), thousandths),
                    figure.p50_us.map_or(String::new(), |us| format!("{us} µs")),
                    figure.p99_us.map_or(String::new(), |us| format!("{us} µs")),
                    figure
                        .processor_us
                        .map_or(String::new(), |us| format!("{us} µs")),
                    figure.verdict(),
                )?;
            }
        }
        Ok(())
    }
}

fn thousandths(per_mille: u64) -> String {
    format!("{}.{:03}", per_mille / 1000, per_mille % 1000)
}
