//! The control plane is away for ten minutes while people type: nobody's box is stopped, and
//! afterwards everything is as it should be.

use std::time::Duration;

use hotdesk::store::BoxPhase;
use hotdesk_tests::world::{World, people::Sent};

use super::stage::*;

const TEN_MINUTES: Duration = Duration::from_secs(600);

async fn four_typing() -> (World, Vec<Sent>) {
    let world = with_spares(2).await;
    let mut sent = Vec::new();
    for n in 0..4 {
        sent.push(world.seated(&format!("user{n}")).await);
    }
    world.run_typing(&sent, Duration::from_secs(180)).await;
    world.check_at_rest().await;
    (world, sent)
}

async fn as_before(world: &World, sent: &[Sent]) {
    world.run_typing(sent, Duration::from_secs(60) * 5).await;
    world.check_at_rest().await;
    for sent in sent {
        assert_eq!(phase(world, &sent.instance).await, BoxPhase::Running);
        let again = world.seated(sent.ticket.sub.as_str()).await;
        assert_eq!(
            (again.instance, again.ticket.epoch),
            (sent.instance.clone(), sent.ticket.epoch)
        );
    }
}

#[tokio::test(start_paused = true)]
async fn redis_is_away_for_ten_minutes_and_comes_back_empty() {
    let (world, sent) = four_typing().await;
    world.stop_redis().await;
    world.run_typing(&sent, TEN_MINUTES).await;
    assert!(
        world.lambdas.outcomes()["idle-reaper store.away"] >= 9,
        "the reaper says so to Lambda"
    );
    world.start_redis();
    as_before(&world, &sent).await;
}

#[tokio::test(start_paused = true)]
async fn the_api_is_unreachable_for_ten_minutes() {
    let (world, sent) = four_typing().await;
    world.door.close(true);
    world.run_typing(&sent, TEN_MINUTES).await;
    // Every heartbeat was missed; the boxes were asked.
    for sent in &sent {
        assert_eq!(phase(&world, &sent.instance).await, BoxPhase::Running);
    }
    world.door.close(false);
    as_before(&world, &sent).await;
}

#[tokio::test(start_paused = true)]
async fn first_redis_then_the_api() {
    let (world, sent) = four_typing().await;
    world.stop_redis().await;
    world.run_typing(&sent, TEN_MINUTES).await;
    world.start_redis();
    world.door.close(true);
    world.run_typing(&sent, TEN_MINUTES).await;
    world.door.close(false);
    as_before(&world, &sent).await;
}

#[tokio::test(start_paused = true)]
async fn who_left_during_an_outage_loses_the_box_after_it() {
    let (world, sent) = four_typing().await;
    world.stop_redis().await;
    world.run_typing(&sent[1..], TEN_MINUTES).await;
    world.start_redis();
    world.run_typing(&sent[1..], TEN_MINUTES).await;
    assert_eq!(phase(&world, &sent[0].instance).await, BoxPhase::Standby);
    as_before(&world, &sent[1..]).await;
}
