//! The reaper alone: no event and no record of the stream reaches anybody.

use std::time::Duration;

use hotdesk::{
    control::Policy,
    store::{BoxPhase, Store},
};
use hotdesk_sim::Call;
use hotdesk_tests::world::{GROUP, people::Seen};

use crate::permissions::stage::{MINUTE, Stage, Tour, named};

pub(crate) async fn tour(stage: &Stage, n: u8) {
    let mut tour = Tour::begin(stage, n, Policy { idle_timeout: MINUTE * 3, ..named() }).await;
    tour.world.deliveries.set(|_| Vec::new());
    tour.world.lambdas.lose_records(true);
    slow_boot(&tour).await;
    unprotected(&tour).await;
    taken_back_and_woken(&tour).await;
    died(&tour).await;
    rebuilt(&tour).await;
    short(&tour).await;
    dropped(&mut tour).await;
    tour.end();
}

/// The hook is extended, then answered.
async fn slow_boot(tour: &Tour) {
    tour.world.plane.boxes.break_all(true);
    tour.world.passes(4).await;
    tour.world.plane.boxes.break_all(false);
    tour.world.pass_until("a spare", async |_| tour.pool().await.len() == 1).await;
}

async fn unprotected(tour: &Tour) {
    let ids = tour.pool().await.iter().map(ToString::to_string).collect();
    let call = Call::SetInstanceProtection { group: GROUP.into(), ids, protected: false };
    tour.world.cloud.call(call).unwrap();
    tour.world.passes(1).await;
}

/// Whoever is idle loses the box, which is stopped, and woken for somebody else.
async fn taken_back_and_woken(tour: &Tour) {
    let alice = tour.seated("alice").await;
    let id = &alice.instance;
    tour.world.pass_until("idle", async |_| tour.phase(id).await == BoxPhase::Standby).await;
    tour.world.passes(3).await;
    let bob = tour.seated("bob").await;
    tour.world.run_typing(std::slice::from_ref(&bob), MINUTE * 4).await;
    assert_eq!(tour.pool().await, std::slice::from_ref(id), "woken");
    assert_eq!(tour.world.door.leave(&bob).await.unwrap(), 202);
    tour.world.passes(3).await;
}

/// The box of somebody dies, and nobody tells.
async fn died(tour: &Tour) {
    let carol = tour.seated("carol").await;
    tour.world.lose(&carol.instance);
    tour.world.passes(3).await;
    assert_eq!(tour.phase(&carol.instance).await, BoxPhase::Gone);
}

async fn rebuilt(tour: &Tour) {
    tour.world.flush();
    tour.world.passes(2).await;
    assert!(tour.world.plane.store.view().await.is_ok());
}

/// People wait, and the group gets no machine.
async fn short(tour: &Tour) {
    let there = tour.world.cloud.look(|sim| sim.group()).members.len();
    tour.world.cloud.act(|sim| sim.set_capacity(Some(there as u32)));
    let mut typing = Vec::new();
    for n in 0..8 {
        match tour.world.door.open(&tour.user(&format!("dan{n}"))).await {
            Seen::Sent(sent) => typing.push(sent),
            Seen::Waiting(_) => break,
            other => panic!("{other:?}"),
        }
    }
    tour.world.run_typing(&typing, MINUTE * 2).await;
    tour.world.cloud.act(|sim| sim.set_capacity(None));
    tour.world.passes(8).await;
}

/// Boxes in standby beyond the limit are terminated.
async fn dropped(tour: &mut Tour) {
    let standby = tour.world.plane.store.view().await.unwrap().standby;
    assert!(!standby.is_empty());
    tour.world.set_policy(|policy| policy.max_standby = 0);
    tour.world.passes(2).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
}
