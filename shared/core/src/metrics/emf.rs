//! CloudWatch's embedded metric format: a line of JSON on standard output, which CloudWatch Logs takes
//! metrics from (CloudWatch User Guide, "Specification: Embedded metric format" and "Using the embedded
//! metric format with Lambda").
//!
//! It works where the function's log format is JSON: "Lambda does not double-encode any logs that are
//! already JSON encoded" (Lambda Developer Guide, "Configuring JSON and plain text log formats"). A line
//! without a `level` counts as one of level INFO (the same, "Log-level filtering"): so the functions'
//! `ApplicationLogLevel` must not be above that. `RUST_LOG` does not concern these lines.
//!
//! Crates that write it (metrique-writer-format-emf 0.1.26, metrics_cloudwatch_embedded 0.10.0) bring a
//! recorder for the process, thirty crates, or other features of those that we have; what of the format is
//! needed here is the four structs below.

use std::{collections::BTreeMap, io::Write};

use envconfig::Envconfig;
use serde::Serialize;

use super::{
    Meter, Reading,
    definition::{FLEET, FUNCTION, Function, NAMESPACE},
};
use crate::{
    clock::{Clock, Ms, SystemClock},
    config::{self, ConfigError},
};

/// The most metrics of a document, and the most values of a metric in it.
const MOST: usize = 100;

/// Whose metrics they are.
#[derive(Clone, Debug, Envconfig)]
struct MeterConfig {
    #[envconfig(from = "FLEET", default = "")]
    fleet: String,
    #[envconfig(from = "ASG_NAME", default = "hotdesk")]
    group: String,
}

/// The meter of a function: to its standard output, for the fleet that its environment names as
/// [`crate::config::FleetConfig::fleet`] does.
///
/// # Errors
/// [`ConfigError::Variable`].
pub fn meter(function: Function) -> Result<Meter, ConfigError> {
    let MeterConfig { fleet, group } = config::load()?;
    let fleet = if fleet.is_empty() { group } else { fleet };
    Ok(Meter::new(move |readings| {
        for line in lines(&fleet, function, SystemClock.now(), readings) {
            // Whom to tell, if that fails?
            let _ = std::io::stdout().lock().write_all(line.as_bytes());
        }
    }))
}

/// The lines for readings of a function of that fleet, each with its end.
pub fn lines(fleet: &str, function: Function, now: Ms, readings: &[Reading]) -> Vec<String> {
    let line = |some: &[Reading]| {
        let document = Document::of(fleet, function, now, some);
        // Maps with texts for keys and numbers that are finite are always JSON.
        let mut line = serde_json::to_string(&document).unwrap_or_default();
        line.push('\n');
        line
    };
    readings.chunks(MOST).map(line).collect()
}

/// The root node.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(rename = "_aws")]
    metadata: Metadata,
    #[serde(flatten)]
    targets: BTreeMap<&'static str, Target<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metadata {
    timestamp: u64,
    cloud_watch_metrics: Vec<Directive>,
}

/// A MetricDirective: metrics that have the same dimensions.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Directive {
    namespace: &'static str,
    dimensions: &'static [&'static [&'static str]],
    metrics: Vec<Metric>,
}

/// A MetricDefinition. Its resolution is a minute.
#[derive(PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Metric {
    name: &'static str,
    unit: &'static str,
}

/// A member of the root node that the others refer to: a dimension's value, or a metric's.
#[derive(Serialize)]
#[serde(untagged)]
enum Target<'a> {
    Dimension(&'a str),
    Metric(Vec<f64>),
}

impl<'a> Document<'a> {
    fn of(fleet: &'a str, function: Function, now: Ms, readings: &[Reading]) -> Self {
        let mut directives: Vec<Directive> = Vec::new();
        let mut targets = BTreeMap::from([
            (FLEET, Target::Dimension(fleet)),
            (FUNCTION, Target::Dimension(function.name())),
        ]);
        for reading in readings {
            let definition = reading.definition();
            let dimensions = definition.dimensions;
            let metric = Metric { name: definition.name, unit: definition.unit };
            match directives.iter_mut().find(|directive| directive.dimensions == dimensions) {
                Some(directive) if directive.metrics.contains(&metric) => {}
                Some(directive) => directive.metrics.push(metric),
                None => {
                    let metrics = vec![metric];
                    directives.push(Directive { namespace: NAMESPACE, dimensions, metrics });
                }
            }
            let target = targets.entry(definition.name);
            if let Target::Metric(values) = target.or_insert_with(|| Target::Metric(Vec::new())) {
                values.push(reading.number());
            }
        }
        let metadata = Metadata { timestamp: now.0, cloud_watch_metrics: directives };
        Self { metadata, targets }
    }
}
