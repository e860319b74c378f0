//! Places in the queue: who counts in them, and what those who wait are told.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    store::{Admit, Ask, Claim, Limit, Place, Store, redis::RedisStore},
};
use hotdesk_tests::desk::empty_store;

use super::ops::{World, instance, user};

const NOW: Ms = Ms(1_800_000_000_000);

fn at(seconds: u64) -> Ms {
    NOW.plus(Duration::from_secs(seconds))
}

async fn queue_up(store: &RedisStore, who: &str, now: Ms) -> Place {
    match store.claim(&who.parse().unwrap(), now, now).await.unwrap() {
        Claim::Waiting(place) => place,
        other => panic!("{who}: {other:?}"),
    }
}

/// The place of one who waits; `None` for one who left the queue.
async fn place(store: &RedisStore, who: &str, now: Ms) -> Option<Place> {
    match store.ask(&who.parse().unwrap(), now).await.unwrap() {
        Ask::Waiting(place) => Some(place),
        Ask::NotQueued => None,
        other => panic!("{who}: {other:?}"),
    }
}

async fn position(store: &RedisStore, who: &str, now: Ms) -> Option<u64> {
    place(store, who, now).await.map(|place| place.position)
}

#[tokio::test]
async fn closing_the_page_frees_the_place_after_20_seconds() {
    let (_server, store) = empty_store(NOW).await;
    queue_up(&store, "alice", at(0)).await;
    queue_up(&store, "bob", at(1)).await;
    store.closing(&user(0), at(10)).await.unwrap();
    assert_eq!(position(&store, "bob", at(30)).await, Some(2), "20 s are not over");
    assert_eq!(store.demand(at(30)).await.unwrap().waiting, 2);
    assert_eq!(position(&store, "bob", at(31)).await, Some(1));
    assert_eq!(store.demand(at(31)).await.unwrap().waiting, 1, "boots no box");
    assert_eq!(position(&store, "alice", at(31)).await, None);
}

#[tokio::test]
async fn whoever_closes_the_page_gets_no_box_after_20_seconds() {
    let (_server, store) = empty_store(NOW).await;
    queue_up(&store, "alice", at(0)).await;
    store.closing(&user(0), at(10)).await.unwrap();
    let admitted = store.admit(&instance(0), &World::default().addresses(0), at(31)).await.unwrap();
    assert_eq!(admitted, Admit::Pooled);
}

#[tokio::test]
async fn a_reload_keeps_the_place() {
    let (_server, store) = empty_store(NOW).await;
    queue_up(&store, "alice", at(0)).await;
    queue_up(&store, "bob", at(1)).await;
    store.closing(&user(0), at(10)).await.unwrap();
    let again = queue_up(&store, "alice", at(12)).await;
    assert_eq!((again.position, again.since), (1, at(0)));
    assert_eq!(position(&store, "bob", at(100)).await, Some(2), "the page is open again");
}

#[tokio::test]
async fn closing_keeps_no_place_that_is_over_and_makes_none() {
    let (_server, store) = empty_store(NOW).await;
    queue_up(&store, "alice", at(0)).await;
    // The message of the closed page comes late: 20 s from then would be longer.
    store.closing(&user(0), at(140)).await.unwrap();
    assert_eq!(store.demand(at(150)).await.unwrap().waiting, 1);
    assert_eq!(store.demand(at(151)).await.unwrap().waiting, 0);
    store.closing(&user(1), at(151)).await.unwrap();
    assert_eq!(position(&store, "bob", at(151)).await, None);
    queue_up(&store, "carol", at(151)).await;
    assert_eq!(store.demand(at(151)).await.unwrap().waiting, 1, "carol alone");
}

#[tokio::test]
async fn whoever_stopped_asking_does_not_count_in_the_place_of_others() {
    let (_server, store) = empty_store(NOW).await;
    queue_up(&store, "alice", at(0)).await;
    queue_up(&store, "bob", at(1)).await;
    queue_up(&store, "carol", at(2)).await;
    for seconds in [60, 120] {
        place(&store, "alice", at(seconds)).await.expect("waits");
        place(&store, "carol", at(seconds)).await.expect("waits");
    }
    assert_eq!(position(&store, "carol", at(151)).await, Some(3), "150 s, and not longer");
    assert_eq!(position(&store, "carol", at(152)).await, Some(2));
    assert_eq!(position(&store, "alice", at(152)).await, Some(1));
    assert_eq!(position(&store, "bob", at(152)).await, None, "bob claims again, at the end");
}

#[tokio::test]
async fn whose_box_died_stands_in_front_and_waits_since_they_came_back() {
    let (_server, store) = empty_store(NOW).await;
    store.admit(&instance(0), &World::default().addresses(0), at(0)).await.unwrap();
    assert!(matches!(store.claim(&user(0), at(0), at(0)).await.unwrap(), Claim::Assigned(_)));
    queue_up(&store, "bob", at(500)).await;
    store.evict(&instance(0), at(550)).await.unwrap();
    let alice = queue_up(&store, "alice", at(560)).await;
    assert_eq!((alice.position, alice.since), (1, at(560)));
    let bob = place(&store, "bob", at(561)).await.expect("waits");
    assert_eq!((bob.position, bob.since), (2, at(500)));
}

#[tokio::test]
async fn however_many_left_each_that_asks_takes_some_of_them_out() {
    let (_server, store) = empty_store(NOW).await;
    for n in 0..20 {
        queue_up(&store, &format!("ghost{n:02}"), at(n)).await;
    }
    assert_eq!(queue_up(&store, "alice", at(200)).await.position, 13, "eight are out");
    assert_eq!(position(&store, "alice", at(202)).await, Some(5));
    assert_eq!(position(&store, "alice", at(204)).await, Some(1));
}

#[tokio::test]
async fn the_place_tells_of_the_boxes_that_are_woken_and_launched() {
    let (_server, store) = empty_store(NOW).await;
    let addresses = World::default().addresses(0);
    let parked = instance(0);
    let stop = store.orphan(&parked, at(0)).await.unwrap().expect("a stray");
    store.finish_stop(&parked, stop.stamp, at(10)).await.unwrap();
    for (n, who) in ["alice", "bob", "carol"].into_iter().enumerate() {
        let place = queue_up(&store, who, at(100 + n as u64)).await;
        let expected = Place {
            position: n as u64 + 1,
            since: at(100 + n as u64),
            booting: None,
            boot: None,
            limit: None,
        };
        assert_eq!(place, expected, "no box is on its way");
    }
    // A box is launched, then another one is woken, which will be there first.
    store.arriving(&[instance(1)], at(104)).await.unwrap();
    assert_eq!(store.wake(1, at(106)).await.unwrap(), std::slice::from_ref(&parked));
    let mut booting = Vec::new();
    for who in ["alice", "bob", "carol"] {
        booting.push(place(&store, who, at(107)).await.expect("waits").booting);
    }
    assert_eq!(booting, [Some(at(106)), Some(at(104)), None]);

    store.admit(&parked, &addresses, at(120)).await.unwrap();
    for took in [14, 30, 22] {
        store.booted(Duration::from_secs(took)).await.unwrap();
    }
    let bob = place(&store, "bob", at(121)).await.expect("waits");
    assert_eq!((bob.position, bob.booting), (1, Some(at(104))));
    assert_eq!(bob.boot, Some(Duration::from_secs(22)), "the median");
}

#[tokio::test]
async fn boots_of_long_ago_do_not_count() {
    let (_server, store) = empty_store(NOW).await;
    for _ in 0..20 {
        store.booted(Duration::from_secs(90)).await.unwrap();
    }
    for _ in 0..9 {
        store.booted(Duration::from_secs(15)).await.unwrap();
    }
    let place = queue_up(&store, "alice", at(0)).await;
    assert_eq!(place.boot, Some(Duration::from_secs(15)), "nine of the last sixteen");
}

#[tokio::test]
async fn every_limit_is_told_until_it_is_not_repeated() {
    let (_server, store) = empty_store(NOW).await;
    queue_up(&store, "alice", at(0)).await;
    for limit in Limit::ALL {
        store.constrain(Some(limit), at(60)).await.unwrap();
        assert_eq!(place(&store, "alice", at(59)).await.expect("waits").limit, Some(limit));
        assert_eq!(place(&store, "alice", at(60)).await.expect("waits").limit, None);
    }
}
