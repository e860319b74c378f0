//! The simulator's own paths.

use hotdesk_sim::GroupSpec;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{GROUP, Stage, until};

#[tokio::test]
async fn bad_rules_get_a_clear_answer_and_change_nothing() {
    let stage = Stage::set(3, false).await;
    let good = json!([{"call": {"action": "StopInstances", "fault": "throttle"}}]).to_string();
    assert_eq!(stage.control(Method::PUT, "faults", &good).await.0, 204);
    let before = stage.control(Method::GET, "faults", "").await;
    let expected = json!([{
        "rule": {"call": {"action": "StopInstances", "fault": "throttle", "when": "always"}},
        "seen": 0,
        "hits": 0,
    }]);
    assert_eq!(serde_json::from_str::<Value>(&before.1).unwrap(), expected);
    for (bad, problem) in [
        ("", "EOF"),
        ("{}", "invalid type: map"),
        (r#"[{"call": {"action": "*", "fault": "explode"}}]"#, "unknown variant `explode`"),
        (r#"[{"call": {"action": "*", "fault": "throttle", "when": {"rate": 2}}}]"#, "the rate 2"),
        (r#"[{"call": {"action": "Stop", "fault": "throttle"}}]"#, "StopInstances, "),
    ] {
        let (status, body) = stage.control(Method::PUT, "faults", bad).await;
        assert!(status == 400 && body.contains(problem), "{bad}: {status} {body}");
    }
    assert_eq!(stage.control(Method::GET, "faults", "").await, before);
}

#[tokio::test]
async fn conditions_change_one_by_one() {
    let stage = Stage::set(3, false).await;
    let mut expected = json!({
        "lag_ms": 0, "capacity": null, "throttle": false, "launch_error": null, "max_size": 3,
        "lost_zone": null, "volume_limit": null, "volume_capacity": null,
    });
    let cases = [
        json!({}),
        json!({"capacity": 2, "lag_ms": 9}),
        json!({"throttle": true}),
        json!({"launch_error": "No.", "max_size": 7}),
        json!({"capacity": null}),
        json!({"launch_error": null}),
        json!({"lost_zone": "us-east-1b", "volume_limit": 100, "volume_capacity": 50}),
        json!({"lost_zone": null, "volume_limit": null}),
    ];
    for change in cases {
        expected.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        let (status, now) = stage.control(Method::PUT, "conditions", &change.to_string()).await;
        let now: Value = serde_json::from_str(&now).unwrap();
        assert_eq!((status, &now), (200, &expected), "{change}");
    }
    for (bad, status) in [
        ("", 400),
        (r#"{"lag": 1}"#, 400),
        (r#"{"lag_ms": -1}"#, 400),
        (r#"{"throttle": true, "capacity": "x"}"#, 400),
        (r#"{"launch_error": 1}"#, 400),
        (r#"{"max_size": -1}"#, 400),
        (r#"{"volume_limit": -1}"#, 400),
        (r#"{"lost_zone": "us-east-1z", "throttle": false}"#, 409),
    ] {
        assert_eq!(stage.control(Method::PUT, "conditions", bad).await.0, status, "{bad}");
    }
    let now = stage.control(Method::PUT, "conditions", "{}").await.1;
    assert_eq!(serde_json::from_str::<Value>(&now).unwrap(), expected);
}

#[tokio::test]
async fn a_max_size_below_min_size_is_refused_with_all_that_came_with_it() {
    let group = GroupSpec { min: 2, desired: 2, ..GroupSpec::named(GROUP) };
    let stage = Stage::of(group).await;
    let change = json!({"max_size": 1, "launch_error": "No."}).to_string();
    let (status, problem) = stage.control(Method::PUT, "conditions", &change).await;
    assert!(status == 409 && problem.contains("min bound, 2"), "{status} {problem}");
    let now: Value =
        serde_json::from_str(&stage.control(Method::PUT, "conditions", "{}").await.1).unwrap();
    assert_eq!((&now["max_size"], &now["launch_error"]), (&json!(20), &Value::Null));
}

#[tokio::test]
async fn only_spot_instances_are_taken_back() {
    let stage = Stage::of(GroupSpec { desired: 1, ..GroupSpec::named(GROUP) }).await;
    until(async || !stage.group().await.instances().is_empty()).await;
    let id = stage.group().await.instances()[0].instance_id().unwrap().to_owned();
    for path in ["interrupt", "rebalance"] {
        let on_demand = json!({ "instance": id }).to_string();
        let nobody = json!({ "instance": "i-0123456789abcdef0" }).to_string();
        let cases = [
            (on_demand.as_str(), 409, "no Spot instance"),
            (&nobody, 404, "i-0123456789abcdef0"),
            ("{}", 400, "`instance`"),
        ];
        for (body, status, problem) in cases {
            let answer = stage.control(Method::POST, path, body).await;
            assert!(answer.0 == status && answer.1.contains(problem), "{answer:?}");
        }
    }
}

#[tokio::test]
async fn groups_show_their_zones_and_hide_their_instances_if_asked() {
    let stage = Stage::of(GroupSpec { desired: 2, ..GroupSpec::named(GROUP) }).await;
    until(async || stage.group().await.instances().len() == 2).await;
    let group = stage.group().await;
    assert_eq!(group.availability_zones(), ["us-east-1a", "us-east-1b"]);
    let mut zones: Vec<_> = group.instances().iter().map(|m| m.availability_zone()).collect();
    zones.sort();
    assert_eq!(zones, [Some("us-east-1a"), Some("us-east-1b")]);
    let brief = stage.autoscaling.describe_auto_scaling_groups().include_instances(false);
    let reply = brief.send().await.unwrap();
    assert!(reply.auto_scaling_groups()[0].instances().is_empty());
    assert_eq!(reply.auto_scaling_groups()[0].desired_capacity(), Some(2));
}
