//! What people and operators ask for.

use hotdesk::{control::Policy, spares::Spares};
use hotdesk_tests::world::people::Seen;

use crate::permissions::stage::{MINUTE, Stage, Tour, named};

pub(crate) async fn tour(stage: &Stage, n: u8) {
    let tour = Tour::begin(stage, n, Policy { spares: Spares::Fixed(2), ..named() }).await;
    tour.world.pass_until("spares", async |_| tour.pool().await.len() == 2).await;
    pages(&tour).await;
    operators(&tour).await;
    cold(&tour).await;
    dead(&tour).await;
    tour.end();
}

async fn pages(tour: &Tour) {
    let alice = tour.seated("alice").await;
    let user = tour.user("alice");
    assert_eq!(tour.world.door.look(&user, "/").await.unwrap(), 200);
    tour.world.door.status(&user).await.unwrap();
    tour.world.door.beat(&alice).await;
    tour.world.run_typing(std::slice::from_ref(&alice), MINUTE * 2).await;
    tour.leave(&alice).await;
    tour.world.passes(3).await;
    // So many that one waits, and leaves word of it.
    let mut waits = false;
    for n in 0..4 {
        let user = tour.user(&format!("bob{n}"));
        waits |= matches!(tour.world.door.open(&user).await, Seen::Waiting(_));
    }
    assert!(waits);
}

async fn operators(tour: &Tour) {
    let door = &tour.world.door;
    let user = tour.user("alice");
    let path = format!("/homes/{user}");
    let operator = hotdesk_tests::world::people::OPERATOR;
    assert_eq!(door.look(operator, &path).await.unwrap(), 200);
    assert_eq!(door.operate(&format!("{path}/export"), "").await.unwrap(), 202);
    assert!(door.revoke(&user).await.unwrap().is_success(), "without a seat");
    tour.world.passes(1).await;
    tour.seated("carol").await;
    assert!(door.revoke(&tour.user("carol")).await.unwrap().is_success(), "with one");
    tour.world.passes(2).await;
}

/// Redis is empty, and somebody comes.
async fn cold(tour: &Tour) {
    tour.world.flush();
    tour.world.door.open(&tour.user("dan")).await;
    tour.world.passes(3).await;
}

/// Redis has forgotten who has a box that has died.
async fn dead(tour: &Tour) {
    let eve = tour.seated("eve").await;
    tour.world.pass_until("a spare", async |_| !tour.pool().await.is_empty()).await;
    let user = tour.user("eve");
    let mut redis = tour.world.redis();
    redis::cmd("DEL").arg(format!("ws:{user}")).exec(&mut redis).unwrap();
    redis::cmd("ZREM").arg("ws:pings").arg(&user).exec(&mut redis).unwrap();
    let key = format!("fleet:instance:{}", eve.instance);
    redis::cmd("HSET").arg(&key).arg("state").arg("GONE").exec(&mut redis).unwrap();
    assert!(matches!(tour.world.door.open(&user).await, Seen::Sent(again) if again != eve));
}
