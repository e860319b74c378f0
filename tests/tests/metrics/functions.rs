//! That the functions' lines reach CloudWatch as it takes them, under the fleet's name: what
//! `template.yaml` tells them.

use std::{fs, path::Path};

use hotdesk::metrics::definition::Function;
use serde_norway::{Value, value::TaggedValue};

/// A part of the template.
fn section(name: &str) -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../template.yaml");
    let template: Value = serde_norway::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    template[name].clone()
}

/// The properties of a function, and of its logs: `idle-reaper` is the resource `IdleReaper`.
fn resources(function: Function) -> (Value, Value) {
    let words = function.name().split('-');
    let id: String = words.map(|word| word[..1].to_uppercase() + &word[1..]).collect();
    let resources = section("Resources");
    let properties = |id: &str| resources[id]["Properties"].clone();
    (properties(&id), properties(&format!("{id}Logs")))
}

/// What has this tag, such as `!Ref`.
fn tagged(tag: &str, value: &Value) -> String {
    match value {
        Value::Tagged(tagged) => {
            let TaggedValue { tag: found, value } = &**tagged;
            assert!(*found == tag, "{found} {value:?}");
            value.as_str().unwrap().to_owned()
        }
        other => panic!("no {tag}: {other:?}"),
    }
}

#[test]
fn lines_are_of_the_fleet_that_alarms_and_dashboard_are_of() {
    let watch = section("Resources")["Watch"]["Properties"]["Parameters"].clone();
    assert_eq!(tagged("!Ref", &watch["FleetName"]), "FleetName");
    for function in Function::ALL {
        let (properties, _) = resources(function);
        let told = &properties["Environment"]["Variables"]["FLEET"];
        assert_eq!(tagged("!Ref", told), "FleetName", "{function:?}");
    }
}

/// CloudWatch Logs looks for metrics in lines that are JSON; a line without a level is one of level INFO,
/// so a higher one would drop it.
#[test]
fn logs_are_json_and_no_level_is_dropped() {
    let format = section("Globals")["Function"]["LoggingConfig"].clone();
    assert_eq!(format["LogFormat"], "JSON");
    assert_eq!(format.as_mapping().unwrap().len(), 1, "{format:?}");
    for function in Function::ALL {
        let (properties, _) = resources(function);
        let own = properties["LoggingConfig"].as_mapping().unwrap();
        assert!(own.keys().all(|key| key == "LogGroup"), "{own:?}");
    }
}

/// The runbook's commands name them so.
#[test]
fn logs_have_the_functions_names() {
    for function in Function::ALL {
        let (_, logs) = resources(function);
        let name = format!("/aws/lambda/${{FleetName}}-{}", function.name());
        assert_eq!(tagged("!Sub", &logs["LogGroupName"]), name);
    }
}
