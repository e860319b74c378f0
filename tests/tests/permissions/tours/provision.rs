//! Provision: woken by the stream of the seats.

use hotdesk::{
    control::Policy,
    spares::Spares,
    store::{BoxPhase, Store},
};
use hotdesk_tests::world::people::Seen;

use crate::permissions::stage::{MINUTE, Stage, Tour, named};

pub(crate) async fn tour(stage: &Stage, n: u8) {
    let mut tour = Tour::begin(stage, n, Policy { spares: Spares::Fixed(3), ..named() }).await;
    tour.world.pass_until("spares", async |_| tour.pool().await.len() == 3).await;
    surplus(&mut tour).await;
    woken(&tour).await;
    short(&tour).await;
    died_unnoticed(&tour).await;
    tour.end();
}

/// The operator wants fewer spares, and the next seat opens: one is taken, the others are stopped.
async fn surplus(tour: &mut Tour) {
    // No list shows these as they were before their start.
    tokio::time::sleep(MINUTE * 11).await;
    tour.world.set_policy(|policy| policy.spares = Spares::Fixed(0));
    let alice = tour.seated("alice").await;
    tour.soon("stopped", async || tour.world.plane.store.view().await.unwrap().standby.len() == 2)
        .await;
    tour.leave(&alice).await;
    tokio::time::sleep(MINUTE * 3).await;
}

/// A seat opens, and a spare is wanted again: one is started, and for the next the group grows.
async fn woken(tour: &Tour) {
    for name in ["bob", "carol", "dan", "eve"] {
        tour.seated(name).await;
    }
}

/// Somebody waits, and the group gets no machine.
async fn short(tour: &Tour) {
    let there = tour.world.cloud.look(|sim| sim.group()).members.len();
    tour.world.cloud.act(|sim| sim.set_capacity(Some(there as u32)));
    assert!(matches!(tour.world.door.open(&tour.user("frank")).await, Seen::Waiting(_)));
    tokio::time::sleep(MINUTE).await;
    tour.world.cloud.act(|sim| sim.set_capacity(None));
    tour.seated("frank").await;
}

/// Redis takes the box of somebody for a spare, and it is to be stopped; while that begins, the box
/// dies. What the table says of it wins, and the seat is closed.
async fn died_unnoticed(tour: &Tour) {
    let grace = tour.seated("grace").await;
    tour.world.deliveries.set(|_| Vec::new());
    let (id, user) = (grace.instance.as_str(), tour.user("grace"));
    let mut redis = tour.world.redis();
    redis::cmd("DEL").arg(format!("ws:{user}")).exec(&mut redis).unwrap();
    redis::cmd("ZREM").arg("ws:pings").arg(&user).exec(&mut redis).unwrap();
    for spare in tour.pool().await {
        redis::cmd("SREM").arg("ws:pool").arg(spare.as_str()).exec(&mut redis).unwrap();
    }
    redis::cmd("SADD").arg("ws:pool").arg(id).exec(&mut redis).unwrap();
    let key = format!("fleet:instance:{id}");
    redis::cmd("HSET").arg(&key).arg("state").arg("SPARE").exec(&mut redis).unwrap();
    redis::cmd("HDEL").arg(&key).arg("owner").arg("epoch").exec(&mut redis).unwrap();
    // A record of somebody else's has provision look at capacity, which has one spare too many.
    tour.world.gate.pause_after("retire", MINUTE / 6);
    let meddle = async {
        tour.soon("to be stopped", async || {
            tour.phase(&grace.instance).await == BoxPhase::Stopping
        })
        .await;
        let mut redis = tour.world.redis();
        redis::cmd("HSET").arg(&key).arg("state").arg("GONE").exec(&mut redis).unwrap();
    };
    tokio::join!(tour.opened("bob"), meddle);
}
