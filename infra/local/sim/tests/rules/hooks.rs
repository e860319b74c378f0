//! Lifecycle hooks wait.

use hotdesk_sim::{
    Call, GroupSpec, HookResult, HookSpec, HookTarget, InstanceState, Lifecycle, Transition,
};

use crate::world::*;

const MINUTE: u64 = 60_000;

fn launching(default_result: HookResult) -> (World, String) {
    let hooks = vec![hook("up", Transition::Launching, default_result)];
    let mut world = World::new(GroupSpec { hooks, ..group(1) });
    world.run(2 * GROUP_MS);
    let id = world.sim.group().members[0].id.clone();
    assert_eq!(world.lifecycle(&id), Some(Lifecycle::PendingWait));
    (world, id)
}

#[test]
fn a_launch_waits_until_it_is_told_to_go_on() {
    let (mut world, id) = launching(HookResult::Abandon);
    assert_eq!(world.state(&id), Some(InstanceState::Pending), "the hook does not wait for EC2");
    world.run(LONG_MS);
    assert_eq!(world.lifecycle(&id), Some(Lifecycle::PendingWait));
    world.ok(complete("up", &id, HookResult::Continue));
    assert_eq!(world.lifecycle(&id), Some(Lifecycle::PendingProceed));
    world.run(GROUP_MS);
    assert_eq!(world.lifecycle(&id), Some(Lifecycle::InService));
}

#[test]
fn an_instance_let_go_early_comes_into_service_when_it_runs() {
    let (mut world, id) = launching(HookResult::Abandon);
    world.ok(complete("up", &id, HookResult::Continue));
    world.run(BOOT_MS - 2 * GROUP_MS);
    assert_eq!(world.lifecycle(&id), Some(Lifecycle::PendingProceed));
    world.run(LONG_MS);
    assert_eq!(world.lifecycle(&id), Some(Lifecycle::InService));
}

#[test]
fn an_abandoned_launch_is_terminated_and_replaced() {
    let (mut world, id) = launching(HookResult::Continue);
    world.ok(complete("up", &id, HookResult::Abandon));
    assert_eq!(world.lifecycle(&id), Some(Lifecycle::Terminating));
    world.run(LONG_MS);
    assert_eq!(world.state(&id), Some(InstanceState::Terminated));
    assert_eq!(world.count(Lifecycle::PendingWait), 1, "another one");
}

#[test]
fn a_timeout_counts_as_the_default_result() {
    let (mut world, id) = launching(HookResult::Continue);
    world.run(MINUTE - 1);
    assert_eq!(world.lifecycle(&id), Some(Lifecycle::PendingWait));
    world.run(1 + GROUP_MS);
    assert_eq!(world.lifecycle(&id), Some(Lifecycle::InService));
    let (mut world, id) = launching(HookResult::Abandon);
    world.run(MINUTE + LONG_MS);
    assert_eq!(world.state(&id), Some(InstanceState::Terminated));
}

#[test]
fn heartbeats_put_the_end_off_a_hundred_times() {
    let (mut world, id) = launching(HookResult::Abandon);
    let begun = world.now;
    for _ in 0..110 {
        world.run(MINUTE - 1000);
        if world.lifecycle(&id) != Some(Lifecycle::PendingWait) {
            break;
        }
        world.ok(heartbeat("up", &id));
    }
    assert!(world.now - begun > 100 * MINUTE);
    assert!(world.now - begun < 102 * MINUTE);
    let long = HookSpec {
        heartbeat_seconds: 7200,
        ..hook("h", Transition::Launching, HookResult::Abandon)
    };
    assert_eq!(long.global_timeout_seconds(), 48 * 3600);
}

#[test]
fn an_action_is_named_by_token_or_instance_and_ends_once() {
    let (mut world, id) = launching(HookResult::Abandon);
    let token = world.member(&id).unwrap().holds[0].token.clone();
    let by = |target: HookTarget| Call::CompleteLifecycleAction {
        group: GROUP.into(),
        hook: "up".into(),
        target,
        result: HookResult::Continue,
    };
    let message = world.refused(by(HookTarget::Token("no".into()))).1;
    assert_eq!(message, "No active Lifecycle Action found with token no");
    world.ok(by(HookTarget::Token(token.clone())));
    for target in [HookTarget::Token(token), HookTarget::Instance(id.clone())] {
        let (code, message) = world.refused(by(target));
        assert_eq!(code, "ValidationError");
        assert!(message.starts_with("No active Lifecycle Action found with"));
    }
    assert_eq!(world.refused(heartbeat("up", &id)).0, "ValidationError");
    assert_eq!(world.refused(complete("other", &id, HookResult::Continue)).0, "ValidationError");
}

#[test]
fn all_hooks_of_a_transition_have_a_say() {
    let hooks = vec![
        hook("one", Transition::Launching, HookResult::Continue),
        hook("two", Transition::Launching, HookResult::Continue),
    ];
    let mut world = World::new(GroupSpec { hooks, ..group(2) });
    world.run(LONG_MS);
    let members = world.sim.group().members;
    let (a, b) = (&members[0].id, &members[1].id);
    world.ok(complete("one", a, HookResult::Continue));
    assert_eq!(world.lifecycle(a), Some(Lifecycle::PendingWait));
    world.ok(complete("two", a, HookResult::Continue));
    assert_eq!(world.lifecycle(a), Some(Lifecycle::PendingProceed));
    world.ok(complete("one", b, HookResult::Abandon));
    assert_eq!(world.lifecycle(b), Some(Lifecycle::Terminating));
    assert_eq!(world.refused(complete("two", b, HookResult::Continue)).0, "ValidationError");
}

#[test]
fn a_termination_waits_and_goes_on_either_way() {
    for result in [HookResult::Continue, HookResult::Abandon] {
        let hooks = vec![hook("down", Transition::Terminating, HookResult::Continue)];
        let (mut world, members) = World::in_service(GroupSpec { hooks, ..group(1) });
        let id = &members[0];
        world.ok(remove(id, true));
        world.run(LONG_MS);
        assert_eq!(world.lifecycle(id), Some(Lifecycle::TerminatingWait));
        assert_eq!(world.state(id), Some(InstanceState::Running), "it runs until it is let go");
        world.ok(complete("down", id, result));
        assert_eq!(world.lifecycle(id), Some(Lifecycle::TerminatingProceed));
        world.run(GROUP_MS);
        assert_eq!(world.state(id), Some(InstanceState::ShuttingDown));
        world.run(TERMINATE_MS);
        assert_eq!(world.lifecycle(id), Some(Lifecycle::Terminated));
        world.run(GROUP_MS);
        assert_eq!(world.lifecycle(id), None);
    }
}

#[test]
fn one_that_dies_while_a_launch_hook_holds_it_is_replaced_afterwards() {
    let (mut world, id) = launching(HookResult::Abandon);
    world.run(LONG_MS);
    world.ok(terminate(&[&id]));
    world.run(LONG_MS);
    assert_eq!(
        world.lifecycle(&id),
        Some(Lifecycle::PendingWait),
        "nobody looks at its health yet"
    );
    world.ok(complete("up", &id, HookResult::Continue));
    world.run(LONG_MS);
    assert_eq!(world.lifecycle(&id), None);
    assert_eq!(world.count(Lifecycle::PendingWait), 1);
}
