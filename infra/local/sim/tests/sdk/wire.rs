//! Pages, errors and the rest of what crosses the wire.

use std::collections::BTreeSet;

use aws_sdk_autoscaling::error::ProvideErrorMetadata as _;
use reqwest::Method;
use serde_json::Value;

use crate::stage::{GROUP, Stage, until};

#[tokio::test]
async fn pages_hold_everything_once() {
    let stage = Stage::set(60, false).await;
    let desire = stage.autoscaling.set_desired_capacity().auto_scaling_group_name(GROUP);
    desire.desired_capacity(60).send().await.unwrap();
    until(async || stage.group().await.instances().len() == 60).await;

    let mut pages = stage.ec2.describe_instances().into_paginator().page_size(25).send();
    let (mut ids, mut sizes) = (BTreeSet::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        let instances: Vec<_> = page.reservations().iter().flat_map(|r| r.instances()).collect();
        sizes.push(instances.len());
        ids.extend(instances.iter().filter_map(|i| i.instance_id()).map(str::to_owned));
    }
    assert_eq!((ids.len(), sizes), (60, vec![25, 25, 10]));

    let members = stage.autoscaling.describe_auto_scaling_instances().into_paginator();
    let members = members.items().send().collect::<Result<Vec<_>, _>>().await.unwrap();
    assert_eq!(members.len(), 60, "two pages, for one holds at most 50");
    assert!(members.iter().all(|member| member.health_status() == Some("HEALTHY")));
}

#[tokio::test]
async fn errors_have_codes() {
    let stage = Stage::set(3, false).await;
    let nobody = "i-0123456789abcdef0";
    let error = stage.ec2.start_instances().instance_ids(nobody).send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidInstanceID.NotFound"));
    assert_eq!(error.message(), Some("The instance ID 'i-0123456789abcdef0' does not exist"));
    let error = stage.ec2.describe_instances().instance_ids("i-<&>").send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidInstanceID.Malformed"));
    assert_eq!(error.message(), Some("Invalid id: \"i-<&>\""), "escaped on the way");

    let error = stage
        .autoscaling
        .set_desired_capacity()
        .auto_scaling_group_name(GROUP)
        .desired_capacity(4)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("ValidationError"));
    assert!(error.message().unwrap().contains("above max value 3"));
    let error = stage
        .autoscaling
        .enter_standby()
        .auto_scaling_group_name(GROUP)
        .instance_ids(nobody)
        .should_decrement_desired_capacity(true)
        .send()
        .await
        .unwrap_err();
    assert_eq!(error.code(), Some("ValidationError"));
    let pages = stage.autoscaling.describe_auto_scaling_instances().next_token("no");
    let error = pages.send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_next_token(), "typed");
}

#[tokio::test]
async fn what_is_not_simulated_is_refused() {
    let stage = Stage::set(3, false).await;
    let error = stage.ec2.describe_volumes_modifications().send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidAction"));
    let error = stage.ec2.describe_instances().dry_run(true).send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownParameter"));
    assert!(error.message().unwrap().contains("DryRun"));
    let error = stage.autoscaling.describe_warm_pool().auto_scaling_group_name(GROUP).send().await;
    assert_eq!(error.unwrap_err().code(), Some("InvalidAction"));
    let desire = stage.autoscaling.set_desired_capacity().auto_scaling_group_name(GROUP);
    let error = desire.desired_capacity(1).honor_cooldown(true).send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownParameter"));
}

#[tokio::test]
async fn hooks_protection_and_processes_are_shown() {
    let stage = Stage::set(3, true).await;
    let group = &stage.autoscaling;
    let hooks = group.describe_lifecycle_hooks().auto_scaling_group_name(GROUP);
    let hooks = hooks.lifecycle_hook_names("up").send().await.unwrap();
    let [hook] = hooks.lifecycle_hooks() else { panic!("one hook") };
    assert_eq!(hook.lifecycle_transition(), Some("autoscaling:EC2_INSTANCE_LAUNCHING"));
    assert_eq!((hook.heartbeat_timeout(), hook.global_timeout()), (Some(60), Some(6000)));
    assert_eq!(hook.default_result(), Some("ABANDON"));

    let suspend = group.suspend_processes().auto_scaling_group_name(GROUP);
    suspend.scaling_processes("AZRebalance").scaling_processes("Launch").send().await.unwrap();
    let suspended = stage.group().await;
    let names: Vec<_> =
        suspended.suspended_processes().iter().filter_map(|p| p.process_name()).collect();
    assert_eq!(names, ["AZRebalance", "Launch"]);
    group.resume_processes().auto_scaling_group_name(GROUP).send().await.unwrap();
    assert!(stage.group().await.suspended_processes().is_empty());

    let desire = group.set_desired_capacity().auto_scaling_group_name(GROUP);
    desire.desired_capacity(1).send().await.unwrap();
    until(async || stage.group().await.instances().len() == 1).await;
    let member = stage.group().await.instances()[0].clone();
    let protect = group.set_instance_protection().auto_scaling_group_name(GROUP);
    let protect =
        protect.instance_ids(member.instance_id().unwrap()).protected_from_scale_in(false);
    let error = protect.send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationError"), "it waits for its hook");
}

#[tokio::test]
async fn activities_are_listed_as_the_sdk_reads_them() {
    let stage = Stage::set(3, true).await;
    stage.control(Method::PUT, "conditions", r#"{"launch_error": "A reason."}"#).await;
    let desire = stage.autoscaling.set_desired_capacity().auto_scaling_group_name(GROUP);
    desire.desired_capacity(1).send().await.unwrap();
    let list = || stage.autoscaling.describe_scaling_activities().auto_scaling_group_name(GROUP);
    until(async || !list().send().await.unwrap().activities().is_empty()).await;
    let reply = list().max_records(1).include_deleted_groups(false).send().await.unwrap();
    let failed = &reply.activities()[0];
    assert_eq!(failed.auto_scaling_group_name(), Some(GROUP));
    assert_eq!(failed.status_code().map(|code| code.as_str()), Some("Failed"));
    assert_eq!(failed.status_message(), Some("A reason. Launching EC2 instance failed."));
    assert_eq!(failed.progress(), Some(100));
    let (start, end) = (failed.start_time().unwrap(), failed.end_time().unwrap());
    assert_eq!(start.secs(), end.secs(), "over at once");
    assert!(failed.details().unwrap().contains("us-east-1"));

    stage.control(Method::PUT, "conditions", r#"{"launch_error": null}"#).await;
    let launches = async || {
        let reply = list().send().await.unwrap();
        let found = reply.activities().iter().find(|a| a.end_time().is_none()).cloned();
        found.filter(|a| a.status_code().unwrap().as_str() == "MidLifecycleAction")
    };
    until(async || launches().await.is_some()).await;
    let held = launches().await.unwrap();
    assert!(held.description().unwrap().starts_with("Launching a new EC2 instance: i-"));
    assert_eq!(held.status_message(), None);

    let error = list().max_records(101).send().await.unwrap_err();
    assert_eq!(error.code(), Some("ValidationError"));
    let error = list().next_token("no").send().await.unwrap_err().into_service_error();
    assert!(error.is_invalid_next_token(), "typed");
    let error = list().activity_ids("one").send().await.unwrap_err();
    assert_eq!(error.code(), Some("UnknownParameter"), "not simulated");
}

#[tokio::test]
async fn the_state_is_there_to_look_at() {
    let stage = Stage::set(3, true).await;
    let desire = stage.autoscaling.set_desired_capacity().auto_scaling_group_name(GROUP);
    desire.desired_capacity(1).send().await.unwrap();
    let state = async || {
        let reply = reqwest::get(format!("{}/_sim/state", stage.url)).await.unwrap();
        reply.json::<Value>().await.unwrap()
    };
    until(async || {
        let state = state().await;
        state["group"]["members"][0]["lifecycle"] == "Pending:Wait"
            && state["instances"][0]["state"] == "running"
    })
    .await;
    let state = state().await;
    assert!(state["now"].as_u64() >= Some(1_610_496_757_000));
    let group = &state["group"];
    assert_eq!(
        (&group["min"], &group["desired"], &group["max"]),
        (&0.into(), &1.into(), &3.into())
    );
    assert_eq!(group["members"][0]["holds"][0]["hook"], "up");
    let instance = &state["instances"][0];
    assert_eq!(instance["tags"]["Owner"], "UNASSIGNED");
    assert_eq!(state["activities"][0]["status"], "MidLifecycleAction");
    let conditions = serde_json::json!({
        "lag_ms": 0, "capacity": null, "throttle": false, "launch_error": null, "max_size": 3,
        "lost_zone": null, "volume_limit": null, "volume_capacity": null,
    });
    assert_eq!(state["conditions"], conditions);
    assert_eq!(instance["public_ip"], "127.1.0.1");
    assert_eq!(instance["private_ip"], "127.2.0.1");
}
