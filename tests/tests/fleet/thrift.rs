//! What is asked of AWS, and how often: each call takes its time, and AWS allows only so many.

use std::time::Duration;

use hotdesk::{control::Policy, fleet::Power, spares::Spares, store::BoxPhase};
use hotdesk_sim::InstanceState;
use hotdesk_tests::world::{World, people::Seen, policy};
use serde_json::json;

use super::stage::*;

/// How often that was asked.
fn asked(world: &World, call: &str) -> usize {
    world.gate.counts().get(call).copied().unwrap_or(0)
}

/// A pass brings a stop as far as AWS lets it, and does nothing a second time.
#[tokio::test(start_paused = true)]
async fn a_stop_goes_as_far_as_it_can_and_asks_for_each_thing_once() {
    let world = with_spares(2).await;
    let alice = world.seated("alice").await;
    world.run_typing(std::slice::from_ref(&alice), Duration::from_secs(120)).await;
    deaf(&world);
    let before = ["EnterStandby", "StopInstances"].map(|call| asked(&world, call));
    assert_eq!(world.door.leave(&alice).await.unwrap(), 202);
    let mut stopped = world.lambdas.pass().await.expect("a pass").stopped;
    let now = state(&world, &alice.instance).unwrap();
    assert!(matches!(now, InstanceState::Stopping | InstanceState::Stopped), "{now:?}");
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_secs(60)).await;
        stopped += world.lambdas.pass().await.expect("a pass").stopped;
    }
    assert_eq!((phase(&world, &alice.instance).await, stopped), (BoxPhase::Standby, 1));
    let after = ["EnterStandby", "StopInstances"].map(|call| asked(&world, call));
    assert_eq!(after, before.map(|times| times + 1));
    world.check_at_rest().await;
}

/// A stop is known by its own stamp: to look at all boxes for each was half of the work of an evening in
/// which thousands of people leave.
#[tokio::test(start_paused = true)]
async fn no_stop_looks_at_all_boxes() {
    let world = with_spares(2).await;
    let alice = world.seated("alice").await;
    world.run_typing(std::slice::from_ref(&alice), Duration::from_secs(120)).await;
    deaf(&world);
    assert_eq!(world.door.leave(&alice).await.unwrap(), 202);
    world.lambdas.pass().await.expect("a pass");
    // A stop takes less than that.
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(power(&world, &alice.instance).await, Some(Power::Stopped));
    let before = asked(&world, "view");
    assert_eq!(world.plane.stopped(&alice.instance).await.unwrap(), 1);
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Standby);
    assert_eq!(asked(&world, "view"), before);
}

/// Nobody waits for the spares that are wanted: whether they come is for the next pass.
#[tokio::test(start_paused = true)]
async fn where_nobody_waits_nobody_looks_again() {
    let mut world = with_spares(1).await;
    deaf(&world);
    world.set_policy(|policy| policy.spares = Spares::Fixed(2));
    let before = asked(&world, "demand");
    world.lambdas.pass().await.expect("a pass");
    assert_eq!(world.cloud.look(|sim| sim.group()).desired, 2);
    assert_eq!(asked(&world, "demand"), before + 2, "a round, and for the metrics");
}

/// Nobody hears of the box that is launched for alice, so it is not clear whether one comes: for about
/// ten seconds it is asked every two, and then left to the next pass.
#[tokio::test(start_paused = true)]
async fn it_is_not_asked_for_ever_whether_a_box_comes() {
    let world = with_policy(Policy { spares: Spares::Fixed(0), min_boxes: 0, ..policy() }).await;
    deaf(&world);
    assert!(matches!(world.door.open("alice").await, Seen::Waiting(_)));
    tokio::time::sleep(Duration::from_secs(20)).await;
    assert_eq!(world.cloud.look(|sim| sim.group()).desired, 1);
    let began = now(&world).await;
    world.plane.converge("test").await.unwrap();
    let took = now(&world).await.since(began);
    assert!((9..15).contains(&took.as_secs()), "{took:?}");
}

/// Launches fail, and AWS has said so: to look again soon would tell nothing new.
#[tokio::test(start_paused = true)]
async fn what_keeps_boxes_away_is_asked_once_where_it_is_known() {
    let world = with_policy(Policy { spares: Spares::Fixed(0), min_boxes: 0, ..policy() }).await;
    world.cloud.act(|sim| sim.set_capacity(Some(0)));
    assert!(matches!(world.door.open("alice").await, Seen::Waiting(_)));
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(world.door.status("alice").await.unwrap()["limit"], json!("no-capacity"));
    let began = now(&world).await;
    world.plane.converge("test").await.unwrap();
    let took = now(&world).await.since(began);
    assert!(took.as_secs() < 2, "{took:?}");
}
