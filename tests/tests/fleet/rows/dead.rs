//! Rows of the reconcile table about boxes that are dead, or to be.

use hotdesk::control::ABSENT;
use hotdesk::fleet::Lifecycle;
use hotdesk::seats::Addresses;
use hotdesk::store::{BoxPhase, Store};
use hotdesk_sim::{Call, InstanceState};
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
    world.run(ABSENT - Duration::from_secs(120)).await;
    assert_ne!(phase(&world, &ghost).await, BoxPhase::Gone, "absence alone proves nothing");
    // It may have been chosen as a spare too many meanwhile, which begins its time anew.
    world.run(ABSENT + Duration::from_secs(360)).await;
    assert_eq!(phase(&world, &ghost).await, BoxPhase::Gone);
    world.passes(3).await;
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
