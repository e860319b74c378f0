//! A large store is rebuilt part by part, by one function at a time, which may die in between.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::{Addresses, Seat, Truth, UserState},
    store::{Claim, Rebuild, Spare, Store, StoreError, redis::RedisStore},
};
use hotdesk_stack::redis::Redis;

const NOW: Ms = Ms(1_800_000_000_000);

/// Longer than a rebuild may take.
const LATER: Ms = Ms(NOW.0 + 60_000);

fn instance(n: usize) -> InstanceId {
    format!("i-{n:08x}").parse().unwrap()
}

fn at(n: usize) -> Addresses {
    Addresses {
        public_ip: String::new(),
        private_ip: format!("10.{}.{}.{}", n >> 16, n >> 8 & 255, n & 255),
    }
}

fn open_seats(people: usize) -> Vec<Truth> {
    let seat = |n: usize| Seat {
        user: format!("user{n}").parse::<UserId>().unwrap(),
        instance: instance(n),
        epoch: Epoch(NOW.0 - 1000),
        since: NOW,
        addresses: at(n),
    };
    (0..people).map(|n| Truth::User(seat(n), UserState::Open)).collect()
}

fn spare(n: usize) -> Spare {
    Spare { instance: instance(n), addresses: at(n) }
}

#[tokio::test]
async fn nothing_is_seen_of_a_rebuild_until_all_of_it_is_in() {
    let server = Redis::start().await.unwrap();
    let store = RedisStore::new(server.url(), "").unwrap();
    let truths = open_seats(30_000);
    let (rebuilding, watching) = (store.clone(), store.clone());
    let rebuild =
        tokio::spawn(async move { rebuilding.rebuild(&truths, &[spare(90_000)], NOW).await });
    // Whoever claims meanwhile is told that it is cold, and then finds everything.
    let nobody: UserId = "nobody".parse().unwrap();
    let claim = loop {
        match watching.claim(&nobody, NOW, NOW).await {
            Err(StoreError::Cold) => {}
            answer => break answer.unwrap(),
        }
    };
    assert!(matches!(claim, Claim::Assigned(seat) if seat.instance == instance(90_000)));
    assert_eq!(rebuild.await.unwrap().unwrap(), Rebuild::Rebuilt);
    let demand = store.demand(NOW).await.unwrap();
    assert_eq!((demand.active, demand.pool), (30_001, 0));
}

#[tokio::test]
async fn a_rebuild_that_died_is_begun_anew_after_its_time_and_not_before() {
    let server = Redis::start().await.unwrap();
    let store = RedisStore::new(server.url(), "").unwrap();
    let mut redis = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    let truths = open_seats(30_000);
    let begun = async {
        loop {
            let exists: bool =
                redis::cmd("EXISTS").arg("fleet:rebuilding").query(&mut redis).unwrap();
            if exists {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    // The function dies as soon as the first part is in.
    tokio::select! {
        () = begun => {}
        done = store.rebuild(&truths, &[], NOW) => panic!("it was too quick: {done:?}"),
    }
    let user: UserId = "user1".parse().unwrap();
    assert!(matches!(store.claim(&user, NOW, NOW).await, Err(StoreError::Cold)));
    let few = open_seats(3);
    assert_eq!(store.rebuild(&few, &[spare(7)], NOW).await.unwrap(), Rebuild::Busy);
    assert_eq!(store.rebuild(&few, &[spare(7)], LATER).await.unwrap(), Rebuild::Rebuilt);
    let demand = store.demand(LATER).await.unwrap();
    assert_eq!((demand.active, demand.pool), (3, 1), "nothing is left of the first one");
    assert_eq!(store.rebuild(&few, &[], LATER).await.unwrap(), Rebuild::AlreadyReady);
}
