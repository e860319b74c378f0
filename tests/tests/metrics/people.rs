//! What people and passes cause, in whole worlds (see [`hotdesk_tests::world`]).

use std::{collections::BTreeSet, time::Duration};

use hotdesk::{
    clock::{Clock, Ms},
    config::Price,
    control::Policy,
    homes::{Homes, Trouble},
    metrics::{DEFINITIONS, Reading},
    seats::{Seats, Write},
    spares::Spares,
    store::{REST, Store},
};
use hotdesk_sim::GroupSpec;
use hotdesk_tests::world::{
    Beginning, World, group,
    people::{Seen, Sent},
    policy,
};
use http::StatusCode;
use serde_json::json;

use super::noted::Noted;

const MINUTE: Duration = Duration::from_secs(60);

async fn with_spares(spares: usize) -> World {
    let policy = Policy { spares: Spares::Fixed(spares), min_boxes: 0, ..policy() };
    let world = World::begin(Beginning { policy, ..Beginning::default() }).await;
    world.passes(1).await;
    let there = async |world: &World| world.plane.store.view().await.unwrap().pool.len() == spares;
    world.pass_until("spares", there).await;
    world
}

fn now(world: &World) -> Ms {
    world.plane.clock.now()
}

async fn seat_since(world: &World, sent: &Sent) -> Ms {
    let item = world.plane.seats.table.user(&sent.ticket.sub).await.unwrap();
    item.unwrap().seat.since
}

/// How long the last boots took (ms), newest first, as the store has noted them.
fn boots(world: &World) -> Vec<f64> {
    let mut lrange = redis::cmd("LRANGE");
    lrange.arg("fleet:boots").arg(0).arg(-1).query(&mut world.redis()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_spare_is_no_wait_and_counts_once_however_often_it_is_opened() {
    let world = with_spares(1).await;
    let (noted, _guard) = Noted::listen();
    for _ in 0..4 {
        assert!(matches!(world.door.open("alice").await, Seen::Sent(_)));
    }
    assert_eq!(noted.take(), [Reading::Assignments(1), Reading::Wait(Duration::ZERO)]);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_has_waited_until_a_box_is_theirs() {
    let world = with_spares(0).await;
    let (noted, _guard) = Noted::listen();
    let asked = now(&world);
    let alice = world.seated("alice").await;
    let waited = seat_since(&world, &alice).await.since(asked);
    assert!(waited > Duration::from_secs(10), "{waited:?}");
    assert_eq!(noted.of("Wait"), [Reading::Wait(waited).number()]);
    assert_eq!(noted.of("Assignments"), [1.0]);
}

#[tokio::test(start_paused = true)]
async fn each_boot_counts_once_of_boxes_that_are_launched_and_of_those_that_are_woken() {
    let world = with_spares(0).await;
    // Every event comes twice.
    world.deliveries.set(|_| vec![Duration::from_millis(500), Duration::from_millis(1500)]);
    let (noted, _guard) = Noted::listen();
    let alice = world.seated("alice").await;
    assert_eq!(world.door.leave(&alice).await.unwrap(), 202);
    let parked =
        async |world: &World| world.plane.store.demand(now(world)).await.unwrap().standby == 1;
    world.pass_until("parked", parked).await;
    world.run(REST + MINUTE).await;
    let bob = world.seated("bob").await;
    assert_eq!(bob.instance, alice.instance, "woken");
    let mut times = noted.of("BootTime");
    assert_eq!(times.len(), 2);
    times.reverse();
    assert_eq!(times, boots(&world));
    assert_eq!(noted.of("Assignments"), [1.0, 1.0]);
    assert!(noted.of("CallErrors").is_empty(), "what AWS says no to is no error");
}

#[tokio::test(start_paused = true)]
async fn a_home_counts_once_from_the_seat_until_it_is_known_to_be_open() {
    let world = with_spares(1).await;
    let (noted, _guard) = Noted::listen();
    let alice = world.seated("alice").await;
    world.at_home(&alice).await;
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 5).await;
    let table = &world.plane.seats.table;
    let users = std::slice::from_ref(&alice.ticket.sub);
    let mut home = table.homes(users).await.unwrap().remove(0);
    assert!(home.is_open());
    let took = home.attached_at.since(seat_since(&world, &alice).await);
    assert_eq!(noted.of("HomeTime"), [Reading::HomeTime(took).number()]);
    // After trouble it is ordered again, and the box has it all the time.
    (home.trouble, home.due) = (Some(Trouble::System), Some(now(&world)));
    assert_eq!(table.save_home(&home).await.unwrap(), Write::Done);
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 2).await;
    assert!(table.homes(users).await.unwrap().remove(0).is_open());
    assert_eq!(noted.of("HomeTime").len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_pass_tells_what_it_found_and_that_it_has_ended() {
    let world = with_spares(1).await;
    let alice = world.seated("alice").await;
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 3).await;
    let (noted, _guard) = Noted::listen();
    world.lambdas.pass().await.unwrap();
    let Price(price) = world.plane.policy.box_price;
    assert_eq!(
        noted.take(),
        [
            Reading::Passes(1),
            Reading::Queue(0),
            Reading::QueueAge(Duration::ZERO),
            Reading::Spares(1),
            Reading::Active(1),
            Reading::Standby(0),
            Reading::Cost(Price(2 * price)),
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn a_pass_tells_how_many_wait_and_how_long_the_first_of_them_has() {
    let policy = Policy { spares: Spares::Fixed(0), min_boxes: 0, ..policy() };
    let group = GroupSpec { max: 1, ..group() };
    let world = World::begin(Beginning { policy, group, ..Beginning::default() }).await;
    world.run(MINUTE).await;
    let alice = world.seated("alice").await;
    let asked = now(&world);
    world.door.open("bob").await;
    tokio::time::sleep(MINUTE).await;
    for user in ["bob", "carol"] {
        world.door.open(user).await;
    }
    world.door.beat(&alice).await;
    let (noted, _guard) = Noted::listen();
    let before = now(&world);
    world.lambdas.pass().await.unwrap();
    assert_eq!(noted.of("Queue"), [2.0]);
    let age = noted.of("QueueAge")[0];
    assert!(age >= before.since(asked).as_secs_f64(), "bob came first: {age}");
    assert!(age <= now(&world).since(asked).as_secs_f64(), "{age}");
    // Who closed the tab waits no more.
    tokio::time::sleep(MINUTE * 4).await;
    noted.take();
    world.lambdas.pass().await.unwrap();
    assert_eq!((noted.of("Queue"), noted.of("QueueAge")), (vec![0.0], vec![0.0]));
}

#[tokio::test(start_paused = true)]
async fn who_is_idle_is_reaped_once_and_who_only_the_box_saw_is_revived() {
    let world = with_spares(2).await;
    let (alice, _bob) = (world.seated("alice").await, world.seated("bob").await);
    let (noted, _guard) = Noted::listen();
    world.door.close(true);
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 8).await;
    assert_eq!(noted.of("Reaped").iter().sum::<f64>(), 1.0, "bob");
    assert!(noted.of("Revived").iter().sum::<f64>() >= 1.0, "alice");
    assert_eq!(noted.of("Passes").iter().sum::<f64>(), 8.0);
}

/// Each heartbeat is paid for.
#[tokio::test(start_paused = true)]
async fn a_heartbeat_emits_nothing() {
    let world = with_spares(1).await;
    let alice = world.seated("alice").await;
    let (noted, _guard) = Noted::listen();
    assert_eq!(world.door.beat(&alice).await.unwrap().status(), StatusCode::NO_CONTENT);
    assert!(noted.take().is_empty());
}

/// A day in which everything happens; a metric that nobody emits would be missing.
#[tokio::test(start_paused = true)]
async fn everything_that_is_defined_is_emitted() {
    let world = with_spares(0).await;
    let (noted, _guard) = Noted::listen();
    let (alice, _bob) = (world.seated("alice").await, world.seated("bob").await);
    world.at_home(&alice).await;
    world.door.close(true);
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 8).await;
    let rule = json!([{"call": {"action": "DescribeAutoScalingGroups",
        "fault": {"error": {"status": 403, "code": "AccessDenied", "message": "no"}}}}]);
    world.cloud.set_faults(serde_json::from_value(rule).unwrap()).unwrap();
    assert!(world.lambdas.pass().await.is_none());
    let emitted: BTreeSet<&str> =
        noted.take().iter().map(|reading| reading.definition().name).collect();
    let defined: BTreeSet<&str> = DEFINITIONS.iter().map(|definition| definition.name).collect();
    assert_eq!(emitted, defined);
}
