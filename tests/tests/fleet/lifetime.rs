//! Seats that get too old: their users are asked first.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    control::{NOTICE, Policy},
    store::BoxPhase,
};
use hotdesk_tests::world::{World, people::Sent, policy};

use super::stage::*;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// A world in which alice got a box just now, for an hour.
async fn alice_for_an_hour() -> (World, Sent) {
    let world = with_policy(Policy { max_lifetime: Some(HOUR), ..policy() }).await;
    let alice = world.seated("alice").await;
    (world, alice)
}

/// Told to end then, or as much later as the pass that told it was late.
fn assert_ends(told: Option<Ms>, then: Ms) {
    let told = told.expect("told");
    assert!(told >= then && told.since(then) < MINUTE, "{told}, not {then}");
}

/// An epoch is the time of the assignment, if it is the user's first.
fn since(sent: &Sent) -> Ms {
    Ms(sent.ticket.epoch.0)
}

/// When the box goes, as the answer to a heartbeat says.
fn told(reply: Option<http::Response<String>>) -> Option<Ms> {
    let reply = reply.expect("an answer");
    assert_eq!(reply.status(), 204);
    let threat = reply.headers().get("box-threat")?.to_str().unwrap();
    Some(threat.strip_prefix("lifetime,").expect("of its lifetime").parse().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_seat_ends_with_its_longest_lifetime_however_much_its_user_types() {
    let (world, alice) = alice_for_an_hour().await;
    world.run_typing(std::slice::from_ref(&alice), HOUR - NOTICE - MINUTE).await;
    assert_eq!(told(world.door.beat(&alice).await), None);
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 3).await;
    assert_ends(told(world.door.beat(&alice).await), since(&alice).plus(HOUR));
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 7).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Running);
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 4).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Standby);
    assert_ne!(world.seated("alice").await.ticket.epoch, alice.ticket.epoch);
    world.check().await;
}

#[tokio::test(start_paused = true)]
async fn whoever_says_that_they_stay_keeps_the_box_and_is_asked_again() {
    let (world, alice) = alice_for_an_hour().await;
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 55).await;
    let stays = now(&world).await;
    assert_eq!(told(world.door.stay(&alice).await), None);
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 48).await;
    assert_eq!(told(world.door.beat(&alice).await), None);
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 5).await;
    assert_ends(told(world.door.beat(&alice).await), stays.plus(HOUR));
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Running);
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 10).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Standby);
    world.check().await;
}

#[tokio::test(start_paused = true)]
async fn after_a_flush_nobody_is_stopped_for_age_who_is_not_told_again() {
    let (world, alice) = alice_for_an_hour().await;
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 59).await;
    world.flush();
    let flushed = now(&world).await;
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 7).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Running, "66 minutes old");
    let ends = told(world.door.beat(&alice).await).expect("told again");
    assert!(ends >= flushed.plus(NOTICE), "{ends}, flushed at {flushed}");
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 8).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Standby);
    world.check().await;
}

/// Nobody runs the reaper for two hours: its first pass asks, and does not stop.
#[tokio::test(start_paused = true)]
async fn a_reaper_that_was_away_asks_first() {
    let (world, alice) = alice_for_an_hour().await;
    for _ in 0..240 {
        tokio::time::sleep(MINUTE / 2).await;
        assert_eq!(told(world.door.beat(&alice).await), None);
    }
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 5).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Running);
    assert_eq!(told(world.door.stay(&alice).await), None);
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 20).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Running);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_short_life_is_told_of_at_half_time() {
    let short = Policy { max_lifetime: Some(MINUTE * 12), ..policy() };
    let world = with_policy(short).await;
    let alice = world.seated("alice").await;
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 5).await;
    assert_eq!(told(world.door.beat(&alice).await), None);
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 3).await;
    assert_ends(told(world.door.beat(&alice).await), since(&alice).plus(MINUTE * 12));
    world.check().await;
}

#[tokio::test(start_paused = true)]
async fn a_pass_counts_whom_it_tells_and_whom_it_stops() {
    let (world, alice) = alice_for_an_hour().await;
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 55).await;
    let pass = world.lambdas.pass().await.expect("a pass");
    assert_eq!((pass.warned, pass.expired), (1, 0));
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 4).await;
    tokio::time::sleep(MINUTE * 2 + MINUTE / 2).await;
    let pass = world.lambdas.pass().await.expect("a pass");
    assert_eq!((pass.warned, pass.expired), (0, 1));
    world.check().await;
}
