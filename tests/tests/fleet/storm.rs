//! Storms: many people at once, under AWS's rates.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use hotdesk::{
    clock::{Clock, Ms},
    control::Policy,
    seats::Seats,
    spares::Spares,
    store::Store,
};
use hotdesk_sim::{GroupSpec, Lifecycle};
use hotdesk_tests::{
    desk::open_boxes,
    world::{
        Beginning, World, group,
        people::{Seen, Sent},
        policy,
    },
};

use super::stage::*;

const LOGINS: u32 = 1000;
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

/// Somebody who came: whether they were served at once, how long they waited, and where they were sent.
type Login = (bool, Duration, Sent);

/// So many people come, one after the other, each with a page that waits and then types; all get boxes.
async fn logins(world: &Arc<World>, people: u32, apart: Duration) -> Vec<Login> {
    let logins = (0..people).map(|n| {
        let world = Arc::clone(world);
        tokio::spawn(async move {
            tokio::time::sleep(apart * n).await;
            let user = format!("user{n}");
            let clicked = world.plane.clock.now();
            let first = world.door.open(&user).await;
            assert!(matches!(first, Seen::Sent(_) | Seen::Waiting(_)), "{user}: {first:?}");
            let at_once = matches!(first, Seen::Sent(_));
            let sent = world.door.wait_for_box(&user, Duration::from_secs(900)).await;
            let sent = sent.unwrap_or_else(|| panic!("{user} got no box"));
            (at_once, world.plane.clock.now().since(clicked), sent)
        })
    });
    let logins: Vec<_> = logins.collect();
    let typing = Arc::clone(world);
    let passes = tokio::spawn(async move { typing.run(Duration::from_secs(900)).await });
    let mut seen = Vec::new();
    for login in logins {
        seen.push(login.await.unwrap());
    }
    passes.abort();
    seen
}

#[tokio::test(start_paused = true)]
async fn a_thousand_logins_in_ten_seconds() {
    let policy = Policy { spares: Spares::Fixed(SPARES), ..policy() };
    let group = GroupSpec { max: 2000, ..group() };
    let beginning = Beginning { policy, group, ..Beginning::default() };
    let world = Arc::new(World::begin(beginning).await);
    world.pass_until("spares", async |world| pool(world).await.len() == SPARES).await;
    world.run(Duration::from_secs(120)).await;
    world.check_at_rest().await;
    let calls_before = world.cloud.calls();

    let began = world.plane.clock.now();
    let seen = logins(&world, LOGINS, Duration::from_millis(10)).await;
    let took = world.plane.clock.now().since(began);
    let at_once = seen.iter().filter(|(at_once, ..)| *at_once).count();
    let boxes: BTreeSet<_> = seen.iter().map(|(.., sent)| sent.instance.clone()).collect();
    assert_eq!(boxes.len(), LOGINS as usize, "no seat is shared");
    let items = world.plane.seats.table.scan().await.unwrap();
    assert_eq!(open_boxes(&items).len(), LOGINS as usize);
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
    assert_eq!(desired, LOGINS as usize + SPARES);
}

/// In service, and held by their launch hooks.
fn in_service_and_held(world: &World) -> [BTreeSet<String>; 2] {
    let members = world.cloud.look(|sim| sim.group().members);
    [Lifecycle::InService, Lifecycle::PendingWait].map(|lifecycle| {
        let such = members.iter().filter(|member| member.lifecycle == lifecycle);
        such.map(|member| member.id.clone()).collect()
    })
}

/// More boxes are ready at once than AWS takes answers to hooks: those that have waited longest are let in
/// first, and serve people while the others wait for their turn.
#[tokio::test(start_paused = true)]
async fn boxes_that_have_waited_longest_are_let_in_first_and_admitted_while_others_wait() {
    const SOON: usize = 60;
    const LATER: u32 = 200;
    let policy = Policy { spares: Spares::Fixed(SOON), ..policy() };
    let group = GroupSpec { max: 1000, ..group() };
    let world = World::begin(Beginning { policy, group, ..Beginning::default() }).await;
    let world = Arc::new(world);
    world.plane.boxes.break_all(true);
    world.passes(1).await;
    let [_, first] = in_service_and_held(&world);
    assert_eq!(first.len(), SOON);
    for n in 0..LATER {
        world.door.open(&format!("user{n}")).await;
    }
    world.passes(1).await;
    let [_, all] = in_service_and_held(&world);
    assert_eq!(all.len(), SOON + LATER as usize);

    world.plane.boxes.break_all(false);
    let typing = Arc::clone(&world);
    let passes = tokio::spawn(async move { typing.passes(3).await });
    let until = async |enough: usize, what: &str| {
        let end = world.plane.clock.now().plus(Duration::from_secs(120));
        let active = async || world.plane.store.demand(Ms(0)).await.unwrap().active;
        while active().await < enough {
            assert!(world.plane.clock.now() < end, "{what}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        in_service_and_held(&world)
    };
    let [in_service, held] = until(20, "some are admitted").await;
    let passed_over = held.intersection(&first).count();
    let later = in_service.difference(&first).count();
    // Answers to hooks are on their way side by side, and some are throttled.
    assert!(passed_over <= 8, "{passed_over} wait behind {later} that came later");
    let [_, held] = until(SOON, "as many as came first").await;
    assert!(held.len() > LATER as usize / 2, "{} wait for their turn", held.len());
    passes.await.unwrap();
    world.check().await;
}

/// Two hundred people in a group that may have fifty boxes: fifty are served, and the others know.
#[tokio::test(start_paused = true)]
async fn a_storm_beyond_max_size_passes_it_never_and_says_so() {
    let group = GroupSpec { max: 50, ..group() };
    let policy = Policy { spares: Spares::Fixed(5), ..policy() };
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
