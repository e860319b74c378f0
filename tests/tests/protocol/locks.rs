//! Locks: one function at a time does a duty, for as long as its lease.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    store::{Duty, Lock, Store, Unlock, redis::RedisStore},
};
use hotdesk_stack::redis::Redis;

const NOW: Ms = Ms(1_800_000_000_000);
const LEASE: Duration = Duration::from_secs(30);

fn at(seconds: u64) -> Ms {
    NOW.plus(Duration::from_secs(seconds))
}

/// The lock of capacity.
struct Held {
    store: RedisStore,
    _server: Redis,
}

impl Held {
    async fn by(owner: &str) -> Self {
        let server = Redis::start().await.unwrap();
        let store = RedisStore::new(server.url(), "").unwrap();
        let held = Self { store, _server: server };
        assert_eq!(held.lock(owner, NOW).await, Lock::Locked);
        held
    }

    async fn lock(&self, owner: &str, now: Ms) -> Lock {
        self.store.lock(Duty::Scaling, owner, LEASE, now).await.unwrap()
    }

    async fn unlock(&self, owner: &str, now: Ms) -> Unlock {
        self.store.unlock(Duty::Scaling, owner, LEASE, now).await.unwrap()
    }
}

#[tokio::test]
async fn a_lock_is_its_holder_s_until_the_lease_is_over() {
    let held = Held::by("first").await;
    assert_eq!(held.lock("second", at(29)).await, Lock::Busy);
    assert_eq!(held.lock("second", at(30)).await, Lock::Locked);
    assert_eq!(held.lock("first", at(31)).await, Lock::Busy, "it is somebody else's now");
}

#[tokio::test]
async fn whoever_was_paused_does_not_give_back_the_lock_of_the_next_one() {
    let held = Held::by("first").await;
    assert_eq!(held.lock("second", at(31)).await, Lock::Locked);
    assert_eq!(held.unlock("first", at(32)).await, Unlock::Lost);
    assert_eq!(held.store.release(Duty::Scaling, "first").await.unwrap(), Unlock::Lost);
    assert_eq!(held.lock("third", at(33)).await, Lock::Busy);
}

#[tokio::test]
async fn word_that_was_left_sends_the_holder_round_once_more() {
    let held = Held::by("first").await;
    assert_eq!(held.lock("second", at(1)).await, Lock::Busy);
    // Whoever locks again for the next look does not forget it.
    assert_eq!(held.lock("first", at(2)).await, Lock::Locked);
    assert_eq!(held.unlock("first", at(20)).await, Unlock::Again);
    assert_eq!(held.lock("second", at(49)).await, Lock::Busy, "held for a new lease");
    assert_eq!(held.unlock("first", at(49)).await, Unlock::Again);
    assert_eq!(held.unlock("first", at(49)).await, Unlock::Released);
    assert_eq!(held.lock("second", at(49)).await, Lock::Locked);
}

#[tokio::test]
async fn a_lock_that_is_given_back_for_good_is_free_whatever_word_was_left() {
    let held = Held::by("first").await;
    assert_eq!(held.lock("second", at(1)).await, Lock::Busy);
    assert_eq!(held.store.release(Duty::Scaling, "first").await.unwrap(), Unlock::Again);
    assert_eq!(held.lock("second", at(1)).await, Lock::Locked);
    assert_eq!(held.unlock("second", at(2)).await, Unlock::Released, "the word is forgotten");
}

#[tokio::test]
async fn two_duties_are_two_locks() {
    let held = Held::by("first").await;
    let lock = held.store.lock(Duty::Arrivals, "second", LEASE, at(1)).await.unwrap();
    assert_eq!(lock, Lock::Locked);
    assert_eq!(held.unlock("first", at(2)).await, Unlock::Released);
}
