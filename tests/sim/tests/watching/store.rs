//! What breaks in the store.

use std::time::Duration;

use hotdesk::{
    id::InstanceId,
    seats::Addresses,
    store::{Claim, Store},
};
use hotdesk_tests::world::{Beginning, World};

/// Who runs, who waits, and a box each in the pool's, the standby's and the dead's place.
async fn peopled() -> World {
    let world = World::begin(Beginning::default()).await;
    let (store, now) = (&world.plane.store, world.now());
    store.rebuild(&[], &[], now).await.expect("an answer");
    let id = |n: u64| -> InstanceId { format!("i-{n:017x}").parse().expect("an id") };
    for n in 1..=3 {
        store.admit(&id(n), &Addresses::default(), now).await.expect("an answer");
    }
    let alice = "alice".parse().expect("a name");
    let claim = store.claim(&alice, now, now).await.expect("an answer");
    assert!(matches!(claim, Claim::Assigned(_)));
    let stops = store.retire(1, now).await.expect("an answer");
    let later = now.plus(Duration::from_secs(1));
    store.finish_stop(&stops[0].instance, stops[0].stamp, later).await.expect("an answer");
    assert_eq!(store.wrong(), [""; 0]);
    world
}

#[tokio::test(start_paused = true)]
async fn what_breaks_in_the_store_is_noticed() {
    let parked = "local standby = redis.call('ZRANGE', 'fleet:standby', 0, 0)[1] ";
    for (breaks, word) in [
        (
            "redis.call('SADD', 'ws:pool', redis.call('HGET', 'ws:alice', 'instanceId'))",
            "the box of alice",
        ),
        ("redis.call('SADD', 'ws:pool', standby)", "standby"),
        ("redis.call('ZADD', 'fleet:waking', 1, standby)", "waking"),
        ("redis.call('HSET', 'fleet:instance:' .. standby, 'state', 'GONE')", "the dead"),
        ("redis.call('ZREM', 'ws:pings', 'alice')", "not in ws:pings"),
        ("redis.call('ZADD', 'ws:pings', 1, 'bob')", "ws:pings is not who runs"),
        ("redis.call('HSET', 'ws:bob', 'state', 'STARTING')", "not in fleet:waiting"),
        ("redis.call('ZADD', 'fleet:waiting', 1, 'bob')", "fleet:waiting is not who waits"),
    ] {
        let world = peopled().await;
        let script = format!("{parked}{breaks}");
        redis::cmd("EVAL").arg(script).arg(0).exec(&mut world.redis()).expect("redis answers");
        let wrong = world.plane.store.wrong().join(", ");
        assert!(wrong.contains(word), "{breaks}: {wrong}");
    }
}
