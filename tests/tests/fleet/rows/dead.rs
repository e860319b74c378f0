//! Rows of the reconcile table about boxes that are dead, or to be.

use hotdesk::control::ABSENT;
use hotdesk::fleet::{Fleet, Lifecycle};
use hotdesk::id::InstanceId;
use hotdesk::seats::{Addresses, BoxItem};
use hotdesk::store::{BoxPhase, Store};
use hotdesk_sim::{Call, InstanceState};
use hotdesk_tests::world::World;
use std::time::Duration;

use crate::fleet::stage::*;

#[tokio::test(start_paused = true)]
async fn a_terminated_box_is_evicted_and_its_seat_closed() {
    let world = with_spares(1).await;
    deaf(&world);
    let sent = world.seated("alice").await;
    world.lose(&sent.instance);
    world.passes(3).await;
    assert_eq!(phase(&world, &sent.instance).await, BoxPhase::Gone);
    world.check_at_rest().await;
    let again = world.seated("alice").await;
    assert!(again.instance != sent.instance && again.ticket.epoch > sent.ticket.epoch);
}

#[tokio::test(start_paused = true)]
async fn a_terminated_spare_is_evicted_and_replaced() {
    let world = with_spares(1).await;
    deaf(&world);
    let spare = pool(&world).await.remove(0);
    world.lose(&spare);
    world.passes(4).await;
    assert_eq!(phase(&world, &spare).await, BoxPhase::Gone);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_box_on_its_way_out_is_let_go_before_its_hook_times_out() {
    let world = with_spares(1).await;
    deaf(&world);
    let sent = world.seated("alice").await;
    let id = sent.instance.to_string();
    call(&world, Call::TerminateInstanceInAutoScalingGroup { id, decrement: false });
    world.passes(2).await;
    assert_eq!(phase(&world, &sent.instance).await, BoxPhase::Gone);
    assert_ne!(lifecycle(&world, &sent.instance).await, Some(Lifecycle::TerminatingWait));
    world.passes(3).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_spare_that_nobody_lists_is_evicted_in_the_end_but_not_at_once() {
    let world = with_spares(1).await;
    let ghost = "i-0000000000000dead".parse().unwrap();
    let at = Addresses { public_ip: "192.0.2.1".into(), private_ip: "198.51.100.1".into() };
    world.plane.store.admit(&ghost, &at, now(&world).await).await.unwrap();
    world.passes(2).await;
    assert_ne!(phase(&world, &ghost).await, BoxPhase::Gone, "absence alone proves nothing");
    // It may have been chosen as a spare too many meanwhile, and parked, which shortens its time.
    world.run(ABSENT + Duration::from_secs(120)).await;
    assert_eq!(phase(&world, &ghost).await, BoxPhase::Gone);
    world.passes(3).await;
    world.check_at_rest().await;
}

/// Nobody heard that it died, and the store knows no more that it booted.
#[tokio::test(start_paused = true)]
async fn a_box_that_died_in_its_launch_hook_does_not_hold_its_place() {
    let (world, dead) = with_a_dead_launch().await;
    world.plane.store.evict(&dead, now(&world).await).await.unwrap();
    world.plane.boxes.break_all(false);
    world.passes(1).await;
    assert_ne!(lifecycle(&world, &dead).await, Some(Lifecycle::PendingWait));
    world.passes(4).await;
    world.check_at_rest().await;
}

/// Whoever receives boxes need not wait for a pass.
#[tokio::test(start_paused = true)]
async fn a_box_that_died_in_its_launch_hook_is_given_up_by_whoever_looks_next() {
    let (world, dead) = with_a_dead_launch().await;
    world.plane.receive("a lifecycle function", now(&world).await).await.unwrap();
    assert_ne!(lifecycle(&world, &dead).await, Some(Lifecycle::PendingWait));
    world.plane.boxes.break_all(false);
    world.passes(5).await;
    world.check_at_rest().await;
}

/// A box died in its launch hook, and nobody heard of it.
async fn with_a_dead_launch() -> (World, InstanceId) {
    let world = World::begin(Default::default()).await;
    deaf(&world);
    world.plane.boxes.break_all(true);
    world.passes(2).await;
    let members = world.plane.fleet.group().await.unwrap().members.into_values();
    let mut held = members.filter(|member| member.lifecycle == Lifecycle::PendingWait);
    let Some(dead) = held.next().map(|member| member.instance) else {
        panic!("none boots\n{}", world.picture().await)
    };
    world.lose(&dead);
    while state(&world, &dead) != Some(InstanceState::Terminated) {
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    (world, dead)
}

/// EC2 forgets a dead box after an hour, the table after two days.
#[tokio::test(start_paused = true)]
async fn the_dead_haunt_a_flushed_store_for_less_than_five_passes() {
    let world = with_spares(1).await;
    let dead = parked(&world).await;
    world.lose(&dead);
    world.run(Duration::from_secs(3900)).await;
    assert_eq!(state(&world, &dead), None, "EC2 has forgotten it");
    assert_eq!(item(&world, &dead).await, Some(BoxItem::Parked));
    world.flush();
    world.passes(2).await;
    assert_eq!(phase(&world, &dead).await, BoxPhase::Stopping, "absence alone proves nothing");
    world.passes(3).await;
    assert_eq!(phase(&world, &dead).await, BoxPhase::Gone);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_box_that_is_gone_for_the_store_is_terminated() {
    let world = with_spares(1).await;
    deaf(&world);
    let spare = pool(&world).await.remove(0);
    world.plane.store.evict(&spare, now(&world).await).await.unwrap();
    world.passes(5).await;
    assert_eq!(state(&world, &spare), Some(InstanceState::Terminated));
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_standby_box_that_ec2_terminated_leaves_the_group() {
    let world = with_spares(1).await;
    let standby = parked(&world).await;
    deaf(&world);
    world.lose(&standby);
    world.passes(4).await;
    assert_eq!(lifecycle(&world, &standby).await, None);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn the_item_of_a_box_that_died_in_standby_is_removed_by_age() {
    let world = with_spares(1).await;
    let standby = parked(&world).await;
    deaf(&world);
    world.lose(&standby);
    world.passes(4).await;
    let parked = item(&world, &standby).await;
    assert_eq!(parked, Some(BoxItem::Parked), "whoever is late still meets it");
    let later = now(&world).await.plus(Duration::from_secs(3 * 86_400));
    world.plane.seats.table.expire(later);
    assert_eq!(item(&world, &standby).await, None);
}
