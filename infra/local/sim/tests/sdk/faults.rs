//! What goes wrong, as the real SDKs see it.

use aws_sdk_autoscaling::error::ProvideErrorMetadata as _;
use aws_sdk_ec2::{
    config::{Config, retry::RetryConfig},
    error::SdkError,
    types::Tag,
};
use hotdesk_sim::GroupSpec;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::{GROUP, Stage, until};

/// A group with one instance that runs, and its id.
async fn one_box(spot: bool) -> (Stage, String) {
    let stage = Stage::of(GroupSpec { desired: 1, spot, ..GroupSpec::named(GROUP) }).await;
    until(async || {
        let group = stage.group().await;
        let state = group.instances().first().and_then(|member| member.lifecycle_state());
        state.is_some_and(|state| state.as_str() == "InService")
    })
    .await;
    let id = stage.group().await.instances()[0].instance_id().unwrap().to_owned();
    (stage, id)
}

async fn fault(stage: &Stage, rules: Value) {
    let (status, body) = stage.control(Method::PUT, "faults", &rules.to_string()).await;
    assert_eq!(status, 204, "{body}");
}

fn once() -> aws_sdk_ec2::config::Builder {
    Config::builder().retry_config(RetryConfig::disabled())
}

fn owner(id: &str) -> Tag {
    Tag::builder().key("Owner").value(id).build()
}

#[tokio::test]
async fn a_cut_connection_is_a_dispatch_failure_whether_or_not_the_call_took_effect() {
    let (stage, id) = one_box(false).await;
    for (fault_name, value) in [("lose_request", None), ("lose_reply", Some("lose_reply"))] {
        fault(&stage, json!([{"call": {"action": "CreateTags", "fault": fault_name}}])).await;
        let tag = stage.ec2.create_tags().resources(&id).tags(owner(fault_name));
        let error = tag.customize().config_override(once()).send().await.unwrap_err();
        assert!(matches!(error, SdkError::DispatchFailure(_)), "{error:?}");
        let instance = stage.instance(&id).await;
        let tag = instance.tags().iter().find(|tag| tag.key() == Some("Owner"));
        assert_eq!(tag.and_then(|tag| tag.value()), value, "{fault_name}");
    }
    let (_, calls) = stage.control(Method::GET, "calls", "").await;
    let calls: Value = serde_json::from_str(&calls).unwrap();
    assert_eq!(calls["CreateTags"]["cut"], 2);
}

#[tokio::test]
async fn the_sdk_tries_a_cut_call_again_by_itself() {
    let (stage, id) = one_box(false).await;
    let rule = json!([{"call": {"action": "CreateTags", "fault": "lose_reply", "times": 1}}]);
    fault(&stage, rule).await;
    stage.ec2.create_tags().resources(&id).tags(owner("alice")).send().await.unwrap();
    let (_, faults) = stage.control(Method::GET, "faults", "").await;
    let faults: Value = serde_json::from_str(&faults).unwrap();
    assert_eq!((&faults[0]["seen"], &faults[0]["hits"]), (&json!(2), &json!(1)));
}

#[tokio::test]
async fn errors_and_throttling_are_read_as_aws_s_own() {
    let (stage, id) = one_box(false).await;
    let error = json!({"error": {"code": "InternalError", "message": "An & error", "status": 500}});
    let rules = json!([
        {"call": {"action": "StopInstances", "fault": error}},
        {"call": {"action": "*", "fault": "throttle"}},
    ]);
    fault(&stage, rules).await;
    let stop = stage.ec2.stop_instances().instance_ids(&id).customize().config_override(once());
    let error = stop.send().await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Some("InternalError"), Some("An & error")));
    let start = stage.ec2.start_instances().instance_ids(&id).customize().config_override(once());
    let error = start.send().await.unwrap_err();
    assert_eq!(error.code(), Some("RequestLimitExceeded"));
    assert_eq!(error.raw_response().map(|reply| reply.status().as_u16()), Some(503));

    use aws_sdk_autoscaling::config::{Config, retry::RetryConfig};
    let once = Config::builder().retry_config(RetryConfig::disabled());
    let describe = stage.autoscaling.describe_auto_scaling_groups().customize();
    let error = describe.config_override(once).send().await.unwrap_err();
    assert_eq!((error.code(), error.message()), (Some("Throttling"), Some("Rate exceeded")));
    fault(&stage, json!([])).await;
    assert_eq!(stage.state(&id).await, "running");
}

#[tokio::test]
async fn a_caller_that_hangs_up_does_not_stop_a_delayed_call() {
    let (stage, id) = one_box(false).await;
    fault(&stage, json!([{"call": {"action": "CreateTags", "fault": {"delay": {"ms": 1000}}}}]))
        .await;
    let tag = stage.ec2.create_tags().resources(&id).tags(owner("alice"));
    let sent = tokio::spawn(tag.send());
    until(async || {
        let (_, faults) = stage.control(Method::GET, "faults", "").await;
        serde_json::from_str::<Value>(&faults).unwrap()[0]["hits"] == 1
    })
    .await;
    sent.abort();
    until(async || {
        let instance = stage.instance(&id).await;
        instance.tags().iter().any(|tag| tag.value() == Some("alice"))
    })
    .await;
}

#[tokio::test]
async fn events_are_lost_and_doubled_on_the_way() {
    let (mut stage, id) = one_box(true).await;
    let warning = "EC2 Spot Instance Interruption Warning";
    let rebalance = "EC2 Instance Rebalance Recommendation";
    let rules = json!([
        {"event": {"detail_type": rebalance, "fault": "lose", "when": {"plan": [1]}}},
        {"event": {"detail_type": warning, "fault": {"double": {"ms": 50}}}},
    ]);
    fault(&stage, rules).await;
    let instance = json!({ "instance": id }).to_string();
    for path in ["rebalance", "rebalance", "interrupt"] {
        assert_eq!(stage.control(Method::POST, path, &instance).await.0, 204);
    }
    let detail = stage.event(rebalance).await["detail"].clone();
    assert_eq!(detail, json!({ "instance-id": id }));
    let first = stage.event(warning).await;
    assert_eq!(first, stage.event(warning).await);
    let (_, faults) = stage.control(Method::GET, "faults", "").await;
    let faults: Value = serde_json::from_str(&faults).unwrap();
    assert_eq!((&faults[0]["seen"], &faults[0]["hits"]), (&json!(2), &json!(1)));
    assert_eq!(stage.instance(&id).await.instance_lifecycle().map(|l| l.as_str()), Some("spot"));
}
