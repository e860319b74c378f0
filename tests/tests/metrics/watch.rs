//! That alarms and dashboard look at what there is, and the dashboard at all of it.

use std::{collections::BTreeSet, time::Duration};

use hotdesk::metrics::{
    DEFINITIONS, Definition, Reading,
    definition::{FLEET, FUNCTION, Function, NAMESPACE},
};

use super::template::{Template, Use};

/// The metrics of AWS that are looked at, each with its dimension, and where they are documented:
/// - Auto Scaling User Guide, "Amazon CloudWatch metrics for Amazon EC2 Auto Scaling"
/// - Lambda Developer Guide, "Types of metrics for Lambda functions"
/// - SQS Developer Guide, "Available CloudWatch metrics for Amazon SQS"
/// - ElastiCache User Guide, "Metrics for Valkey and Redis OSS"; a node's are published by its cluster
/// - API Gateway Developer Guide, "Monitor CloudWatch metrics for HTTP APIs"
const OF_AWS: [(&str, &str, &str); 12] = [
    ("AWS/AutoScaling", "GroupDesiredCapacity", "AutoScalingGroupName"),
    ("AWS/AutoScaling", "GroupInServiceInstances", "AutoScalingGroupName"),
    ("AWS/AutoScaling", "GroupMaxSize", "AutoScalingGroupName"),
    ("AWS/Lambda", "Errors", "FunctionName"),
    ("AWS/Lambda", "Throttles", "FunctionName"),
    ("AWS/Lambda", "IteratorAge", "FunctionName"),
    ("AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName"),
    ("AWS/ElastiCache", "DatabaseMemoryUsagePercentage", "CacheClusterId"),
    ("AWS/ElastiCache", "EngineCPUUtilization", "CacheClusterId"),
    ("AWS/ApiGateway", "Count", "ApiId"),
    ("AWS/ApiGateway", "5xx", "ApiId"),
    ("AWS/ApiGateway", "Latency", "ApiId"),
];

fn definition(name: &str) -> Option<&'static Definition> {
    DEFINITIONS.iter().find(|definition| definition.name == name)
}

/// What is wrong with looking at one of our metrics so.
fn fault(look: &Use) -> Option<String> {
    let Some(definition) = definition(&look.metric) else {
        return Some(format!("no metric {}", look.metric));
    };
    let names: Vec<&str> = look.dimensions.iter().map(|(name, _)| name.as_str()).collect();
    if !definition.dimensions.contains(&&names[..]) {
        return Some(format!("dimensions {names:?}"));
    }
    if !definition.statistics.contains(&look.statistic.as_str()) {
        return Some(format!("statistic {}", look.statistic));
    }
    let functions = Function::ALL.map(Function::name);
    let stray = look.dimensions.iter().find(|(name, value)| match name.as_str() {
        FLEET => value != "${FleetName}",
        FUNCTION => !functions.contains(&value.as_str()),
        _ => true,
    });
    stray.map(|(name, value)| format!("{name} {value}"))
}

fn all() -> Vec<Use> {
    let template = Template::read();
    let mut all = template.in_alarms();
    all.extend(template.in_dashboard());
    assert!(!all.is_empty());
    all
}

#[test]
fn what_is_looked_at_of_hotdesk_is_emitted_so() {
    for look in all().iter().filter(|look| look.namespace == NAMESPACE) {
        assert_eq!(fault(look), None, "{look:?}");
    }
}

#[test]
fn everything_that_is_emitted_is_on_the_dashboard() {
    let template = Template::read();
    let ours = template.in_dashboard().into_iter().filter(|look| look.namespace == NAMESPACE);
    let shown: BTreeSet<(String, Vec<String>)> = ours
        .map(|look| (look.metric, look.dimensions.into_iter().map(|(name, _)| name).collect()))
        .collect();
    for definition in DEFINITIONS {
        for set in definition.dimensions {
            let set = set.iter().map(|name| (*name).to_owned()).collect();
            let name = definition.name.to_owned();
            assert!(
                shown.contains(&(name, set)),
                "{} {:?}",
                definition.name,
                definition.dimensions
            );
        }
    }
    let functions: BTreeSet<String> = template
        .in_dashboard()
        .into_iter()
        .flat_map(|look| look.dimensions)
        .filter_map(|(name, value)| (name == FUNCTION).then_some(value))
        .collect();
    assert_eq!(functions, Function::ALL.map(|function| function.name().to_owned()).into());
}

#[test]
fn an_axis_is_named_by_the_unit_of_what_is_drawn_on_it() {
    let drawn = Template::read().in_dashboard();
    for look in drawn.iter().filter(|look| look.namespace == NAMESPACE) {
        if let Some(axis) = &look.axis {
            assert_eq!(*axis, definition(&look.metric).unwrap().unit, "{look:?}");
        }
    }
}

#[test]
fn who_has_waited_for_five_minutes_is_an_alarm() {
    let template = Template::read();
    let threshold = template.alarm("QueueAge")["Threshold"].as_f64();
    assert_eq!(threshold, Some(Reading::QueueAge(Duration::from_secs(300)).number()));
}

/// A pass that did not run and a node that is down say nothing.
#[test]
fn silence_is_an_alarm_where_there_is_always_something_to_say() {
    let template = Template::read();
    let alarms = template.alarms().into_iter();
    let silent = alarms.filter(|alarm| alarm.properties["TreatMissingData"] == "breaching");
    let silent: Vec<&str> = silent.map(|alarm| alarm.id).collect();
    assert_eq!(silent, ["ReaperNotRun", "RedisMemory"]);
}

#[test]
fn what_is_looked_at_of_aws_is_documented_and_nothing_is_listed_in_vain() {
    let looks = all().into_iter().filter(|look| look.namespace != NAMESPACE);
    let used: BTreeSet<(String, String, String)> = looks
        .map(|look| {
            let [(dimension, value)] = &look.dimensions[..] else { panic!("{look:?}") };
            assert!(value.starts_with("${"), "of this fleet: {look:?}");
            (look.namespace.clone(), look.metric.clone(), dimension.clone())
        })
        .collect();
    let listed = OF_AWS.map(|(n, m, d)| (n.to_owned(), m.to_owned(), d.to_owned()));
    assert_eq!(used, listed.into());
}

#[test]
fn each_alarm_says_what_missing_data_means_and_tells_somebody() {
    let template = Template::read();
    for alarm in template.alarms() {
        let missing = alarm.properties["TreatMissingData"].as_str();
        let known = ["breaching", "notBreaching", "ignore", "missing"];
        assert!(missing.is_some_and(|missing| known.contains(&missing)), "{}", alarm.id);
        for actions in ["AlarmActions", "OKActions"] {
            assert!(
                alarm.properties[actions].as_sequence().is_some_and(|a| a.len() == 1),
                "{}",
                alarm.id
            );
        }
        let periods = alarm.properties["EvaluationPeriods"].as_u64();
        assert!(alarm.properties["DatapointsToAlarm"].as_u64() <= periods, "{}", alarm.id);
        if let Some((used, defined)) = alarm.terms() {
            assert_eq!(used, defined, "{}", alarm.id);
        }
    }
}

#[test]
fn the_dashboard_shows_each_alarm() {
    let template = Template::read();
    let dashboard = template.dashboard();
    let widgets = dashboard["widgets"].as_array().unwrap();
    let [shown] = &widgets.iter().filter(|w| w["type"] == "alarm").collect::<Vec<_>>()[..] else {
        panic!("one list of alarms")
    };
    let shown = shown["properties"]["alarms"].as_array().unwrap().iter();
    let shown: BTreeSet<String> = shown.map(|arn| arn.as_str().unwrap().to_owned()).collect();
    let alarms = template.alarms().into_iter().map(|alarm| format!("${{{}.Arn}}", alarm.id));
    assert_eq!(shown, alarms.collect());
}

/// Two widgets in one place hide each other; the grid has 24 columns (CloudWatch API reference,
/// "Dashboard Body Structure and Syntax").
#[test]
fn no_two_widgets_of_the_dashboard_are_in_one_place() {
    let dashboard = Template::read().dashboard();
    let mut taken = BTreeSet::new();
    for widget in dashboard["widgets"].as_array().unwrap() {
        let [x, y, width, height] =
            ["x", "y", "width", "height"].map(|side| widget[side].as_u64().unwrap());
        assert!(x + width <= 24);
        for place in (x..x + width).flat_map(|x| (y..y + height).map(move |y| (x, y))) {
            assert!(taken.insert(place), "{place:?}: {}", widget["properties"]["title"]);
        }
    }
}
