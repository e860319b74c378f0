//! Spot instances are taken back.

use hotdesk_sim::{GroupSpec, InstanceState, Lifecycle, SpotError};
use serde_json::{Value, json};

use crate::world::*;

fn spot(desired: u32) -> (World, Vec<String>) {
    World::in_service(GroupSpec { spot: true, ..group(desired) })
}

fn without_id(mut event: Value) -> Value {
    event.as_object_mut().and_then(|event| event.remove("id")).expect("an id");
    event
}

#[test]
fn one_of_a_one_time_request_cannot_be_stopped() {
    let (mut world, members) = spot(1);
    let id = &members[0];
    assert!(world.instance(id).unwrap().spot);
    world.ok(enter(&[id], true));
    world.run(LONG_MS);
    let (code, message) = world.refused(stop(&[id]));
    assert_eq!(code, "UnsupportedOperation");
    assert_eq!(
        message,
        format!(
            "You can't stop the Spot Instance '{id}' because it is associated with a one-time Spot \
             Instance request. You can only stop Spot Instances associated with persistent Spot \
             Instance requests."
        )
    );
    world.ok(terminate(&[id]));
}

#[test]
fn an_interruption_is_announced_and_comes_two_minutes_later() {
    let (mut world, members) = spot(1);
    let id = &members[0];
    let warned_at = "2021-01-13T00:12:39Z";
    world.sim.interrupt(id).unwrap();
    let event = world.events().remove(0);
    assert_eq!(
        without_id(event),
        json!({
            "version": "0",
            "detail-type": "EC2 Spot Instance Interruption Warning",
            "source": "aws.ec2",
            "account": "123456789012",
            "time": warned_at,
            "region": "us-east-1",
            "resources": [format!("arn:aws:ec2:us-east-1:123456789012:instance/{id}")],
            "detail": { "instance-id": id, "instance-action": "terminate" },
        })
    );
    world.run(1_000);
    world.sim.interrupt(id).unwrap();
    assert!(world.events().is_empty(), "it is told once");
    world.run(TWO_MINUTES - 1_001);
    assert_eq!(world.state(id), Some(InstanceState::Running));
    world.run(1);
    assert_eq!(world.state(id), Some(InstanceState::ShuttingDown));
    assert_eq!(world.lifecycle(id), Some(Lifecycle::InService), "the group finds out later");
    world.run(LONG_MS);
    assert_eq!((world.state(id), world.lifecycle(id)), (Some(InstanceState::Terminated), None));
    assert_eq!(world.count(Lifecycle::InService), 1, "replaced");
}

#[test]
fn one_that_is_gone_by_then_is_left_alone() {
    let (mut world, members) = spot(1);
    let id = &members[0];
    world.sim.interrupt(id).unwrap();
    world.ok(remove(id, true));
    world.run(LONG_MS);
    assert_eq!(world.state(id), Some(InstanceState::Terminated));
    world.events();
    world.run(TWO_MINUTES);
    assert_eq!(world.state(id), Some(InstanceState::Terminated));
    assert!(world.events().is_empty());
}

#[test]
fn a_recommendation_changes_nothing_by_itself() {
    let (mut world, members) = spot(1);
    let id = &members[0];
    world.sim.recommend_rebalance(id).unwrap();
    world.sim.recommend_rebalance(id).unwrap();
    let events = world.events();
    assert_eq!(events.len(), 2);
    assert_eq!(events[0]["detail-type"], "EC2 Instance Rebalance Recommendation");
    assert_eq!(events[0]["source"], "aws.ec2");
    assert_eq!(events[0]["detail"], json!({ "instance-id": id }));
    world.run(TWO_MINUTES + LONG_MS);
    assert_eq!(world.lifecycle(id), Some(Lifecycle::InService));
}

#[test]
fn only_spot_instances_that_run_are_interrupted() {
    let (mut world, members) = spot(1);
    let id = &members[0];
    let nobody = "i-0123456789abcdef0";
    assert_eq!(world.sim.interrupt(nobody), Err(SpotError::Unknown(nobody.into())));
    world.ok(terminate(&[id]));
    world.events();
    let before = world.sim.clone();
    let down = SpotError::Down(id.clone(), InstanceState::ShuttingDown);
    assert_eq!(world.sim.interrupt(id), Err(down.clone()));
    assert_eq!(world.sim.recommend_rebalance(id), Err(down));
    assert_eq!(world.sim, before);

    let (mut world, members) = World::in_service(group(1));
    let id = &members[0];
    assert_eq!(world.sim.interrupt(id), Err(SpotError::OnDemand(id.clone())));
    assert!(!world.instance(id).unwrap().spot);
}
