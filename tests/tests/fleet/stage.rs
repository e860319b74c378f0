//! Worlds that have got somewhere, and short ways to ask and to meddle.

use std::time::Duration;

use hotdesk::{
    clock::Clock,
    control::Policy,
    fleet::{Fleet, Lifecycle, Power},
    id::InstanceId,
    ledger::{End, Ending, Why},
    seats::{BoxItem, Seat, Seats},
    spares::Spares,
    store::{BoxPhase, REST, Store},
};
use hotdesk_sim::{Call, InstanceState, faults::Rule};
use hotdesk_tests::world::{Beginning, World, policy};

pub(crate) fn one(instance: &InstanceId) -> &[InstanceId] {
    std::slice::from_ref(instance)
}

/// A world with its spares.
pub(crate) async fn with_spares(spares: usize) -> World {
    with_policy(Policy { spares: Spares::Fixed(spares), ..policy() }).await
}

pub(crate) async fn with_policy(policy: Policy) -> World {
    let Spares::Fixed(spares) = policy.spares else { panic!("another number each time") };
    let world = World::begin(Beginning { policy, ..Beginning::default() }).await;
    world.pass_until("spares", async |world| pool(world).await.len() == spares).await;
    world.check_at_rest().await;
    world
}

pub(crate) async fn pool(world: &World) -> Vec<InstanceId> {
    world.plane.store.view().await.map(|view| view.pool).unwrap_or_default()
}

/// How many boxes are in standby.
pub(crate) async fn standby(world: &World) -> usize {
    world.plane.store.view().await.unwrap().standby.len()
}

pub(crate) async fn phase(world: &World, instance: &InstanceId) -> BoxPhase {
    world.plane.store.known(one(instance)).await.unwrap().remove(0).phase
}

pub(crate) async fn item(world: &World, instance: &InstanceId) -> Option<BoxItem> {
    world.plane.seats.table.instance(instance).await.unwrap()
}

pub(crate) async fn lifecycle(world: &World, instance: &InstanceId) -> Option<Lifecycle> {
    world.plane.fleet.group().await.unwrap().lifecycle(instance)
}

pub(crate) async fn power(world: &World, instance: &InstanceId) -> Option<Power> {
    let machines = world.plane.fleet.machines(one(instance)).await.unwrap();
    machines.get(instance).map(|machine| machine.power)
}

/// A box that is parked in standby, rested, and may be woken.
pub(crate) async fn parked(world: &World) -> InstanceId {
    let sent = world.seated("zoe").await;
    assert_eq!(world.door.leave(&sent).await.unwrap(), 202);
    let id = sent.instance.clone();
    world.pass_until("parked", async |world| phase(world, &id).await == BoxPhase::Standby).await;
    world.run(REST + Duration::from_secs(60)).await;
    world.check_at_rest().await;
    sent.instance
}

/// Makes the store forget a box that is in one of its sets.
pub(crate) fn forget(world: &World, instance: &InstanceId) {
    let mut redis = world.redis();
    redis::cmd("DEL").arg(format!("fleet:instance:{instance}")).exec(&mut redis).unwrap();
    redis::cmd("SREM").arg("ws:pool").arg(instance.as_str()).exec(&mut redis).unwrap();
    for set in ["fleet:stopping", "fleet:standby", "fleet:waking", "fleet:arriving"] {
        redis::cmd("ZREM").arg(set).arg(instance.as_str()).exec(&mut redis).unwrap();
    }
}

/// No event gets through.
pub(crate) fn deaf(world: &World) {
    world.deliveries.set(|_| Vec::new());
}

/// The end of a seat, for whoever closes it behind the functions' back.
pub(crate) fn ended(seat: &Seat) -> End {
    let at = seat.since;
    let ending = Ending { why: Why::Left, at, last_seen: None, by: None };
    End { seat: seat.clone(), ending, farewell: None, at }
}

pub(crate) async fn now(world: &World) -> hotdesk::clock::Ms {
    world.plane.clock.now()
}

pub(crate) fn call(world: &World, call: Call) {
    world.cloud.call(call).unwrap();
}

pub(crate) fn state(world: &World, id: &InstanceId) -> Option<InstanceState> {
    let instances = world.cloud.look(|sim| sim.instances());
    instances.into_iter().find(|instance| instance.id == id.as_str()).map(|i| i.state)
}

pub(crate) fn rules(world: &World, rules: serde_json::Value) {
    let rules: Vec<Rule> = serde_json::from_value(rules).unwrap();
    world.cloud.set_faults(rules).unwrap();
}

pub(crate) fn lag(world: &World, ms: u64) {
    world.cloud.act(|sim| sim.set_lag_ms(ms));
}
