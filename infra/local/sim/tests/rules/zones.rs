//! The group keeps its zones even.

use hotdesk_sim::{Call, GroupSpec, Lifecycle, Page, Process, Reply, Settings};

use crate::world::*;

fn two_zones(group: GroupSpec) -> World {
    let zones = vec!["us-east-1a".into(), "us-east-1b".into()];
    let mut world = World::with(Settings { zones, ..settings() }, group);
    world.run(LONG_MS);
    world
}

fn in_zone(world: &World, zone: &str) -> Vec<String> {
    let members = world.sim.group().members.into_iter();
    members.filter(|member| member.zone.ends_with(zone)).map(|member| member.id).collect()
}

#[test]
fn members_are_spread_and_say_where_they_are() {
    let mut world = two_zones(group(4));
    assert_eq!(world.in_zones(), [2, 2]);
    for member in world.sim.group().members {
        assert_eq!(world.instance(&member.id).unwrap().zone, member.zone);
    }
    let describe =
        Call::DescribeAutoScalingGroups { names: vec![], instances: false, page: Page::default() };
    let Reply::Groups(groups, None) = world.ok(describe) else { unreachable!() };
    assert_eq!(groups[0].zones, ["us-east-1a", "us-east-1b"]);
    assert!(groups[0].members.is_empty());
    let id = in_zone(&world, "b").remove(0);
    let Reply::Activities(activities) = world.ok(enter(&[&id], true)) else { unreachable!() };
    assert_eq!(activities[0].zone, "us-east-1b");
}

#[test]
fn standby_unbalances_and_the_group_evens_out() {
    let mut world = two_zones(group(4));
    let parked = in_zone(&world, "b");
    world.ok(enter(&parked.iter().collect::<Vec<_>>(), true));
    world.run(2 * GROUP_MS);
    assert_eq!(world.in_zones(), [2, 1], "one is launched first");
    assert_eq!(world.sim.group().desired, 2);
    assert_eq!(world.count(Lifecycle::Terminating), 0);
    world.run(LONG_MS);
    assert_eq!(world.in_zones(), [1, 1], "then one is terminated");
    assert_eq!(world.count(Lifecycle::Standby), 2);
    // Back from standby they tip the other side.
    world.ok(exit(&parked.iter().collect::<Vec<_>>()));
    world.run(LONG_MS);
    assert_eq!(world.in_zones(), [2, 2]);
}

#[test]
fn the_new_one_has_to_be_in_service_before_the_old_one_goes() {
    let up = hook("up", hotdesk_sim::Transition::Launching, hotdesk_sim::HookResult::Abandon);
    let mut world = two_zones(GroupSpec { hooks: vec![up], ..group(4) });
    let serve = |world: &mut World| {
        for member in world.sim.group().members {
            if member.lifecycle == Lifecycle::PendingWait {
                world.ok(complete("up", &member.id, hotdesk_sim::HookResult::Continue));
            }
        }
        world.run(GROUP_MS);
    };
    serve(&mut world);
    let parked = in_zone(&world, "b");
    world.ok(enter(&parked.iter().collect::<Vec<_>>(), true));
    world.run(LONG_MS);
    let waiting = (world.count(Lifecycle::PendingWait), world.count(Lifecycle::InService));
    assert_eq!(waiting, (1, 2));
    world.ok(desire(2)); // which has the group look
    world.run(LONG_MS);
    let waiting = (world.count(Lifecycle::PendingWait), world.count(Lifecycle::InService));
    assert_eq!(waiting, (1, 2), "it is one more than desired for the time being");
    serve(&mut world);
    assert_eq!(world.count(Lifecycle::InService), 3);
    world.run(LONG_MS);
    assert_eq!(world.in_zones(), [1, 1]);
}

#[test]
fn rebalancing_rests_while_it_is_suspended_and_spares_the_protected() {
    for (process, protect_new) in [(Some(Process::AZRebalance), false), (None, true)] {
        let mut world = two_zones(GroupSpec { protect_new, ..group(4) });
        world.ok(suspend(&[Process::ScheduledActions]));
        process.into_iter().for_each(|process| drop(world.ok(suspend(&[process]))));
        let parked = in_zone(&world, "b");
        world.ok(enter(&parked.iter().collect::<Vec<_>>(), true));
        world.run(LONG_MS);
        assert_eq!(world.in_zones(), [2, 0], "{process:?}");
        // What is launched next goes where fewest are, whatever is suspended.
        world.ok(desire(3));
        world.run(LONG_MS);
        assert_eq!(world.in_zones(), [2, 1], "{process:?}");
    }
}

#[test]
fn with_terminate_suspended_the_group_grows_by_one_beyond_its_size() {
    let mut world = two_zones(GroupSpec { max: 4, ..group(4) });
    let parked = in_zone(&world, "b");
    world.ok(suspend(&[Process::Terminate]));
    world.ok(enter(&parked.iter().collect::<Vec<_>>(), true));
    world.run(LONG_MS);
    assert_eq!(world.in_zones(), [2, 1]);
    world.ok(resume(&[]));
    world.run(LONG_MS);
    assert_eq!(world.in_zones(), [1, 1]);
}

#[test]
fn scale_in_takes_from_the_fullest_zone() {
    let mut world = two_zones(group(5));
    assert_eq!(world.in_zones(), [3, 2]);
    world.ok(desire(4));
    world.run(LONG_MS);
    assert_eq!(world.in_zones(), [2, 2]);
    let protected = in_zone(&world, "a");
    world.ok(protect(&protected.iter().collect::<Vec<_>>(), true));
    world.ok(suspend(&[Process::AZRebalance]));
    world.ok(desire(2));
    world.run(LONG_MS);
    assert_eq!(world.in_zones(), [2, 0], "if it has any to take");
}

#[test]
fn without_zones_nothing_is_launched() {
    let mut world = World::with(Settings { zones: vec![], ..settings() }, group(2));
    world.run(LONG_MS);
    assert!(world.sim.instances().is_empty());
}
