//! Storms: many people at once, under AWS's rates.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use hotdesk::{clock::Clock, control::Policy, seats::Seats};
use hotdesk_sim::GroupSpec;
use hotdesk_tests::{
    desk::open_boxes,
    world::{Beginning, World, group, people::Seen, policy},
};

use super::stage::*;

const LOGINS: usize = 1000;
const SPARES: usize = 200;

/// What became of everybody, by quantile, in seconds.
fn quantiles(mut waits: Vec<Duration>) -> String {
    waits.sort();
    let at = |q: usize| waits[(waits.len() - 1) * q / 100].as_secs_f32();
    format!(
        "p20 {:.1} p50 {:.1} p90 {:.1} p99 {:.1} max {:.1}",
        at(20),
        at(50),
        at(90),
        at(99),
        at(100)
    )
}

#[tokio::test(start_paused = true)]
async fn a_thousand_logins_in_ten_seconds() {
    let policy = Policy { spares: SPARES, ..policy() };
    let group = GroupSpec { max: 2000, ..group() };
    let beginning = Beginning { policy, group, ..Beginning::default() };
    let world = Arc::new(World::begin(beginning).await);
    world.pass_until("spares", async |world| pool(world).await.len() == SPARES).await;
    world.run(Duration::from_secs(120)).await;
    world.check_at_rest().await;
    let calls_before = world.cloud.calls();

    // One every 10 ms, each with a page that waits and then types.
    let began = world.plane.clock.now();
    let people: Vec<_> = (0..LOGINS)
        .map(|n| {
            let world = Arc::clone(&world);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(10) * u32::try_from(n).unwrap()).await;
                let user = format!("user{n}");
                let clicked = world.plane.clock.now();
                let first = world.door.open(&user).await;
                assert!(matches!(first, Seen::Sent(_) | Seen::Waiting(_)), "{user}: {first:?}");
                let at_once = matches!(first, Seen::Sent(_));
                let sent = world.door.wait_for_box(&user, Duration::from_secs(900)).await;
                let sent = sent.unwrap_or_else(|| panic!("{user} got no box"));
                let waited = world.plane.clock.now().since(clicked);
                (at_once, waited, sent)
            })
        })
        .collect();
    let typing = Arc::clone(&world);
    let passes = tokio::spawn(async move { typing.run(Duration::from_secs(900)).await });
    let mut seen = Vec::new();
    for person in people {
        seen.push(person.await.unwrap());
    }
    let took = world.plane.clock.now().since(began);
    passes.abort();
    let at_once = seen.iter().filter(|(at_once, ..)| *at_once).count();
    let boxes: BTreeSet<_> = seen.iter().map(|(.., sent)| sent.instance.clone()).collect();
    assert_eq!(boxes.len(), LOGINS, "no seat is shared");
    let items = world.plane.seats.table.scan().await.unwrap();
    assert_eq!(open_boxes(&items).len(), LOGINS);
    world.check().await;

    println!("{LOGINS} logins, {SPARES} spares: {at_once} served at once, all after {took:?}");
    println!("waits in s: {}", quantiles(seen.iter().map(|(_, waited, _)| *waited).collect()));
    let mut setting = 0;
    for (action, after) in world.cloud.calls() {
        let before = calls_before.get(&action).cloned().unwrap_or_default();
        println!("{action}: {after:?}, of them before the storm {before:?}");
        if action == "SetDesiredCapacity" {
            setting = after.answered - before.answered;
            assert_eq!(after.throttled, 0, "none throttled away");
        }
    }
    assert!(at_once >= SPARES, "{at_once}");
    assert!((1..=10).contains(&setting), "{setting} calls that set capacity");
    let desired = world.cloud.look(|sim| sim.group().desired) as usize;
    assert_eq!(desired, LOGINS + SPARES);
}

/// Two hundred people in a group that may have fifty boxes: fifty are served, and the others know.
#[tokio::test(start_paused = true)]
async fn a_storm_beyond_max_size_passes_it_never_and_says_so() {
    let group = GroupSpec { max: 50, ..group() };
    let policy = Policy { spares: 5, ..policy() };
    let world = World::begin(Beginning { policy, group, ..Beginning::default() }).await;
    world.pass_until("spares", async |world| pool(world).await.len() == 5).await;
    for n in 0..200 {
        world.door.open(&format!("user{n}")).await;
    }
    let end = world.plane.clock.now().plus(Duration::from_secs(280));
    while world.plane.clock.now() < end {
        for n in 0..200 {
            world.door.status(&format!("user{n}")).await;
        }
        let group = world.cloud.look(|sim| sim.group());
        assert!(group.desired <= 50 && group.members.len() <= 50, "MaxSize");
        world.lambdas.pass().await;
        tokio::time::sleep(Duration::from_secs(5)).await;
    }
    let (mut served, mut told) = (0, 0);
    for n in 0..200 {
        match world.door.open(&format!("user{n}")).await {
            Seen::Sent(_) => served += 1,
            Seen::Waiting(body) if body["limit"] == "max-size" => told += 1,
            other => panic!("user{n}: {other:?}"),
        }
    }
    assert_eq!((served, told), (50, 150));
    world.check().await;
}
