//! Boxes let go of the files before they are stopped, or are stopped all the same.

use hotdesk::{
    ledger::{Farewell, Why},
    spares::Spares,
};

use super::*;

#[tokio::test(start_paused = true)]
async fn a_session_ends_with_its_files_saved_and_the_ledger_says_why() {
    let world = with_spares(2).await;
    let alice = world.seated("alice").await;
    world.at_home(&alice).await;
    world.write(&alice);
    let idle = world.seated("bob").await;
    world.door.beat(&idle).await;
    let last = world.plane.clock.now();
    leave(&world, &alice).await;
    world.run(MINUTE * 8).await;
    let left = sessions(&world, "alice").await.remove(0);
    assert_eq!((left.ending.why, left.farewell), (Why::Left, Some(Farewell::Saved)));
    assert_eq!(left.ending.by.as_ref().map(|by| by.as_str()), Some("alice"));
    assert_eq!((left.instance, left.epoch), (alice.instance, alice.ticket.epoch));
    let gone = sessions(&world, "bob").await.remove(0);
    assert_eq!((gone.ending.why, gone.farewell), (Why::Idle, Some(Farewell::Saved)));
    assert_eq!(gone.ending.last_seen, Some(last), "the evidence");
    assert!(gone.began < gone.ending.at && gone.ending.at < gone.ended);
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_revoked_session_says_who_asked() {
    let world = with_spares(2).await;
    let alice = world.seated("alice").await;
    world.at_home(&alice).await;
    world.write(&alice);
    tokio::time::sleep(MINUTE / 30).await;
    assert_eq!(world.door.revoke("alice").await.unwrap(), 202);
    world.passes(4).await;
    let session = sessions(&world, "alice").await.remove(0);
    assert_eq!((session.ending.why, session.farewell), (Why::Revoked, Some(Farewell::Saved)));
    assert!(session.ending.by.is_some_and(|by| by.as_str() != "alice"));
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_box_that_does_not_answer_is_stopped_all_the_same() {
    let world = with_spares(2).await;
    let alice = world.seated("alice").await;
    world.at_home(&alice).await;
    world.write(&alice);
    world.plane.boxes.silence(&alice.instance);
    leave(&world, &alice).await;
    assert_eq!(sessions(&world, "alice").await[0].farewell, Some(Farewell::Silent));
    let again = world.seated("alice").await;
    assert_eq!(world.at_home(&again).await, ["0"]);
    world.run_typing(std::slice::from_ref(&again), MINUTE * 3).await;
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_box_that_never_gets_done_is_stopped_within_a_limit() {
    let world = with_spares(2).await;
    let alice = world.seated("alice").await;
    world.at_home(&alice).await;
    world.write(&alice);
    world.plane.boxes.stick(&alice.instance);
    let began = world.plane.clock.now();
    leave(&world, &alice).await;
    let session = sessions(&world, "alice").await.remove(0);
    assert_eq!(session.farewell, Some(Farewell::Late));
    assert!(session.ended.since(began) < MINUTE * 4, "{:?}", session.ended.since(began));
    world.passes(3).await;
    world.check_at_rest().await;
}

/// Where boxes are used once a home leaves its box when that is terminated.
#[tokio::test(start_paused = true)]
async fn a_home_comes_off_a_box_that_is_terminated() {
    use hotdesk::control::{Policy, Reuse};

    let policy =
        Policy { reuse: Reuse::Never, spares: Spares::Fixed(2), ..hotdesk_tests::world::policy() };
    let world = with_policy(policy).await;
    session(&world, "alice").await;
    let again = world.seated("alice").await;
    assert_eq!(world.at_home(&again).await, ["0"]);
    assert_eq!(sessions(&world, "alice").await[0].farewell, Some(Farewell::Saved));
    world.run_typing(std::slice::from_ref(&again), MINUTE * 5).await;
    world.check_at_rest().await;
}
