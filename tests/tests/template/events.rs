//! What wakes the functions: rules of EventBridge, and the filter of the stream.

use std::{collections::BTreeSet, fs};

use hotdesk_stack::tools;
use serde_json::Value;

use super::stage::Stage;

/// Whether an event is of that pattern (EventBridge User Guide, "Event patterns"; Lambda's filters are
/// the same): of each field one of the values, or a beginning.
fn matches(pattern: &Value, event: &Value) -> bool {
    match pattern {
        Value::Object(fields) => {
            fields.iter().all(|(name, pattern)| matches(pattern, &event[name]))
        }
        Value::Array(values) => values.iter().any(|value| match value {
            Value::Object(one) => {
                let prefix = one.get("prefix").and_then(Value::as_str).expect("a prefix");
                event.as_str().is_some_and(|text| text.starts_with(prefix))
            }
            literal => literal == event,
        }),
        other => panic!("no pattern: {other}"),
    }
}

/// The events of a function in `events/`, by the names of their files.
fn events(function: &str) -> Vec<(String, Value)> {
    let files = fs::read_dir(tools::root().join("events")).unwrap();
    let named = files.map(|file| file.unwrap().path()).filter_map(|path| {
        let name = path.file_stem()?.to_str()?.strip_prefix(&format!("{function}-"))?.to_owned();
        Some((name, serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap()))
    });
    let mut events: Vec<_> = named.collect();
    events.sort_by(|(one, _), (other, _)| one.cmp(other));
    events
}

/// The group of `events/` has the name that the stack is told here.
fn of_the_group(event: &Value) -> Value {
    let group = "AutoScalingGroupName";
    let mut event = event.clone();
    if event["detail"][group] == "hotdesk" {
        event["detail"][group] = "desks".into();
    }
    event
}

#[tokio::test]
async fn lifecycle_is_woken_by_every_event_that_it_acts_on() {
    let stage = Stage::set().await;
    let rules: Vec<_> = stage
        .template
        .of("AWS::Events::Rule")
        .map(|rule| &rule.properties["EventPattern"])
        .collect();
    assert_eq!(rules.len(), 3);
    let unheard: Vec<String> = events("lifecycle")
        .into_iter()
        .filter(|(_, event)| !rules.iter().any(|rule| matches(rule, &of_the_group(event))))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(unheard, ["launch-other-group"], "another group's");
}

#[tokio::test]
async fn provision_is_woken_by_every_record_that_it_acts_on() {
    let stage = Stage::set().await;
    let mapping = stage.template.of("AWS::Lambda::EventSourceMapping").next().unwrap();
    let mapping = &mapping.properties;
    let filters: Vec<Value> = mapping["FilterCriteria"]["Filters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|filter| serde_json::from_str(filter["Pattern"].as_str().unwrap()).unwrap())
        .collect();
    let unheard: BTreeSet<String> = events("provision")
        .into_iter()
        .filter(|(_, event)| {
            let records = event["Records"].as_array().unwrap();
            !records.iter().any(|record| filters.iter().any(|filter| matches(filter, record)))
        })
        .map(|(name, _)| name)
        .collect();
    assert_eq!(unheard, BTreeSet::from(["item-removed".to_owned()]), "of removals nothing follows");
    assert_eq!(mapping["FunctionResponseTypes"], serde_json::json!(["ReportBatchItemFailures"]));
    assert_eq!(mapping["BisectBatchOnFunctionError"], true);
}
