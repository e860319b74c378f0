//! Boxes that are used once: terminated by whoever would stop them.

use hotdesk::{
    control::{Policy, Reuse},
    spares::Spares,
    store::BoxPhase,
};

use crate::permissions::stage::{Stage, Tour, named};

pub(crate) async fn tour(stage: &Stage, n: u8) {
    let policy = Policy { spares: Spares::Fixed(3), reuse: Reuse::Never, ..named() };
    let mut tour = Tour::begin(stage, n, policy).await;
    tour.world.pass_until("spares", async |_| tour.pool().await.len() == 3).await;
    // lifecycle
    let spare = tour.pool().await.remove(0);
    tour.event("lifecycle-rebalance", &spare).await;
    tour.soon("terminated", async || tour.phase(&spare).await == BoxPhase::Gone).await;
    tour.world.pass_until("spares again", async |_| tour.pool().await.len() == 3).await;
    // provision
    tour.world.set_policy(|policy| policy.spares = Spares::Fixed(0));
    let before = tour.pool().await;
    tour.seated("alice").await;
    tour.soon("terminated", async || tour.pool().await.is_empty()).await;
    let gone = async || {
        let mut gone = 0;
        for spare in &before {
            gone += usize::from(tour.phase(spare).await == BoxPhase::Gone);
        }
        gone == 2
    };
    tour.soon("terminated", gone).await;
    tour.end();
}
