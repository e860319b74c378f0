//! Calls that come too fast.

use std::collections::BTreeMap;

use hotdesk_sim::{Call, Filter, GroupSpec, Page, Settings};
use proptest::{collection::vec, prelude::*};

use crate::{disk_world::*, world::*};

fn throttled(group: GroupSpec) -> World {
    let mut world = World::with(Settings { throttle: true, ..settings() }, group);
    world.run(LONG_MS);
    world
}

fn strangers(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("i-{n:017x}")).collect()
}

/// The code of the refusal, if it is one.
fn code(world: &mut World, call: Call) -> Option<String> {
    world.sim.call(world.now, call).err().map(|error| error.code.into_owned())
}

#[test]
fn activities_are_described_as_fast_as_groups() {
    let mut world = throttled(group(0));
    let list = Call::DescribeScalingActivities { group: None, page: Page::default() };
    for _ in 0..100 {
        world.ok(list.clone());
    }
    assert_eq!(world.refused(list.clone()), ("Throttling", "Rate exceeded".to_owned()));
    world.ok(Call::DescribeAutoScalingGroups {
        names: vec![],
        instances: false,
        page: Page::default(),
    });
    world.run(50);
    world.ok(list.clone());
    world.refused(list);
}

#[test]
fn five_starts_pass_and_then_two_a_second() {
    let mut world = throttled(group(2));
    let id = world.sim.group().members[0].id.clone();
    for _ in 0..5 {
        world.ok(start(&[&id]));
    }
    let (code, message) = world.refused(start(&[&id]));
    assert_eq!((code, message.as_str()), ("RequestLimitExceeded", "Request limit exceeded."));
    let error = world.sim.call(world.now, start(&[&id])).unwrap_err();
    assert_eq!(error.status, 503);
    world.run(499);
    world.refused(start(&[&id]));
    world.run(1);
    world.ok(start(&[&id]));
    world.refused(start(&[&id]));
    world.ok(stop(&[&id]));
    world.run(3_600_000);
    let id = world.sim.group().members[0].id.clone();
    for _ in 0..5 {
        world.ok(start(&[&id]));
    }
    world.refused(start(&[&id])); // a rest fills the bucket, but not beyond its size
}

#[test]
fn auto_scaling_throttles_each_action_in_its_own_words() {
    let mut world = throttled(group(1));
    for _ in 0..50 {
        world.ok(desire(1));
    }
    let error = world.sim.call(world.now, desire(1)).unwrap_err();
    assert_eq!((error.code.as_ref(), error.message.as_str()), ("Throttling", "Rate exceeded"));
    assert_eq!(error.status, 400);
    assert_eq!(world.refused(desire(1)).0, "Throttling");
    world.ok(suspend(&[]));
    world.run(200);
    world.ok(desire(1));
    world.refused(desire(1));
}

#[test]
fn a_call_pays_for_every_instance_it_names() {
    let mut world = throttled(group(0));
    let stop = |ids: Vec<String>| Call::StopInstances { ids };
    // More than the bucket holds never passes, however long one waits.
    world.run(3_600_000);
    assert_eq!(world.refused(stop(strangers(1001))).0, "RequestLimitExceeded");
    // Only then is it looked at, and its tokens are gone.
    let passes = Some("InvalidInstanceID.NotFound".to_owned());
    assert_eq!(code(&mut world, stop(strangers(1000))), passes);
    world.refused(stop(strangers(1)));
    world.run(1_000);
    world.refused(stop(strangers(21)));
    assert_eq!(code(&mut world, stop(strangers(20))), passes);
    let twice = [strangers(20), strangers(20)].concat();
    world.run(1_000);
    assert_eq!(code(&mut world, stop(twice)), passes, "named twice, paid once");
    assert_eq!(code(&mut world, terminate(&[])).as_deref(), Some("MissingParameter"));
}

#[test]
fn describing_everything_is_dearer_than_describing_something() {
    let mut world = throttled(group(1));
    let id = world.sim.group().members[0].id.clone();
    let describe = |ids: &[&String], filters: Vec<Filter>, size| Call::DescribeInstances {
        ids: ids.iter().map(|id| (*id).clone()).collect(),
        filters,
        page: Page { size, token: None },
    };
    for n in 0..50 {
        let ids: &[&String] = if n % 2 == 0 { &[] } else { &[&id] };
        world.ok(describe(ids, vec![], None));
    }
    assert_eq!(world.refused(describe(&[], vec![], None)).0, "RequestLimitExceeded");
    assert_eq!(world.refused(describe(&[&id], vec![], None)).0, "RequestLimitExceeded");
    let by_id = Filter { name: "instance-id".into(), values: vec![id.clone()] };
    for n in 0..100 {
        let filters = if n % 2 == 0 { vec![by_id.clone()] } else { vec![] };
        world.ok(describe(&[], filters, (n % 2 == 1).then_some(1000)));
    }
    assert_eq!(world.refused(describe(&[], vec![by_id], None)).0, "RequestLimitExceeded");
    let tags = BTreeMap::from([("k".to_owned(), "v".to_owned())]);
    let tag = Call::CreateTags { ids: vec![id], tags };
    for _ in 0..100 {
        world.ok(tag.clone());
    }
    assert_eq!(world.refused(tag).0, "RequestLimitExceeded");
}

#[test]
fn what_the_group_launches_costs_its_callers_nothing() {
    let mut world = throttled(GroupSpec { max: 2000, ..group(2000) });
    assert_eq!(world.sim.group().members.len(), 2000);
    let id = world.sim.group().members[0].id.clone();
    (0..5).for_each(|_| drop(world.ok(start(&[&id]))));
}

#[test]
fn throttling_can_be_switched_off_and_on() {
    let mut world = throttled(group(1));
    let id = world.sim.group().members[0].id.clone();
    (0..5).for_each(|_| drop(world.ok(start(&[&id]))));
    world.refused(start(&[&id]));
    world.sim.set_throttle(false);
    world.ok(start(&[&id]));
    world.sim.set_throttle(true);
    world.refused(start(&[&id]));
}

proptest! {
    /// A call passes exactly if no span of time up to it has more calls than the bucket's size and
    /// what the bucket gains in that span.
    #[test]
    fn a_bucket_lets_through_what_its_size_and_its_rate_allow(
        gaps in vec(prop_oneof![Just(0), 1..200u64, 200..3000u64], 1..80),
    ) {
        let mut world = throttled(group(1));
        let id = world.sim.group().members[0].id.clone();
        let mut passed = Vec::<u64>::new();
        for gap in gaps {
            world.run(gap);
            let now = world.now;
            // In thousandths of a token, with this call in each span.
            let too_many = |first: usize| {
                let calls = passed.len() - first + 1;
                let since = passed.get(first).copied().unwrap_or(now);
                calls as u64 * 1000 > 5000 + (now - since) * 2
            };
            let expected = !(0..passed.len()).any(too_many);
            let passes = world.sim.call(now, start(&[&id])).is_ok();
            prop_assert_eq!(passes, expected);
            if passes {
                passed.push(now);
            }
        }
    }
}

#[test]
fn calls_of_ebs_have_buckets_of_their_own() {
    let mut world = throttled(group(0));
    let nothing = "vol-0123456789abcdef0";
    let make = || Call::CreateVolume(blank(1));
    let list = |filters: &[Filter]| volumes(&[], filters);
    let cases: [(Call, u64, u64); 10] = [
        (make(), 100, 5),
        (attach(nothing, "i-0123456789abcdef0"), 50, 5),
        (detach(nothing, "i-0123456789abcdef0"), 50, 5),
        (delete(nothing), 50, 5),
        (grow(nothing, 1), 50, 5),
        (snapshot(nothing), 50, 5),
        (forget("snap-0123456789abcdef0"), 50, 5),
        (list(&[]), 50, 10),
        (list(&[filter("status", "available")]), 100, 20),
        (snapshots(&[], &[]), 50, 10),
    ];
    for (call, size, per_second) in cases {
        let passes = |world: &mut World| {
            let calls = std::iter::repeat_with(|| code(world, call.clone()));
            calls.take_while(|code| code.as_deref() != Some("RequestLimitExceeded")).count() as u64
        };
        assert_eq!(passes(&mut world), size, "{call:?}");
        world.run(1000);
        assert_eq!(passes(&mut world), per_second, "{call:?}");
    }
}
