//! The group reaches its desired capacity.

use hotdesk_sim::{Call, GroupSpec, HookResult, InstanceState, Lifecycle, Process, Transition};

use crate::world::*;

#[test]
fn a_group_launches_what_it_lacks() {
    let mut world = World::new(group(2));
    assert!(world.sim.group().members.is_empty());
    world.run(GROUP_MS);
    assert_eq!(world.count(Lifecycle::Pending), 2);
    assert!(world.sim.instances().iter().all(|i| i.state == InstanceState::Pending));
    world.run(BOOT_MS + GROUP_MS);
    assert_eq!(world.count(Lifecycle::InService), 2);
    world.ok(desire(4));
    world.run(LONG_MS);
    assert_eq!(world.count(Lifecycle::InService), 4);
    assert_eq!(world.sim.instances().len(), 4, "launched once each");
}

#[test]
fn desired_capacity_has_bounds() {
    let mut world = World::new(GroupSpec { min: 1, ..group(1) });
    for (desired, end) in
        [(6, "above max value 5"), (0, "below min value 1"), (-1, "below min value 1")]
    {
        let (code, message) = world.refused(desire(desired));
        assert_eq!(code, "ValidationError");
        let expected =
            format!("New SetDesiredCapacity value {desired} is {end} for the AutoScalingGroup.");
        assert_eq!(message, expected);
    }
    let elsewhere = Call::SetDesiredCapacity { group: "other".into(), desired: 1 };
    assert!(world.refused(elsewhere).1.starts_with("AutoScalingGroup name not found"));
}

#[test]
fn scale_in_takes_unprotected_members_only() {
    let (mut world, members) = World::in_service(group(3));
    let (kept, other) = (&members[0], &members[1]);
    world.ok(protect(&[kept, other], true));
    world.ok(desire(0));
    world.run(LONG_MS);
    assert_eq!(world.sim.group().members.len(), 2);
    assert_eq!(world.lifecycle(kept), Some(Lifecycle::InService));
    world.ok(protect(&[other], false));
    world.run(LONG_MS);
    assert_eq!(world.sim.group().members.len(), 1, "the protection was all that kept it");
}

#[test]
fn members_on_their_way_to_service_are_not_protected_yet() {
    let up = hook("up", Transition::Launching, HookResult::Abandon);
    for hooks in [vec![], vec![up]] {
        let waits = if hooks.is_empty() { Lifecycle::Pending } else { Lifecycle::PendingWait };
        let mut world = World::new(GroupSpec { protect_new: true, hooks, ..group(2) });
        world.run(GROUP_MS + GROUP_MS);
        assert_eq!(world.count(waits), 2);
        world.ok(desire(0));
        world.run(GROUP_MS);
        assert_eq!(world.count(waits), 0, "protection starts at InService");
        world.run(LONG_MS);
        assert!(world.sim.group().members.is_empty());
    }
}

#[test]
fn new_instances_are_protected_if_the_group_says_so() {
    let (mut world, members) = World::in_service(GroupSpec { protect_new: true, ..group(2) });
    world.ok(desire(0));
    world.run(LONG_MS);
    assert_eq!(world.count(Lifecycle::InService), 2);
    assert!(world.member(&members[0]).unwrap().protected);
}

#[test]
fn protection_needs_a_fitting_state() {
    let (mut world, members) = World::in_service(group(2));
    let (a, b) = (&members[0], &members[1]);
    world.ok(enter(&[a], true));
    world.ok(protect(&[a], true)); // EnteringStandby
    world.run(LONG_MS);
    world.ok(protect(&[a], true)); // Standby
    world.ok(remove(b, false));
    let (code, message) = world.refused(protect(&[a, b], true));
    assert_eq!(code, "ValidationError");
    assert_eq!(
        message,
        format!("The instance {b} is not in InService or EnteringStandby or Standby.")
    );
    let stranger = &"i-0123456789abcdef0".to_owned();
    let message = world.refused(protect(&[stranger], true)).1;
    assert_eq!(
        message,
        format!("The instance {stranger} is not part of Auto Scaling group {GROUP}.")
    );
}

#[test]
fn a_member_is_terminated_with_or_without_replacement() {
    let (mut world, members) =
        World::in_service(GroupSpec { min: 1, protect_new: true, ..group(2) });
    let (a, b) = (&members[0], &members[1]);
    world.ok(remove(a, true));
    assert_eq!(world.sim.group().desired, 1);
    world.ok(remove(a, true)); // on its way already
    assert_eq!(world.sim.group().desired, 1);
    let (code, message) = world.refused(remove(b, true));
    assert_eq!(code, "ValidationError");
    assert!(message.starts_with("Currently, desiredSize equals minSize (1)."));
    world.ok(remove(b, false));
    world.run(LONG_MS);
    assert_eq!(world.state(b), Some(InstanceState::Terminated));
    assert_eq!(world.count(Lifecycle::InService), 1, "replaced");
    let (code, message) = world.refused(remove(b, false));
    assert_eq!(code, "ValidationError");
    assert!(message.contains("No managed instance found for instance ID"));
}

#[test]
fn suspended_processes_rest() {
    let (mut world, members) = World::in_service(group(2));
    world.ok(suspend(&[Process::Launch]));
    world.ok(remove(&members[0], false));
    world.run(LONG_MS);
    assert_eq!(world.count(Lifecycle::InService), 1, "no replacement while Launch is suspended");
    world.ok(resume(&[Process::Launch]));
    world.run(LONG_MS);
    assert_eq!(world.count(Lifecycle::InService), 2);

    world.ok(suspend(&[]));
    assert_eq!(world.sim.group().suspended, Process::ALL);
    world.ok(desire(1));
    world.run(LONG_MS);
    assert_eq!(world.count(Lifecycle::InService), 2, "no scale-in while Terminate is suspended");
    world.ok(resume(&[]));
    world.run(LONG_MS);
    assert_eq!(world.count(Lifecycle::InService), 1);
}
