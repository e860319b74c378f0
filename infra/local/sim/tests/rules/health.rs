//! Whoever does not run is replaced.

use hotdesk_sim::{GroupSpec, HookResult, InstanceState, Lifecycle, Process, Settings, Transition};

use crate::world::*;

#[test]
fn a_stopped_member_is_replaced_protected_or_not() {
    for protect_new in [false, true] {
        let (mut world, members) = World::in_service(GroupSpec { protect_new, ..group(1) });
        let id = &members[0];
        world.ok(stop(&[id]));
        world.run(HEALTH_MS - 1);
        assert!(world.member(id).unwrap().healthy);
        world.run(1);
        assert!(!world.member(id).unwrap().healthy);
        assert_eq!(world.lifecycle(id), Some(Lifecycle::InService), "marked first");
        world.run(GROUP_MS);
        assert_eq!(world.lifecycle(id), Some(Lifecycle::Terminating));
        world.run(LONG_MS);
        assert_eq!((world.state(id), world.lifecycle(id)), (Some(InstanceState::Terminated), None));
        assert_eq!((world.sim.group().desired, world.count(Lifecycle::InService)), (1, 1));
    }
}

#[test]
fn a_quick_start_does_not_save_a_stopped_member() {
    let quick = Settings { stop_ms: 10, boot_ms: 10, ..settings() };
    let mut world = World::with(quick, group(1));
    world.run(LONG_MS);
    let id = world.sim.group().members[0].id.clone();
    world.ok(stop(&[&id]));
    world.run(10);
    world.ok(start(&[&id]));
    world.run(10);
    assert_eq!(world.state(&id), Some(InstanceState::Running));
    world.run(LONG_MS);
    assert_eq!(world.state(&id), Some(InstanceState::Terminated));
}

#[test]
fn one_terminated_behind_the_groups_back_still_passes_the_hooks() {
    let hooks = vec![hook("down", Transition::Terminating, HookResult::Continue)];
    let (mut world, members) = World::in_service(GroupSpec { hooks, ..group(1) });
    let id = &members[0];
    world.ok(terminate(&[id]));
    world.run(LONG_MS);
    assert_eq!(world.state(id), Some(InstanceState::Terminated));
    assert_eq!(world.lifecycle(id), Some(Lifecycle::TerminatingWait));
    assert_eq!(world.count(Lifecycle::InService), 1, "replaced meanwhile");
    world.ok(complete("down", id, HookResult::Continue));
    world.run(LONG_MS);
    assert_eq!(world.lifecycle(id), None);
}

#[test]
fn standby_saves_one_that_is_about_to_be_marked_but_keeps_a_mark() {
    let (mut world, members) = World::in_service(group(2));
    let (early, late) = (&members[0], &members[1]);
    world.ok(stop(&[late]));
    world.run(HEALTH_MS);
    world.ok(stop(&[early]));
    world.ok(enter(&[early, late], true));
    world.run(LONG_MS);
    assert!(world.member(early).unwrap().healthy);
    assert!(!world.member(late).unwrap().healthy);
    world.ok(start(&[early, late]));
    world.run(LONG_MS);
    world.ok(exit(&[early, late]));
    world.run(LONG_MS);
    assert_eq!(world.lifecycle(early), Some(Lifecycle::InService));
    assert_eq!(world.state(late), Some(InstanceState::Terminated), "a mark does not fade");
}

#[test]
fn suspended_health_processes_delay_but_do_not_forgive() {
    for (process, marked) in [
        (Process::HealthCheck, false),
        (Process::ReplaceUnhealthy, true),
        (Process::Terminate, true),
    ] {
        let (mut world, members) = World::in_service(group(1));
        let id = &members[0];
        world.ok(suspend(&[process]));
        world.ok(stop(&[id]));
        world.run(LONG_MS);
        let member = world.member(id).unwrap();
        assert_eq!(
            (member.lifecycle, member.healthy),
            (Lifecycle::InService, !marked),
            "{process:?}"
        );
        world.ok(resume(&[process]));
        world.run(LONG_MS);
        assert_eq!(world.state(id), Some(InstanceState::Terminated), "{process:?}");
    }
}

#[test]
fn one_on_its_way_out_is_not_marked() {
    let hooks = vec![hook("down", Transition::Terminating, HookResult::Continue)];
    let (mut world, members) = World::in_service(GroupSpec { hooks, ..group(1) });
    let id = &members[0];
    world.ok(stop(&[id]));
    world.ok(remove(id, true));
    world.run(LONG_MS);
    let member = world.member(id).unwrap();
    assert_eq!((member.lifecycle, member.healthy), (Lifecycle::TerminatingWait, true));
}
