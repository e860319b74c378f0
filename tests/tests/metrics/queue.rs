//! How long people have waited, as the store says it.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    id::InstanceId,
    store::{Admit, Claim, Store, redis::RedisStore},
};
use hotdesk_tests::desk::{address, empty_store, spare};

const NOW: Ms = Ms(1_800_000_000_000);

fn at(seconds: u64) -> Ms {
    NOW.plus(Duration::from_secs(seconds))
}

async fn queue_up(store: &RedisStore, who: &str, seconds: u64) {
    let claim = store.claim(&who.parse().unwrap(), NOW, at(seconds)).await.unwrap();
    assert!(matches!(claim, Claim::Waiting(_)), "{who}: {claim:?}");
}

/// Who gets a box that is ready then, and how many seconds they had waited.
async fn admit(store: &RedisStore, instance: &InstanceId, seconds: u64) -> (String, u64) {
    match store.admit(instance, &address(0), at(seconds)).await.unwrap() {
        Admit::AssignedTo { seat, waited } => (seat.user.to_string(), waited.as_secs()),
        other => panic!("{other:?}"),
    }
}

async fn longest(store: &RedisStore, seconds: u64) -> u64 {
    store.demand(at(seconds)).await.unwrap().longest.as_secs()
}

#[tokio::test]
async fn a_wait_ends_with_the_box() {
    let (_server, store) = empty_store(NOW).await;
    assert_eq!(longest(&store, 0).await, 0, "nobody waits");
    queue_up(&store, "alice", 0).await;
    queue_up(&store, "bob", 30).await;
    assert_eq!(longest(&store, 40).await, 40);
    assert_eq!(admit(&store, &spare(0), 50).await, ("alice".into(), 50));
    assert_eq!(longest(&store, 60).await, 30, "bob");
    assert_eq!(admit(&store, &spare(1), 70).await, ("bob".into(), 40));
    assert_eq!(longest(&store, 80).await, 0);
}

/// They queue in front of everybody, as if they had waited since they had the box; but they have not.
#[tokio::test]
async fn whose_box_died_waits_from_when_they_ask_again() {
    let (_server, store) = empty_store(NOW).await;
    queue_up(&store, "alice", 0).await;
    admit(&store, &spare(0), 10).await;
    queue_up(&store, "bob", 1000).await;
    store.evict(&spare(0), at(1010)).await.unwrap();
    queue_up(&store, "alice", 1020).await;
    assert_eq!(longest(&store, 1030).await, 30, "bob, behind alice");
    assert_eq!(admit(&store, &spare(1), 1040).await, ("alice".into(), 20));
}

#[tokio::test]
async fn whoever_asks_no_more_waits_no_more() {
    let (_server, store) = empty_store(NOW).await;
    queue_up(&store, "alice", 0).await;
    queue_up(&store, "bob", 100).await;
    assert_eq!(longest(&store, 151).await, 51, "alice has stopped asking");
    assert_eq!(admit(&store, &spare(0), 151).await, ("bob".into(), 51));
}

/// What a function that was frozen believes the time to be is no reason for a wait below nothing.
#[tokio::test]
async fn a_clock_that_is_behind_makes_no_wait() {
    let (_server, store) = empty_store(NOW).await;
    queue_up(&store, "alice", 60).await;
    assert_eq!(longest(&store, 30).await, 0);
    assert_eq!(admit(&store, &spare(0), 30).await, ("alice".into(), 0));
}
