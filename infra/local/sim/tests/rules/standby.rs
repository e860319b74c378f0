//! Into standby and out of it.

use hotdesk_sim::{GroupSpec, HookResult, InstanceState, Lifecycle, Process, Reply, Transition};

use crate::world::*;

#[test]
fn a_standby_member_stops_and_starts_in_peace() {
    let (mut world, members) = World::in_service(GroupSpec { protect_new: true, ..group(2) });
    let id = &members[0];
    let Reply::Activities(activities) = world.ok(enter(&[id], true)) else { unreachable!() };
    assert_eq!(activities[0].description, format!("Moving EC2 instance to Standby: {id}"));
    assert!(activities[0].cause.ends_with("shrinking the capacity from 2 to 1."));
    assert_eq!(world.lifecycle(id), Some(Lifecycle::EnteringStandby));
    world.run(GROUP_MS);
    assert_eq!(world.lifecycle(id), Some(Lifecycle::Standby));
    world.ok(stop(&[id]));
    world.run(LONG_MS);
    assert_eq!(world.state(id), Some(InstanceState::Stopped));
    assert_eq!(world.lifecycle(id), Some(Lifecycle::Standby));
    assert_eq!(world.sim.instances().len(), 2, "nothing was launched in its place");

    world.ok(start(&[id]));
    world.run(BOOT_MS);
    let Reply::Activities(activities) = world.ok(exit(&[id])) else { unreachable!() };
    assert!(activities[0].cause.ends_with("increasing the capacity from 1 to 2."));
    assert_eq!(world.lifecycle(id), Some(Lifecycle::Pending));
    world.run(LONG_MS);
    let member = world.member(id).unwrap();
    assert_eq!(member.lifecycle, Lifecycle::InService);
    assert!(member.healthy && member.protected, "the protection outlasts standby");
    assert_eq!(world.sim.instances().len(), 2);
}

#[test]
fn without_decrement_a_replacement_is_launched() {
    let (mut world, members) = World::in_service(group(1));
    world.ok(enter(&[&members[0]], false));
    world.run(LONG_MS);
    assert_eq!((world.count(Lifecycle::InService), world.count(Lifecycle::Standby)), (1, 1));
    world.ok(exit(&[&members[0]]));
    world.run(LONG_MS);
    assert_eq!(world.sim.group().desired, 2);
    assert_eq!(world.count(Lifecycle::InService), 2);
}

#[test]
fn the_sizes_of_the_group_bound_both_ways() {
    let (mut world, members) = World::in_service(GroupSpec { min: 1, max: 2, ..group(2) });
    let (a, b) = (&members[0], &members[1]);
    let (code, message) = world.refused(enter(&[a, b], true));
    assert_eq!(code, "ValidationError");
    assert_eq!(
        message,
        "AutoScalingGroup desks has min-size=1, max-size=2, and desired-size=2. To place into \
         standby 2 instances, please update the AutoScalingGroup sizes appropriately."
    );
    world.ok(enter(&[a], true));
    world.run(LONG_MS);
    world.ok(desire(2));
    let (code, message) = world.refused(exit(&[a]));
    assert_eq!(code, "ValidationError");
    assert!(message.contains("desired-size=2. To take out of standby 1 instance,"));
    world.ok(desire(1));
    world.ok(exit(&[a]));
    assert_eq!(world.sim.group().desired, 2);
}

#[test]
fn one_in_another_state_fails_the_batch() {
    let (mut world, members) = World::in_service(group(3));
    let (a, b, c) = (&members[0], &members[1], &members[2]);
    world.ok(enter(&[a], true));
    let (code, message) = world.refused(enter(&[b, a], true));
    assert_eq!(
        (code, message),
        ("ValidationError", format!("The instance {a} is not in InService."))
    );
    let message = world.refused(exit(&[a])).1;
    assert_eq!(message, format!("The instance {a} is not in Standby."), "it is still entering");
    world.ok(remove(c, true));
    assert_eq!(
        world.refused(enter(&[b, c], true)).1,
        format!("The instance {c} is not in InService.")
    );
    assert_eq!(world.lifecycle(b), Some(Lifecycle::InService));
    let stranger = &"i-0123456789abcdef0".to_owned();
    assert!(
        world.refused(enter(&[b, stranger], true)).1.contains("is not part of Auto Scaling group")
    );
    let many: Vec<String> = (0..21).map(|n| format!("i-{n:017x}")).collect();
    assert!(world.refused(enter(&many.iter().collect::<Vec<_>>(), true)).1.contains("20"));
    assert_eq!(world.refused(enter(&[], true)).0, "ValidationError");
}

#[test]
fn standby_is_not_left_while_launch_is_suspended() {
    let (mut world, members) = World::in_service(group(1));
    world.ok(enter(&[&members[0]], true));
    world.run(LONG_MS);
    world.ok(suspend(&[Process::Launch]));
    let (code, message) = world.refused(exit(&[&members[0]]));
    assert_eq!(code, "ValidationError");
    assert!(message.ends_with("while the Launch process is suspended"));
}

#[test]
fn no_hooks_run_on_standby_moves() {
    let hooks = vec![
        hook("up", Transition::Launching, HookResult::Continue),
        hook("down", Transition::Terminating, HookResult::Continue),
    ];
    let mut world = World::new(GroupSpec { hooks, ..group(1) });
    world.run(LONG_MS);
    let id = &world.sim.group().members[0].id;
    world.ok(complete("up", id, HookResult::Continue));
    world.run(LONG_MS);
    world.ok(enter(&[id], true));
    world.run(LONG_MS);
    world.ok(exit(&[id]));
    world.run(LONG_MS);
    assert_eq!(world.lifecycle(id), Some(Lifecycle::InService));
}

#[test]
fn a_member_that_comes_back_stopped_is_replaced() {
    let (mut world, members) = World::in_service(GroupSpec { protect_new: true, ..group(1) });
    let id = &members[0];
    world.ok(enter(&[id], true));
    world.ok(stop(&[id]));
    world.run(LONG_MS);
    world.ok(exit(&[id]));
    world.run(LONG_MS);
    assert_eq!(world.state(id), Some(InstanceState::Terminated));
    assert_eq!(world.lifecycle(id), None);
    assert_eq!(world.count(Lifecycle::InService), 1);
}

#[test]
fn one_terminated_in_standby_stays_listed_until_it_is_removed() {
    let (mut world, members) = World::in_service(group(1));
    let id = &members[0];
    world.ok(enter(&[id], true));
    world.ok(terminate(&[id]));
    world.run(FORGET_MS + LONG_MS);
    assert_eq!((world.instance(id), world.lifecycle(id)), (None, Some(Lifecycle::Standby)));
    assert_eq!(world.refused(remove(id, true)).0, "ValidationError");
    world.ok(remove(id, false));
    world.run(LONG_MS);
    assert_eq!(world.lifecycle(id), None);
    assert!(world.sim.group().members.is_empty(), "it did not count, so nothing replaces it");
}
