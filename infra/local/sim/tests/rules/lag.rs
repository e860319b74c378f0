//! What readers see late.

use std::collections::{BTreeMap, BTreeSet};

use hotdesk_sim::{Call, Instance, InstanceState, Lifecycle, Member, Page, Reply, Settings};
use proptest::{collection::vec, prelude::*};

use crate::world::*;

const LAG_MS: u64 = 1_000;
/// Enough calls for everything that can be seen to be seen.
const OFTEN: usize = 100;

fn late(lag_ms: u64, desired: u32) -> World {
    World::with(Settings { lag_ms, ..settings() }, group(desired))
}

fn instances(world: &mut World, ids: Vec<String>) -> Option<Vec<Instance>> {
    let call = Call::DescribeInstances { ids, filters: vec![], page: Page::default() };
    match world.sim.call(world.now, call) {
        Ok(Reply::Instances(instances, None)) => Some(instances),
        Ok(_) => unreachable!(),
        Err(error) => {
            assert_eq!(error.code, "InvalidInstanceID.NotFound");
            None
        }
    }
}

fn members(world: &mut World) -> Vec<Member> {
    let call = Call::DescribeAutoScalingInstances { ids: vec![], page: Page::default() };
    let Reply::Members(members, None) = world.ok(call) else { unreachable!() };
    members
}

fn group_members(world: &mut World) -> Vec<Member> {
    let page = Page::default();
    let call = Call::DescribeAutoScalingGroups { names: vec![], instances: true, page };
    let Reply::Groups(mut groups, None) = world.ok(call) else { unreachable!() };
    groups.remove(0).members
}

/// Everything that `look` shows in many calls.
fn shown<T: Ord>(world: &mut World, look: impl Fn(&mut World) -> T) -> BTreeSet<T> {
    (0..OFTEN).map(|_| look(world)).collect()
}

#[test]
fn a_new_instance_is_seen_by_some_and_not_by_others() {
    let mut world = late(LAG_MS, 1);
    world.run(GROUP_MS + LAG_MS / 2);
    let id = world.sim.instances()[0].id.clone();
    let both = BTreeSet::from([false, true]);
    let by_id = |world: &mut World| instances(world, vec![id.clone()]).is_some();
    assert_eq!(shown(&mut world, by_id), both);
    let in_all = |world: &mut World| !instances(world, vec![]).expect("no ids").is_empty();
    assert_eq!(shown(&mut world, in_all), both);
    assert_eq!(shown(&mut world, |world| !members(world).is_empty()), both);
    assert_eq!(shown(&mut world, |world| !group_members(world).is_empty()), both);
    let tag = Call::CreateTags {
        ids: vec![id.clone()],
        tags: BTreeMap::from([("Owner".to_owned(), "alice".to_owned())]),
    };
    let tagged = |world: &mut World| world.sim.call(world.now, tag.clone()).is_ok();
    assert_eq!(shown(&mut world, tagged), both);
    world.run(LAG_MS);
    assert_eq!(shown(&mut world, by_id), BTreeSet::from([true]), "the lag is over");
}

#[test]
fn activities_are_seen_late_and_as_they_were() {
    let mut world = late(LAG_MS, 1);
    world.run(GROUP_MS + LAG_MS / 4);
    let shows = |world: &mut World| {
        let list = Call::DescribeScalingActivities { group: None, page: Page::default() };
        let Reply::ActivityLog(activities, None) = world.ok(list) else { unreachable!() };
        activities.first().map(|activity| (activity.status.name(), activity.ended_at))
    };
    let launched = world.now;
    let (before, on_its_way) = (None, Some(("PreInService", None)));
    assert!(shown(&mut world, shows).contains(&before));
    let done_at = launched - LAG_MS / 4 + BOOT_MS + GROUP_MS;
    world.run(LAG_MS - LAG_MS / 5);
    let done = Some(("Successful", Some(done_at)));
    assert_eq!(shown(&mut world, shows), BTreeSet::from([on_its_way, done]));
    world.run(LAG_MS);
    assert_eq!(shown(&mut world, shows), BTreeSet::from([done]));
}

#[test]
fn old_states_tags_and_members_are_shown_until_the_lag_is_over() {
    let mut world = late(LAG_MS, 1);
    world.run(LONG_MS);
    let id = world.sim.instances()[0].id.clone();
    world.ok(enter(&[&id], true));
    world.ok(stop(&[&id]));
    world.ok(Call::CreateTags {
        ids: vec![id.clone()],
        tags: BTreeMap::from([("Owner".to_owned(), "alice".to_owned())]),
    });
    world.run(STOP_MS + LAG_MS / 4);
    let state = |world: &mut World| instances(world, vec![id.clone()]).expect("known")[0].state;
    let all = [InstanceState::Running, InstanceState::Stopping, InstanceState::Stopped];
    assert_eq!(shown(&mut world, state), BTreeSet::from(all));
    let tag =
        |world: &mut World| instances(world, vec![]).expect("no ids")[0].tags.get("Owner").cloned();
    assert_eq!(shown(&mut world, tag), BTreeSet::from([None, Some("alice".to_owned())]));
    let lifecycle = |world: &mut World| members(world)[0].lifecycle;
    let all = [Lifecycle::InService, Lifecycle::EnteringStandby, Lifecycle::Standby];
    assert_eq!(shown(&mut world, lifecycle), BTreeSet::from(all));
    assert_eq!(world.state(&id), Some(InstanceState::Stopped), "the cloud itself knows");
    world.run(LAG_MS);
    assert_eq!(shown(&mut world, state), BTreeSet::from([InstanceState::Stopped]));
    assert_eq!(shown(&mut world, lifecycle), BTreeSet::from([Lifecycle::Standby]));
}

#[test]
fn one_that_is_gone_is_still_shown_for_a_while() {
    let mut world = late(LAG_MS, 1);
    world.run(LONG_MS);
    let id = world.sim.instances()[0].id.clone();
    world.ok(remove(&id, true));
    world.run(2 * GROUP_MS + TERMINATE_MS + GROUP_MS + LAG_MS / 2);
    assert_eq!(world.lifecycle(&id), None);
    let both = BTreeSet::from([false, true]);
    assert_eq!(shown(&mut world, |world| !members(world).is_empty()), both);
    world.run(FORGET_MS);
    assert_eq!(world.instance(&id), None);
    let by_id = |world: &mut World| instances(world, vec![id.clone()]).is_some();
    assert_eq!(shown(&mut world, by_id), both);
    world.run(LAG_MS);
    assert_eq!(shown(&mut world, by_id), BTreeSet::from([false]));
    assert_eq!(world.sim.next_due(), None, "nothing is left of it");
}

#[test]
fn the_lag_can_be_set_while_the_cloud_runs() {
    let mut world = late(0, 1);
    world.run(LONG_MS);
    let id = world.sim.instances()[0].id.clone();
    world.ok(enter(&[&id], true));
    world.run(LONG_MS);
    world.sim.set_lag_ms(LAG_MS);
    world.ok(stop(&[&id]));
    let state = |world: &mut World| instances(world, vec![id.clone()]).expect("known")[0].state;
    world.run(STOP_MS - 1);
    let all = [InstanceState::Running, InstanceState::Stopping];
    assert_eq!(shown(&mut world, state), BTreeSet::from(all));
    world.sim.set_lag_ms(0);
    assert_eq!(shown(&mut world, state), BTreeSet::from([InstanceState::Stopping]));
}

/// What was true from when on.
struct Truth {
    since: u64,
    instances: BTreeMap<String, Instance>,
    members: BTreeMap<String, Member>,
}

fn truth(world: &World) -> Truth {
    let instances = world.sim.instances().into_iter().map(|i| (i.id.clone(), i)).collect();
    let members = world.sim.group().members.into_iter().map(|m| (m.id.clone(), m)).collect();
    Truth { since: world.sim.now(), instances, members }
}

/// Moves on, and notes every truth on the way.
fn pass(world: &mut World, ms: u64, truths: &mut Vec<Truth>) {
    let end = world.now + ms;
    while let Some(due) = world.sim.next_due().filter(|due| *due <= end) {
        world.sim.advance(due);
        truths.push(truth(world));
    }
    world.run(ms);
}

proptest! {
    #[test]
    fn what_is_shown_was_true_within_the_lag(
        steps in vec((0..7u8, any::<usize>(), 0..400u64), 1..40),
        lag_ms in prop_oneof![1..5u64, 1..1_500u64],
    ) {
        let mut world = late(lag_ms, 3);
        let mut truths = vec![truth(&world)];
        for (what, who, ms) in steps {
            pass(&mut world, ms, &mut truths);
            let all: Vec<String> = world.sim.instances().into_iter().map(|i| i.id).collect();
            let id = all.get(who % all.len().max(1)).cloned().unwrap_or_default();
            let tags = BTreeMap::from([("Owner".to_owned(), who.to_string())]);
            let call = match what {
                0 => stop(&[&id]),
                1 => start(&[&id]),
                2 => enter(&[&id], true),
                3 => exit(&[&id]),
                4 => terminate(&[&id]),
                5 => desire((who % 5) as i64),
                _ => Call::CreateTags { ids: vec![id], tags },
            };
            world.sim.call(world.now, call).ok();
            truths.push(truth(&world));
            let from = world.now.saturating_sub(lag_ms);
            let until = |n: usize| truths.get(n + 1).map_or(u64::MAX, |next: &Truth| next.since);
            let visible: Vec<&Truth> =
                truths.iter().enumerate().filter(|(n, _)| until(*n) > from).map(|(_, t)| t).collect();

            let seen: BTreeMap<_, _> = instances(&mut world, vec![]).expect("no ids").into_iter()
                .map(|instance| (instance.id.clone(), instance)).collect();
            let ids: BTreeSet<&String> = visible.iter().flat_map(|t| t.instances.keys()).collect();
            prop_assert!(seen.keys().all(|id| ids.contains(id)));
            for id in ids {
                prop_assert!(visible.iter().any(|truth| truth.instances.get(id) == seen.get(id)));
            }
            let seen: BTreeMap<_, _> =
                group_members(&mut world).into_iter().map(|m| (m.id.clone(), m)).collect();
            let ids: BTreeSet<&String> = visible.iter().flat_map(|t| t.members.keys()).collect();
            prop_assert!(seen.keys().all(|id| ids.contains(id)));
            for id in ids {
                prop_assert!(visible.iter().any(|truth| truth.members.get(id) == seen.get(id)));
            }
        }
    }
}
