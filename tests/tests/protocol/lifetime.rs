//! Seats that get too old: nobody is stopped for it who was not told before.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    seats::{Seat, Truth, UserState},
    store::{Claim, Expire, Store, Threat, Touch, Warn, Warning, Workspace, redis::RedisStore},
};
use hotdesk_stack::redis::Redis;
use hotdesk_tests::desk::empty_store;

use super::ops::{World, instance, user};

const NOW: Ms = Ms(1_800_000_000_000);
const LONGEST: Duration = Duration::from_secs(3600);
const NOTICE: Duration = Duration::from_secs(600);

fn minute(n: u64) -> Ms {
    NOW.plus(Duration::from_secs(n * 60))
}

fn lifetime(at: Ms) -> Touch {
    Touch::Ok(Some(Warning { threat: Threat::Lifetime, at }))
}

/// A store in which alice has a box since [`NOW`].
struct Seated {
    server: Redis,
    store: RedisStore,
    seat: Seat,
}

impl Seated {
    async fn alice() -> Self {
        let (server, store) = empty_store(NOW).await;
        for n in 0..2 {
            let addresses = World::default().addresses(n);
            store.admit(&instance(n), &addresses, NOW).await.unwrap();
        }
        let Claim::Assigned(seat) = store.claim(&user(0), NOW, NOW).await.unwrap() else {
            panic!("there is a spare")
        };
        Self { server, store, seat }
    }

    async fn expire(&self, now: Ms) -> Expire {
        self.store.expire(&self.seat.user, self.seat.epoch, LONGEST, NOTICE, now).await.unwrap()
    }

    async fn beat(&self, now: Ms) -> Touch {
        let Seat { user, instance, epoch, .. } = &self.seat;
        self.store.touch(user, instance, *epoch, now).await.unwrap()
    }

    async fn stay(&self, now: Ms) -> Touch {
        let Seat { user, instance, epoch, .. } = &self.seat;
        self.store.stay(user, instance, *epoch, now).await.unwrap()
    }
}

#[tokio::test]
async fn whoever_does_not_stay_is_told_and_then_stopped() {
    let alice = Seated::alice().await;
    assert_eq!(alice.expire(minute(49)).await, Expire::NotYet);
    assert_eq!(alice.beat(minute(49)).await, Touch::Ok(None));
    assert_eq!(alice.expire(minute(50)).await, Expire::Warned(minute(60)));
    assert_eq!(alice.beat(minute(51)).await, lifetime(minute(60)));
    assert_eq!(alice.expire(minute(59)).await, Expire::Warned(minute(60)), "told the same");
    assert!(matches!(alice.expire(minute(60)).await, Expire::Begun(_)));
    assert_eq!(alice.beat(minute(60)).await, Touch::Stale);
    assert_eq!(alice.expire(minute(61)).await, Expire::AlreadyGone);
}

#[tokio::test]
async fn a_reaper_that_comes_late_tells_first() {
    let alice = Seated::alice().await;
    assert_eq!(alice.expire(minute(90)).await, Expire::Warned(minute(100)));
    assert_eq!(alice.expire(minute(99)).await, Expire::Warned(minute(100)));
    assert!(matches!(alice.expire(minute(100)).await, Expire::Begun(_)));
}

#[tokio::test]
async fn a_flushed_store_tells_again_before_it_stops() {
    let alice = Seated::alice().await;
    assert_eq!(alice.expire(minute(50)).await, Expire::Warned(minute(60)));
    let mut redis = redis::Client::open(alice.server.url()).unwrap().get_connection().unwrap();
    redis::cmd("FLUSHALL").exec(&mut redis).unwrap();
    let truths = [Truth::User(alice.seat.clone(), UserState::Open)];
    alice.store.rebuild(&truths, &[], minute(59)).await.unwrap();
    assert_eq!(alice.beat(minute(60)).await, Touch::Ok(None));
    assert_eq!(alice.expire(minute(60)).await, Expire::Warned(minute(70)));
    assert_eq!(alice.beat(minute(61)).await, lifetime(minute(70)));
    assert_eq!(alice.expire(minute(69)).await, Expire::Warned(minute(70)));
    assert!(matches!(alice.expire(minute(70)).await, Expire::Begun(_)));
}

#[tokio::test]
async fn whoever_stays_keeps_the_box_and_is_asked_again() {
    let alice = Seated::alice().await;
    alice.expire(minute(50)).await;
    assert_eq!(alice.stay(minute(55)).await, Touch::Ok(None), "told no more");
    assert_eq!(alice.expire(minute(60)).await, Expire::NotYet);
    assert_eq!(alice.expire(minute(104)).await, Expire::NotYet);
    assert_eq!(alice.expire(minute(105)).await, Expire::Warned(minute(115)));
    assert!(matches!(alice.expire(minute(115)).await, Expire::Begun(_)));
}

#[tokio::test]
async fn another_seat_is_neither_kept_nor_ended() {
    let alice = Seated::alice().await;
    alice.expire(minute(50)).await;
    let Seat { user, instance, mut epoch, .. } = alice.seat.clone();
    epoch.0 -= 1;
    assert_eq!(alice.store.stay(&user, &instance, epoch, minute(55)).await.unwrap(), Touch::Stale);
    let expired = alice.store.expire(&user, epoch, LONGEST, NOTICE, minute(60)).await.unwrap();
    assert_eq!(expired, Expire::AlreadyGone);
    assert_eq!(alice.beat(minute(56)).await, lifetime(minute(60)));
}

#[tokio::test]
async fn what_was_told_and_said_ends_with_the_seat() {
    let mut alice = Seated::alice().await;
    alice.stay(minute(5)).await;
    alice.expire(minute(55)).await;
    alice.store.evict(&alice.seat.instance, minute(56)).await.unwrap();
    let Claim::Assigned(seat) = alice.store.claim(&user(0), NOW, minute(57)).await.unwrap() else {
        panic!("there is another spare")
    };
    alice.seat = seat;
    assert_eq!(alice.beat(minute(57)).await, Touch::Ok(None));
    assert_eq!(alice.expire(minute(106)).await, Expire::NotYet);
    assert_eq!(alice.expire(minute(107)).await, Expire::Warned(minute(117)));
}

#[tokio::test]
async fn what_aws_does_is_told_before_the_end_of_the_lifetime() {
    let alice = Seated::alice().await;
    alice.expire(minute(50)).await;
    let aws = Warning { threat: Threat::Rebalance, at: minute(51) };
    let warned = alice.store.warn(&alice.seat.instance, aws).await.unwrap();
    assert_eq!(warned, Warn::Warned(alice.seat.user.clone()));
    assert_eq!(alice.beat(minute(51)).await, Touch::Ok(Some(aws)));
    assert_eq!(alice.stay(minute(52)).await, Touch::Ok(Some(aws)), "that cannot be put off");
    assert_eq!(alice.expire(minute(60)).await, Expire::NotYet, "but the lifetime was");
}

#[tokio::test]
async fn the_home_page_is_told_the_same() {
    let alice = Seated::alice().await;
    let workspace = async || alice.store.workspace(&alice.seat.user).await.unwrap();
    let expected = |renewed, last_seen, warning| Workspace::Running {
        epoch: alice.seat.epoch,
        instance: alice.seat.instance.clone(),
        since: NOW,
        renewed,
        last_seen,
        warning,
    };
    assert_eq!(workspace().await, expected(NOW, NOW, None));
    alice.stay(minute(5)).await;
    assert_eq!(workspace().await, expected(minute(5), minute(5), None));
    alice.expire(minute(55)).await;
    let ends = Warning { threat: Threat::Lifetime, at: minute(65) };
    assert_eq!(workspace().await, expected(minute(5), minute(5), Some(ends)));
    let aws = Warning { threat: Threat::Interruption, at: minute(57) };
    alice.store.warn(&alice.seat.instance, aws).await.unwrap();
    assert_eq!(workspace().await, expected(minute(5), minute(5), Some(aws)));
}
