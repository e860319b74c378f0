//! EC2 has no room for more.

use hotdesk_sim::{InstanceState, Lifecycle, Settings};

use crate::world::*;

/// Members in standby whose instances are stopped.
fn parked(count: u32) -> (World, Vec<String>) {
    let (mut world, members) = World::in_service(group(count));
    world.ok(enter(&members.iter().collect::<Vec<_>>(), true));
    world.run(LONG_MS);
    world.ok(stop(&members.iter().collect::<Vec<_>>()));
    world.run(LONG_MS);
    (world, members)
}

#[test]
fn a_start_without_room_fails_the_whole_batch() {
    let (mut world, members) = parked(3);
    let (a, b, c) = (&members[0], &members[1], &members[2]);
    world.sim.set_capacity(Some(2));
    let error = world.sim.call(world.now, start(&[a, b, c])).unwrap_err();
    assert_eq!((error.code.as_ref(), error.status), ("InsufficientInstanceCapacity", 500));
    assert_eq!(world.refused(start(&[a, b, c])).0, "InsufficientInstanceCapacity");
    assert!(members.iter().all(|id| world.state(id) == Some(InstanceState::Stopped)));
    world.ok(start(&[a, b]));
    world.ok(start(&[a, b])); // they have their room
    assert_eq!(world.refused(start(&[a, c])).0, "InsufficientInstanceCapacity");
    world.run(LONG_MS);
    world.ok(stop(&[a]));
    world.ok(start(&[c])); // one that stops has given its room up
    world.run(LONG_MS);
    assert_eq!(world.refused(start(&[a])).0, "InsufficientInstanceCapacity");
    world.sim.set_capacity(None);
    world.ok(start(&[a]));
}

#[test]
fn the_group_launches_what_fits_and_tries_again_after_a_while() {
    let mut world = World::new(group(0));
    world.sim.set_capacity(Some(2));
    world.ok(desire(4));
    world.run(GROUP_MS);
    assert_eq!(world.sim.instances().len(), 2, "no instance appears for a launch that failed");
    world.run(BOOT_MS + GROUP_MS);
    assert_eq!(world.count(Lifecycle::InService), 2);
    world.sim.set_capacity(Some(3));
    world.ok(desire(5)); // which has the group look, but not try
    world.run(RETRY_MS - BOOT_MS - GROUP_MS - 1);
    assert_eq!(world.sim.instances().len(), 2);
    world.run(1);
    assert_eq!(world.sim.instances().len(), 3);
    world.sim.set_capacity(None);
    world.run(RETRY_MS - 1);
    assert_eq!(world.sim.instances().len(), 3);
    world.run(1);
    assert_eq!(world.sim.instances().len(), 5);
}

#[test]
fn a_full_zone_sends_launches_to_another() {
    let zones = vec!["us-east-1a".into(), "us-east-1b".into()];
    let mut world = World::with(Settings { zones, ..settings() }, group(0));
    world.sim.set_capacity(Some(2));
    world.ok(desire(3));
    world.run(LONG_MS);
    assert_eq!(world.in_zones(), [2, 1]);
    world.ok(desire(5));
    world.run(LONG_MS);
    assert_eq!(world.in_zones(), [2, 2], "and both are full");
    let first = world.sim.group().members;
    let in_a = first.iter().find(|member| member.zone == "us-east-1a").expect("one").id.clone();
    world.ok(enter(&[&in_a], true));
    world.run(LONG_MS);
    world.ok(stop(&[&in_a]));
    world.run(LONG_MS);
    assert_eq!(world.in_zones(), [2, 2], "what it left free was taken");
    assert_eq!(world.refused(start(&[&in_a])).0, "InsufficientInstanceCapacity");
}
