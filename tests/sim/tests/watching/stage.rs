//! Worlds that have got somewhere.

use hotdesk::{control::Policy, id::InstanceId, seats::Seats, spares::Spares, store::Store};
use hotdesk_tests::world::{Beginning, World, people::Sent, policy};

/// A world with so many spares, at rest.
pub(super) async fn with_spares(spares: usize) -> World {
    let policy = Policy { spares: Spares::Fixed(spares), ..policy() };
    let world = World::begin(Beginning { policy, ..Beginning::default() }).await;
    world.pass_until("spares", async |world| pool(world).await.len() == spares).await;
    world.check_at_rest().await;
    world
}

/// The same, and alice has a box, with her home open.
pub(super) async fn with_alice(spares: usize) -> (World, Sent) {
    let world = with_spares(spares).await;
    let sent = world.seated("alice").await;
    world.at_home(&sent).await;
    world.pass_until("another spare", async |world| pool(world).await.len() == spares).await;
    world.check_at_rest().await;
    (world, sent)
}

pub(super) async fn pool(world: &World) -> Vec<InstanceId> {
    world.plane.store.view().await.map(|view| view.pool).unwrap_or_default()
}

/// What was noticed at once.
pub(super) fn violations(world: &World) -> String {
    world.violations.lock().unwrap().join(", ")
}

/// Does something behind the store's back.
pub(super) fn eval(world: &World, script: &str) {
    redis::cmd("EVAL").arg(script).arg(0).exec(&mut world.redis()).unwrap();
}

/// The table says that this box is parked.
pub(super) async fn park(world: &World, instance: &InstanceId) {
    world.plane.seats.table.park(instance).await.unwrap();
}
