//! Lifecycle: woken by each kind of event.

use std::time::Duration;

use hotdesk::{control::Policy, spares::Spares, store::BoxPhase};
use hotdesk_tests::world::people::Seen;

use crate::permissions::stage::{MINUTE, Stage, Tour, named};

pub(crate) async fn tour(stage: &Stage, n: u8) {
    let tour = Tour::begin(stage, n, Policy { spares: Spares::Fixed(1), ..named() }).await;
    // Each event comes twice, a minute apart: what is not done in one invocation's time is done in the
    // next one's, and not by a pass.
    let (now, later) = (Duration::from_millis(500), Duration::from_secs(55));
    tour.world.deliveries.set(move |_| vec![now, later]);
    tour.world.pass_until("a spare", async |_| tour.pool().await.len() == 1).await;
    slow_boot(&tour).await;
    // Before there is a box in standby, which would be started.
    short(&tour).await;
    woken(&tour).await;
    threatened(&tour).await;
    died(&tour).await;
    tour.end();
}

/// The hook is extended, then answered.
async fn slow_boot(tour: &Tour) {
    tour.world.plane.boxes.break_all(true);
    tour.dead().await;
    tokio::time::sleep(MINUTE * 2).await;
    tour.world.plane.boxes.break_all(false);
    tour.world.pass_until("a spare", async |_| tour.pool().await.len() == 1).await;
}

/// The spare is given, of which the stream does not tell; an event has lifecycle look at capacity, and a
/// box in standby is started.
async fn woken(tour: &Tour) {
    let dead = tour.dead().await;
    let rested = tour.rested("alice").await;
    tour.world.pass_until("a spare", async |_| tour.pool().await.len() == 1).await;
    tour.world.lambdas.lose_records(true);
    let bob = tour.seated("bob").await;
    tour.event("lifecycle-state-terminated", &dead).await;
    tour.soon("woken", async || tour.pool().await == [rested.clone()]).await;
    tour.leave(&bob).await;
    tour.world.lambdas.lose_records(false);
}

/// A spare that AWS may take back is stopped.
async fn threatened(tour: &Tour) {
    // No list shows it as it was before its start.
    tokio::time::sleep(MINUTE * 11).await;
    let spare = tour.pool().await.remove(0);
    tour.event("lifecycle-rebalance", &spare).await;
    tour.soon("stopped", async || tour.phase(&spare).await == BoxPhase::Standby).await;
    tour.world.pass_until("a spare", async |_| tour.pool().await.len() == 1).await;
}

/// The box of somebody dies.
async fn died(tour: &Tour) {
    let carol = tour.seated("carol").await;
    tour.world.lose(&carol.instance);
    tour.soon("dead", async || tour.phase(&carol.instance).await == BoxPhase::Gone).await;
    tour.world.pass_until("a spare", async |_| tour.pool().await.len() == 1).await;
}

/// People wait, the group gets no machine, and something happens.
async fn short(tour: &Tour) {
    let dead = tour.dead().await;
    tour.world.pass_until("a spare", async |_| tour.pool().await.len() == 1).await;
    tour.world.lambdas.lose_records(true);
    let dan = tour.seated("dan").await;
    let there = tour.world.cloud.look(|sim| sim.group()).members.len();
    tour.world.cloud.act(|sim| sim.set_capacity(Some(there as u32)));
    assert!(matches!(tour.world.door.open(&tour.user("eve")).await, Seen::Waiting(_)));
    tour.event("lifecycle-state-terminated", &dead).await;
    tour.world.cloud.act(|sim| sim.set_capacity(None));
    tour.world.lambdas.lose_records(false);
    tour.leave(&dan).await;
    tour.world.pass_until("a spare", async |_| tour.pool().await.len() == 1).await;
}
