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
    let cases = [
        (r#"{}"#, json!({"lag_ms": 0, "capacity": null, "throttle": false})),
        (r#"{"capacity": 2, "lag_ms": 9}"#, json!({"lag_ms": 9, "capacity": 2, "throttle": false})),
        (r#"{"throttle": true}"#, json!({"lag_ms": 9, "capacity": 2, "throttle": true})),
        (r#"{"capacity": null}"#, json!({"lag_ms": 9, "capacity": null, "throttle": true})),
    ];
    for (change, expected) in cases {
        let (status, now) = stage.control(Method::PUT, "conditions", change).await;
        assert_eq!((status, serde_json::from_str(&now).unwrap()), (200, expected), "{change}");
    }
    for bad in ["", r#"{"lag": 1}"#, r#"{"lag_ms": -1}"#, r#"{"throttle": true, "capacity": "x"}"#]
    {
        assert_eq!(stage.control(Method::PUT, "conditions", bad).await.0, 400, "{bad}");
    }
    let now = stage.control(Method::PUT, "conditions", "{}").await.1;
    let expected = json!({"lag_ms": 9, "capacity": null, "throttle": true});
    assert_eq!(serde_json::from_str::<Value>(&now).unwrap(), expected);
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
