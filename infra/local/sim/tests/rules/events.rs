//! Events have AWS's shape.

use hotdesk_sim::{GroupSpec, HookResult, HookSpec, Transition};
use serde_json::{Value, json};

use crate::world::*;

fn only<'a>(events: &'a [Value], detail_type: &str) -> &'a Value {
    let mut found = events.iter().filter(|event| event["detail-type"] == detail_type);
    let event = found.next().expect("such an event");
    assert!(found.next().is_none(), "one only");
    event
}

/// The event without its id, which must look like one.
fn without_id(event: &Value) -> Value {
    let mut event = event.clone();
    let id = event.as_object_mut().and_then(|event| event.remove("id"));
    assert_eq!(id.as_ref().and_then(Value::as_str).map(str::len), Some(36));
    event
}

#[test]
fn a_launch_tells_of_its_states_and_its_hook() {
    let up = HookSpec {
        metadata: Some("x=1".into()),
        ..hook("up", Transition::Launching, HookResult::Abandon)
    };
    let mut world = World::new(GroupSpec { hooks: vec![up], ..group(1) });
    world.run(LONG_MS);
    let events = world.events();
    let member = &world.sim.group().members[0];
    assert_eq!(
        without_id(only(&events, "EC2 Instance-launch Lifecycle Action")),
        json!({
            "version": "0",
            "detail-type": "EC2 Instance-launch Lifecycle Action",
            "source": "aws.autoscaling",
            "account": "123456789012",
            "time": "2021-01-13T00:12:37.020Z",
            "region": "us-east-1",
            "resources": [world.sim.group().arn],
            "detail": {
                "LifecycleActionToken": member.holds[0].token,
                "AutoScalingGroupName": GROUP,
                "LifecycleHookName": "up",
                "EC2InstanceId": member.id,
                "LifecycleTransition": "autoscaling:EC2_INSTANCE_LAUNCHING",
                "NotificationMetadata": "x=1",
                "Origin": "EC2",
                "Destination": "AutoScalingGroup",
            },
        })
    );
    let states: Vec<Value> =
        events.iter().filter(|event| event["source"] == "aws.ec2").map(without_id).collect();
    let state = |state: &str| {
        json!({
            "version": "0",
            "detail-type": "EC2 Instance State-change Notification",
            "source": "aws.ec2",
            "account": "123456789012",
            "time": "2021-01-13T00:12:37Z",
            "region": "us-east-1",
            "resources": [format!("arn:aws:ec2:us-east-1:123456789012:instance/{}", member.id)],
            "detail": { "instance-id": member.id, "state": state },
        })
    };
    assert_eq!(states, [state("pending"), state("running")]);
}

#[test]
fn a_termination_tells_of_its_hook_and_its_states() {
    let down = hook("down", Transition::Terminating, HookResult::Continue);
    let (mut world, members) = World::in_service(GroupSpec { hooks: vec![down], ..group(1) });
    world.ok(remove(&members[0], true));
    world.run(LONG_MS);
    let events = world.events();
    let detail = &only(&events, "EC2 Instance-terminate Lifecycle Action")["detail"];
    assert_eq!(detail["LifecycleTransition"], "autoscaling:EC2_INSTANCE_TERMINATING");
    assert_eq!(
        (&detail["Origin"], &detail["Destination"]),
        (&json!("AutoScalingGroup"), &json!("EC2"))
    );
    assert_eq!(detail.get("NotificationMetadata"), None);
    world.ok(complete("down", &members[0], HookResult::Continue));
    world.run(LONG_MS);
    let states: Vec<Value> = world.events().iter().map(|e| e["detail"]["state"].clone()).collect();
    assert_eq!(states, ["shutting-down", "terminated"]);
}

#[test]
fn a_stop_and_a_start_tell_of_every_state() {
    let (mut world, members) = World::in_service(group(1));
    world.ok(enter(&[&members[0]], true));
    world.ok(stop(&[&members[0]]));
    world.run(LONG_MS);
    world.ok(start(&[&members[0]]));
    world.run(LONG_MS);
    let states: Vec<Value> = world.events().iter().map(|e| e["detail"]["state"].clone()).collect();
    assert_eq!(states, ["stopping", "stopped", "pending", "running"]);
}
