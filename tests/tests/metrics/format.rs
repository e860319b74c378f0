//! The lines that readings are written as, against what the specification says of them: the schema is in
//! `emf.yaml`, and what it does not say is checked here.

use std::{collections::BTreeMap, fs, path::Path, time::Duration};

use boon::{Compiler, Draft, SchemaIndex, Schemas};
use hotdesk::{
    clock::Ms,
    config::Price,
    metrics::{DEFINITIONS, Reading, definition::Function, emf::lines},
};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};

/// CloudWatch Logs takes no larger event (CloudWatch Logs User Guide, "Quotas").
const LARGEST: usize = 256 * 1024;

struct Schema(Schemas, SchemaIndex);

impl Schema {
    fn read() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/metrics/emf.yaml");
        let schema: Value = serde_norway::from_str(&fs::read_to_string(file).unwrap()).unwrap();
        let url = "http://hotdesk.test/emf.json";
        let (mut compiler, mut schemas) = (Compiler::new(), Schemas::new());
        compiler.set_default_draft(Draft::V2020_12);
        compiler.add_resource(url, schema).unwrap();
        let index = compiler.compile(url, &mut schemas).unwrap();
        Self(schemas, index)
    }

    /// What is wrong with a document, if something is.
    fn refuses(&self, document: &Value) -> Option<String> {
        self.0.validate(document, self.1).err().map(|error| error.to_string())
    }
}

/// The document that a line is.
fn document(line: &str) -> Value {
    assert!(line.len() <= LARGEST);
    let json = line.strip_suffix('\n').unwrap();
    assert!(!json.contains('\n'), "an event is a line");
    serde_json::from_str(json).unwrap()
}

/// The values of a document by metric; all that it refers to must be there, as the specification says.
fn values(document: &Value) -> BTreeMap<String, Vec<f64>> {
    let mut values = BTreeMap::new();
    for directive in document["_aws"]["CloudWatchMetrics"].as_array().unwrap() {
        for name in directive["Dimensions"]
            .as_array()
            .unwrap()
            .iter()
            .flat_map(|set| set.as_array().unwrap())
        {
            assert!(document[name.as_str().unwrap()].is_string(), "no dimension {name}");
        }
        for metric in directive["Metrics"].as_array().unwrap() {
            let name = metric["Name"].as_str().unwrap();
            let numbers = document[name].as_array().unwrap().iter().map(|v| v.as_f64().unwrap());
            let numbers: Vec<f64> = numbers.collect();
            assert!((1..=100).contains(&numbers.len()), "{name}: {}", numbers.len());
            assert!(values.insert(name.to_owned(), numbers).is_none(), "{name} is there twice");
        }
    }
    values
}

fn reading() -> impl Strategy<Value = Reading> {
    (0..DEFINITIONS.len(), 0..u64::from(u32::MAX)).prop_map(|(which, n)| {
        let (time, count) = (Duration::from_millis(n), usize::try_from(n).unwrap());
        [
            Reading::Wait(time),
            Reading::Assignments(count),
            Reading::Reaped(count),
            Reading::Revived(count),
            Reading::Queue(count),
            Reading::QueueAge(time),
            Reading::Spares(count),
            Reading::Active(count),
            Reading::Standby(count),
            Reading::BootTime(time),
            Reading::HomeTime(time),
            Reading::CallErrors(count),
            Reading::Cost(Price(n)),
            Reading::Passes(count),
        ][which]
    })
}

proptest! {
    #[test]
    fn any_readings_are_documents_with_all_their_values(readings in vec(reading(), 0..250)) {
        let schema = Schema::read();
        let mut written: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for line in lines("hotdesk", Function::Lifecycle, Ms(1_795_161_600_000), &readings) {
            let document = document(&line);
            prop_assert_eq!(schema.refuses(&document), None);
            for (name, numbers) in values(&document) {
                written.entry(name).or_default().extend(numbers);
            }
        }
        let mut expected: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        for reading in &readings {
            expected.entry(reading.definition().name.into()).or_default().push(reading.number());
        }
        prop_assert_eq!(written, expected);
    }
}

#[test]
fn metrics_of_one_moment_are_one_line_with_their_units_and_dimensions() {
    let readings =
        [Reading::Passes(1), Reading::CallErrors(2), Reading::Wait(Duration::from_secs(3))];
    let mut lines = lines("desk", Function::IdleReaper, Ms(1_795_161_600_000), &readings);
    assert_eq!(lines.len(), 1);
    let fleet = json!({ "Namespace": "hotdesk", "Dimensions": [["Fleet"]], "Metrics": [
        { "Name": "Passes", "Unit": "Count" }, { "Name": "Wait", "Unit": "Milliseconds" }] });
    let functions = json!({ "Namespace": "hotdesk", "Dimensions": [["Fleet"], ["Fleet", "Function"]],
        "Metrics": [{ "Name": "CallErrors", "Unit": "Count" }] });
    let expected = json!({
        "_aws": { "Timestamp": 1_795_161_600_000_u64, "CloudWatchMetrics": [fleet, functions] },
        "Fleet": "desk", "Function": "idle-reaper",
        "Passes": [1.0], "CallErrors": [2.0], "Wait": [3000.0],
    });
    assert_eq!(document(&lines.remove(0)), expected);
}

#[test]
fn the_schema_refuses_what_cloudwatch_would_not_take() {
    let schema = Schema::read();
    let line = &lines("hotdesk", Function::Dispatch, Ms(1), &[Reading::Queue(1)])[0];
    let good = document(line);
    assert_eq!(schema.refuses(&good), None);
    for (at, bad) in [
        ("/_aws/Timestamp", json!("now")),
        ("/_aws/CloudWatchMetrics/0/Namespace", json!("")),
        ("/_aws/CloudWatchMetrics/0/Dimensions", json!([])),
        ("/_aws/CloudWatchMetrics/0/Metrics/0/Unit", json!("Minutes")),
        ("/_aws/CloudWatchMetrics/0/Metrics/0", json!({ "Unit": "Count" })),
    ] {
        let mut document = good.clone();
        *document.pointer_mut(at).unwrap() = bad;
        assert!(schema.refuses(&document).is_some(), "{at}");
    }
}
