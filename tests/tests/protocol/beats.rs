//! Heartbeats of functions whose clocks differ.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    store::{BeginStop, Claim, Store, Touch, redis::RedisStore},
};
use hotdesk_stack::redis::Redis;

use super::ops::{World, instance, user};

const NOW: Ms = Ms(1_800_000_000_000);

fn at(seconds: u64) -> Ms {
    NOW.plus(Duration::from_secs(seconds))
}

#[tokio::test]
async fn a_clock_that_is_behind_makes_nobody_idle() {
    let server = Redis::start().await.unwrap();
    let store = RedisStore::new(server.url(), "").unwrap();
    store.rebuild(&[], &[], NOW).await.unwrap();
    store.admit(&instance(0), &World::default().addresses(0), NOW).await.unwrap();
    let Claim::Assigned(seat) = store.claim(&user(0), NOW, NOW).await.unwrap() else {
        panic!("there is a spare")
    };
    for now in [at(60), at(58)] {
        let beat = store.touch(&seat.user, &seat.instance, seat.epoch, now).await.unwrap();
        assert_eq!(beat, Touch::Ok(None));
    }
    assert_eq!(store.idle(at(60), 10).await.unwrap(), []);
    let begun = store.begin_stop(&seat.user, seat.epoch, at(60), at(360)).await.unwrap();
    assert_eq!(begun, BeginStop::Revived);
    assert_eq!(store.idle(at(61), 10).await.unwrap()[0].last_seen, at(60));
}

#[tokio::test]
async fn a_clock_that_is_behind_gives_a_seat_of_its_own() {
    let server = Redis::start().await.unwrap();
    let store = RedisStore::new(server.url(), "").unwrap();
    store.rebuild(&[], &[], NOW).await.unwrap();
    let mut last = None;
    for (n, now) in [at(60), at(58), at(58)].into_iter().enumerate() {
        store.admit(&instance(n), &World::default().addresses(n), now).await.unwrap();
        let Claim::Assigned(seat) = store.claim(&user(0), now, now).await.unwrap() else {
            panic!("there is a spare")
        };
        assert!(last < Some(seat.epoch), "{last:?} and {}", seat.epoch);
        last = Some(seat.epoch);
        store.evict(&seat.instance, now).await.unwrap();
    }
}
