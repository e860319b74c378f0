//! Boxes that are used once: `BOX_REUSE=never`.

use std::time::Duration;

use hotdesk::{
    control::{Policy, Reuse},
    spares::Spares,
    store::BoxPhase,
};
use hotdesk_sim::InstanceState;
use hotdesk_tests::world::{Beginning, World, policy, server};

use super::stage::*;

const MINUTE: Duration = Duration::from_secs(60);

fn never() -> Policy {
    Policy { reuse: Reuse::Never, ..policy() }
}

/// How many boxes there ever were.
fn launched(world: &World) -> usize {
    world.cloud.look(|sim| sim.instances()).len()
}

#[tokio::test(start_paused = true)]
async fn a_box_that_is_left_is_terminated_and_none_comes_in_its_place() {
    let world = with_policy(never()).await;
    let (alice, bob) = (world.seated("alice").await, world.seated("bob").await);
    world.run_typing(&[alice.clone(), bob.clone()], MINUTE * 2).await;
    assert_eq!(launched(&world), 3, "two and a spare");
    world.door.leave(&alice).await.unwrap();
    world.run_typing(std::slice::from_ref(&bob), MINUTE * 3).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Gone);
    assert_eq!(state(&world, &alice.instance), Some(InstanceState::Terminated));
    assert_eq!((launched(&world), standby(&world).await), (3, 0));
    world.check_at_rest().await;

    let again = world.seated("alice").await;
    assert_ne!(again.instance, alice.instance);
    world.run_typing(&[again, bob], MINUTE * 3).await;
    assert_eq!(launched(&world), 4, "the spare was taken: another one");
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_pass_counts_the_boxes_that_it_terminates() {
    let world = with_policy(never()).await;
    deaf(&world);
    let alice = world.seated("alice").await;
    world.door.leave(&alice).await.unwrap();
    let mut stopped = 0;
    for _ in 0..4 {
        stopped += world.lambdas.pass().await.expect("a pass").stopped;
        tokio::time::sleep(MINUTE).await;
    }
    assert_eq!((phase(&world, &alice.instance).await, stopped), (BoxPhase::Gone, 1));
}

#[tokio::test(start_paused = true)]
async fn whose_box_was_idle_comes_back_as_soon_as_it_is_taken() {
    let world = with_policy(never()).await;
    let alice = world.seated("alice").await;
    world
        .pass_until("taken", async |world| phase(world, &alice.instance).await == BoxPhase::Gone)
        .await;
    // Its termination goes on; the seat is closed.
    let again = world.door.wait_for_box("alice", Duration::from_secs(10)).await.expect("a spare");
    assert_ne!(again.instance, alice.instance);
    world.run_typing(&[again], MINUTE * 3).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn spares_that_nobody_needs_are_terminated() {
    let mut world = with_policy(Policy { spares: Spares::Fixed(4), ..never() }).await;
    world.set_policy(|policy| policy.spares = Spares::Fixed(1));
    world.passes(4).await;
    assert_eq!((launched(&world), standby(&world).await), (4, 0));
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn standby_boxes_of_before_are_terminated_and_none_is_woken() {
    let mut world = with_spares(1).await;
    let parked = parked(&world).await;
    world.set_policy(|policy| policy.reuse = Reuse::Never);
    let (alice, bob) = (world.seated("alice").await, world.seated("bob").await);
    assert!(alice.instance != parked && bob.instance != parked);
    world.run_typing(&[alice, bob], MINUTE * 4).await;
    assert_eq!(state(&world, &parked), Some(InstanceState::Terminated));
    assert_eq!(world.gate.counts().get("StartInstances"), None);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_box_that_was_being_woken_is_terminated() {
    let mut world = with_spares(1).await;
    let parked = parked(&world).await;
    world.plane.boxes.break_box(&parked);
    let (alice, bob) = (world.seated("alice").await, world.seated("bob").await);
    world.run_typing(&[alice.clone(), bob.clone()], MINUTE).await;
    assert_eq!(phase(&world, &parked).await, BoxPhase::Waking);
    world.set_policy(|policy| policy.reuse = Reuse::Never);
    world.run_typing(&[alice, bob], MINUTE * 4).await;
    assert_eq!(state(&world, &parked), Some(InstanceState::Terminated));
    world.check_at_rest().await;
}

/// Its minimum is what hotdesk's own is: the box goes all the same.
#[tokio::test(start_paused = true)]
async fn a_group_that_may_not_shrink_gets_another_box() {
    let policy = Policy { min_boxes: 2, ..never() };
    let mut beginning = Beginning { policy, ..Beginning::default() };
    (beginning.group.min, beginning.group.desired) = (2, 2);
    let world = World::begin(beginning).await;
    world.pass_until("two boxes", async |world| pool(world).await.len() == 2).await;
    let alice = world.seated("alice").await;
    world.door.leave(&alice).await.unwrap();
    world.passes(5).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Gone);
    assert_eq!((pool(&world).await.len(), launched(&world)), (2, 3));
    world.check_at_rest().await;
}

/// A function dies after each call of a day in which boxes are used and left.
#[tokio::test(start_paused = true)]
async fn killed_after_any_call() {
    let redis = server();
    let (mut fatal, mut last, mut killed) = (0, usize::MAX, 0);
    while fatal <= last {
        let world = World::on(&redis, Beginning { policy: never(), ..Beginning::default() }).await;
        world.pass_until("a spare", async |world| pool(world).await.len() == 1).await;
        let (alice, bob) = (world.seated("alice").await, world.seated("bob").await);
        world.run_typing(std::slice::from_ref(&bob), MINUTE).await;

        world.gate.arm((fatal > 0).then_some(fatal));
        world.door.leave(&alice).await;
        world.run_typing(std::slice::from_ref(&bob), MINUTE * 2).await;
        let calls = world.gate.passed();
        world.gate.arm(None);
        world.run_typing(std::slice::from_ref(&bob), MINUTE * 5).await;
        if !world.unrest().await.is_empty() {
            world.run_typing(std::slice::from_ref(&bob), MINUTE * 5).await;
        }
        println!("{fatal} of {}: {:?}", calls.len(), calls.get(fatal.wrapping_sub(1)));
        world.check_at_rest().await;
        assert_eq!(state(&world, &alice.instance), Some(InstanceState::Terminated));
        assert_eq!(world.seated("bob").await.instance, bob.instance);
        killed += world.lambdas.outcomes().iter().filter(|(o, _)| o.ends_with("killed")).count();
        last = if fatal == 0 { calls.len() } else { last };
        fatal += 1;
    }
    assert!(last > 10 && killed > 0);
}
