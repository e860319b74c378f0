//! EC2: states, addresses, batches, tags.

use std::collections::BTreeMap;

use hotdesk_sim::{Call, Effect, GroupSpec, InstanceState, Reply, StateChange};

use crate::world::*;

#[test]
fn an_instance_runs_stops_starts_and_is_terminated() {
    let (mut world, members) = World::in_service(group(1));
    let id = &members[0];
    let born = world.instance(id).unwrap();
    world.ok(enter(&[id], true));
    world.run(LONG_MS);

    let reply = world.ok(stop(&[id]));
    let (previous, current) = (InstanceState::Running, InstanceState::Stopping);
    assert_eq!(reply, Reply::StateChanges(vec![StateChange { id: id.clone(), previous, current }]));
    world.run(STOP_MS - 1);
    assert_eq!(world.state(id), Some(InstanceState::Stopping));
    assert_eq!(world.instance(id).unwrap().public_ip, born.public_ip, "until it has stopped");
    world.run(1);
    let stopped = world.instance(id).unwrap();
    assert_eq!((stopped.state, stopped.public_ip), (InstanceState::Stopped, None));
    assert_eq!(stopped.private_ip, born.private_ip, "kept for life");

    world.ok(start(&[id]));
    assert_eq!(world.state(id), Some(InstanceState::Pending));
    assert_eq!(world.instance(id).unwrap().launched_at, world.now, "LaunchTime is the last start");
    world.run(BOOT_MS);
    let again = world.instance(id).unwrap();
    assert_eq!((again.state, again.private_ip), (InstanceState::Running, born.private_ip));
    assert!(again.public_ip.is_some() && again.public_ip != born.public_ip, "a new public address");

    world.ok(terminate(&[id]));
    assert_eq!(world.state(id), Some(InstanceState::ShuttingDown));
    world.run(TERMINATE_MS);
    let gone = world.instance(id).unwrap();
    assert_eq!(gone.state, InstanceState::Terminated);
    assert_eq!((gone.public_ip, gone.private_ip), (None, None));
    world.run(FORGET_MS - 1);
    assert!(world.instance(id).is_some(), "described for an hour");
    world.run(1);
    assert!(world.instance(id).is_none());
}

#[test]
fn the_box_is_down_before_ec2_says_so() {
    let (mut world, members) = World::in_service(group(1));
    let id = &members[0];
    let down = |world: &mut World| {
        let effects = world.sim.take_effects();
        effects.contains(&Effect::BoxStopped { id: id.clone() })
    };
    world.ok(enter(&[id], true));
    world.ok(stop(&[id]));
    assert!(!down(&mut world));
    world.run(STOP_MS / 2);
    assert!(down(&mut world) && world.state(id) == Some(InstanceState::Stopping));
    world.run(LONG_MS);
    assert!(!down(&mut world), "once only");

    world.ok(start(&[id]));
    world.run(BOOT_MS);
    let instance = world.instance(id).unwrap();
    let started = Effect::BoxStarted {
        id: id.clone(),
        public_ip: instance.public_ip.unwrap(),
        private_ip: instance.private_ip.unwrap(),
    };
    assert!(world.sim.take_effects().contains(&started));
    world.ok(terminate(&[id]));
    world.run(TERMINATE_MS / 2);
    assert!(down(&mut world) && world.state(id) == Some(InstanceState::ShuttingDown));

    let (mut world, members) = World::in_service(group(1));
    let id = &members[0];
    world.ok(stop(&[id]));
    world.run(STOP_MS / 2 - 1);
    world.ok(terminate(&[id]));
    world.run(1);
    let stopped = Effect::BoxStopped { id: id.clone() };
    assert!(world.sim.take_effects().contains(&stopped), "not later for being terminated too");
}

#[test]
fn calls_that_do_not_fit_the_state_are_refused() {
    let (mut world, members) = World::in_service(group(1));
    let id = &members[0];
    world.ok(enter(&[id], true));
    world.ok(start(&[id])); // running already: nothing to do
    assert_eq!(world.state(id), Some(InstanceState::Running));
    world.ok(stop(&[id]));
    world.ok(stop(&[id]));
    let (code, message) = world.refused(start(&[id]));
    assert_eq!(code, "IncorrectInstanceState");
    assert!(message.ends_with("is not in a state from which it can be started."));
    world.run(STOP_MS);
    world.ok(stop(&[id]));
    world.ok(start(&[id]));
    world.ok(stop(&[id])); // pending, but it ran before
    world.ok(terminate(&[id]));
    world.ok(terminate(&[id]));
    for call in [start(&[id]), stop(&[id])] {
        assert_eq!(world.refused(call).0, "IncorrectInstanceState");
    }
    world.run(TERMINATE_MS);
    assert_eq!(world.state(id), Some(InstanceState::Terminated));
    assert_eq!(world.refused(start(&[id])).0, "IncorrectInstanceState");
    world.ok(terminate(&[id]));
}

#[test]
fn a_first_boot_cannot_be_stopped_but_terminated() {
    let mut world = World::new(group(1));
    world.run(GROUP_MS);
    let id = world.sim.instances()[0].id.clone();
    let (code, message) = world.refused(stop(&[&id]));
    assert_eq!(code, "IncorrectInstanceState");
    assert!(message.contains("has never reached the 'running' state"));
    world.ok(terminate(&[&id]));
    world.sim.take_effects();
    world.run(TERMINATE_MS);
    assert_eq!(world.state(&id), Some(InstanceState::Terminated));
    let of_it = |effect: &Effect| *effect == Effect::BoxStopped { id: id.clone() };
    assert!(!world.sim.take_effects().iter().any(of_it), "its system was never up");
}

#[test]
fn a_batch_is_done_whole_or_not_at_all() {
    let (mut world, members) = World::in_service(group(2));
    let (a, b) = (&members[0], &members[1]);
    let unknown = &"i-0123456789abcdef0".to_owned();
    let other = &"i-01234567".to_owned();
    let bad = &"i-xyz".to_owned();
    for call in [stop as fn(&[&String]) -> Call, start, terminate] {
        let (code, message) = world.refused(call(&[a, unknown]));
        assert_eq!(code, "InvalidInstanceID.NotFound");
        assert_eq!(message, format!("The instance ID '{unknown}' does not exist"));
        let (_, message) = world.refused(call(&[unknown, other, a]));
        assert_eq!(message, format!("The instance IDs '{unknown}, {other}' do not exist"));
        assert_eq!(world.refused(call(&[a, bad])).0, "InvalidInstanceID.Malformed");
        assert_eq!(world.refused(call(&[])).0, "MissingParameter");
    }
    world.ok(terminate(&[b]));
    assert_eq!(world.refused(stop(&[a, b])).0, "IncorrectInstanceState");
    assert_eq!(world.state(a), Some(InstanceState::Running));
}

#[test]
fn tags_are_there_from_birth_and_the_last_writer_wins() {
    let tags = BTreeMap::from([("Owner".to_owned(), "UNASSIGNED".to_owned())]);
    let (mut world, members) = World::in_service(GroupSpec { tags, ..group(1) });
    let id = &members[0];
    let tag = |world: &World, key: &str| world.instance(id).unwrap().tags.get(key).cloned();
    assert_eq!(tag(&world, "Owner").as_deref(), Some("UNASSIGNED"));
    assert_eq!(tag(&world, "aws:autoscaling:groupName").as_deref(), Some(GROUP));

    let create = |key: &str, value: &str| Call::CreateTags {
        ids: vec![id.clone()],
        tags: BTreeMap::from([(key.to_owned(), value.to_owned())]),
    };
    world.ok(create("Owner", "alice"));
    world.ok(create("Owner", "bob"));
    assert_eq!(tag(&world, "Owner").as_deref(), Some("bob"));
    for bad in [("aws:x", ""), ("", ""), (&"k".repeat(129), ""), ("k", &"v".repeat(257))] {
        assert_eq!(world.refused(create(bad.0, bad.1)).0, "InvalidParameterValue");
    }
    for n in 1..50 {
        world.ok(create(&format!("k{n}"), ""));
    }
    world.ok(create("k1", "again"));
    assert_eq!(world.refused(create("k50", "")).0, "TagLimitExceeded");
    let nobody = Call::CreateTags {
        ids: vec!["i-0123456789abcdef0".into()],
        tags: BTreeMap::from([("k".into(), "v".into())]),
    };
    assert_eq!(world.refused(nobody).0, "InvalidInstanceID.NotFound");
}
