//! What people who wait are told of the boxes that boot.

use std::time::Duration;

use hotdesk::{
    control::Policy,
    spares::Spares,
    store::{Ask, Place, Store},
};
use hotdesk_tests::world::{World, people::Seen, policy};

use super::stage::*;

/// How long the last boots took (ms), newest first.
fn boots(world: &World) -> Vec<u64> {
    let mut lrange = redis::cmd("LRANGE");
    lrange.arg("fleet:boots").arg(0).arg(-1).query(&mut world.redis()).unwrap()
}

async fn place(world: &World, user: &str) -> Place {
    match world.plane.store.ask(&user.parse().unwrap(), now(world).await).await.unwrap() {
        Ask::Waiting(place) => place,
        other => panic!("{user}: {other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn boots_are_measured_of_boxes_that_are_launched_and_of_those_that_are_woken() {
    let world = with_spares(1).await;
    assert_eq!(boots(&world).len(), 1, "the spare");
    let parked = parked(&world).await;
    let launched = boots(&world);
    assert_eq!(launched.len(), 2, "and the one in its place");
    let alice = world.seated("alice").await;
    world.run_typing(&[alice], Duration::from_secs(180)).await;
    assert_eq!(pool(&world).await, [parked], "woken");
    let all = boots(&world);
    assert_eq!(all[1..], launched);
    assert!(all.iter().all(|took| (1_000..60_000).contains(took)), "{all:?}");
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_is_told_since_when_their_box_boots_and_how_long_boots_take() {
    let world = with_policy(Policy { spares: Spares::Fixed(0), min_boxes: 0, ..policy() }).await;
    let zoe = world.seated("zoe").await;
    let asked = now(&world).await;
    assert!(matches!(world.door.open("alice").await, Seen::Waiting(_)));
    tokio::time::sleep(Duration::from_secs(5)).await;
    let alice = place(&world, "alice").await;
    assert_eq!((alice.position, alice.since), (1, asked));
    assert!(alice.booting.is_some_and(|since| since >= asked), "{alice:?}");
    assert_eq!(alice.boot.map(|took| took.as_millis()), Some(u128::from(boots(&world)[0])));
    assert!(matches!(world.door.open("bob").await, Seen::Waiting(_)));
    assert_eq!(place(&world, "bob").await.booting, None, "the next one is not launched yet");
    let (alice, bob) = tokio::join!(world.seated("alice"), world.seated("bob"));
    world.run_typing(&[zoe, alice, bob], Duration::from_secs(120)).await;
    world.check_at_rest().await;
}
