//! Sessions that an operator ends: whoever is meant is out of their box at once, gets no other, and
//! is let in again once they have signed in anew.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    id::InstanceId,
    seats::{Seats, UserState},
    store::{BoxPhase, Store},
};
use hotdesk_tests::world::{
    Beginning, World,
    people::{Seen, Sent, Session},
    policy, server,
};
use http::StatusCode;

use super::stage::*;

const MINUTE: Duration = Duration::from_secs(60);

/// A world in which alice has been typing for a while.
async fn alice_typing() -> (World, Session, Sent) {
    let world = with_spares(1).await;
    let session = world.door.sign_in("alice");
    tokio::time::sleep(MINUTE).await;
    let alice = world.seated("alice").await;
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 2).await;
    (world, session, alice)
}

/// How long after that time the box was drained.
fn drained(world: &World, instance: &InstanceId, since: Ms) -> Option<Duration> {
    let drained = world.plane.boxes.drained().into_iter();
    let mut times = drained.filter(|(id, at)| id == instance && *at >= since);
    times.next().map(|(_, at)| at.since(since))
}

async fn state(world: &World, user: &str) -> Option<UserState> {
    let item = world.plane.seats.table.user(&user.parse().unwrap()).await.unwrap();
    item.map(|item| item.state)
}

#[tokio::test(start_paused = true)]
async fn whoever_is_revoked_is_out_in_seconds_and_back_once_they_signed_in_again() {
    let (world, session, alice) = alice_typing().await;
    assert!(matches!(world.door.open_with(&session).await, Seen::Sent(_)), "it is good");
    let before = now(&world).await;
    assert_eq!(world.door.revoke("alice").await, Some(StatusCode::ACCEPTED));
    assert_eq!(world.door.open_with(&session).await, Seen::Refused(StatusCode::UNAUTHORIZED));
    tokio::time::sleep(Duration::from_secs(5)).await;
    let after = drained(&world, &alice.instance, before).expect("drained");
    assert!(after < Duration::from_secs(3), "{after:?}");
    assert!(world.door.beat(&alice).await.is_none(), "the box lets her in no more");

    let again = world.seated("alice").await;
    assert_ne!(again.ticket.epoch, alice.ticket.epoch);
    assert_eq!(world.door.open_with(&session).await, Seen::Refused(StatusCode::UNAUTHORIZED));
    world.run_typing(std::slice::from_ref(&again), MINUTE * 7).await;
    assert_eq!(phase(&world, &again.instance).await, BoxPhase::Running, "no concern of hers now");
    world.check_at_rest().await;
}

#[tokio::test(start_paused = true)]
async fn a_box_is_drained_within_a_minute_though_the_record_of_its_seat_is_lost() {
    let (world, _, alice) = alice_typing().await;
    world.lambdas.lose_records(true);
    let before = now(&world).await;
    assert_eq!(world.door.revoke("alice").await, Some(StatusCode::ACCEPTED));
    world.passes(2).await;
    let after = drained(&world, &alice.instance, before).expect("drained");
    assert!(after <= MINUTE, "{after:?}");
    world.lambdas.lose_records(false);
    world.passes(4).await;
    world.check_at_rest().await;
}

fn olivia() -> hotdesk::id::UserId {
    "olivia".parse().unwrap()
}

/// The function dies between the table and the store, and no record comes through.
#[tokio::test(start_paused = true)]
async fn what_only_the_table_knows_ends_well() {
    let (world, session, alice) = alice_typing().await;
    world.lambdas.lose_records(true);
    let before = now(&world).await;
    let ended =
        world.plane.seats.table.revoke(&"alice".parse().unwrap(), &olivia(), before).await.unwrap();
    assert_eq!(ended.map(|seat| seat.instance), Some(alice.instance.clone()));
    assert_eq!(world.door.open_with(&session).await, Seen::Refused(StatusCode::UNAUTHORIZED));
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 2).await;
    let after = drained(&world, &alice.instance, before).expect("drained");
    assert!(after <= MINUTE, "{after:?}");
    world.lambdas.lose_records(false);
    world.passes(4).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Standby);
    world.check_at_rest().await;
}

/// It cannot come about in the order in which they are told; the table's word is the last one.
#[tokio::test(start_paused = true)]
async fn what_only_the_store_knows_ends_well() {
    let (world, session, alice) = alice_typing().await;
    let user = "alice".parse().unwrap();
    world.plane.store.revoke(&user, now(&world).await).await.unwrap();
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Stopping);
    world.run_typing(std::slice::from_ref(&alice), MINUTE * 3).await;
    assert_eq!(state(&world, "alice").await, Some(UserState::Open));
    assert_eq!(world.plane.boxes.drained(), []);
    assert_eq!(world.door.open_with(&session).await, Seen::Refused(StatusCode::UNAUTHORIZED));
    assert_eq!(world.seated("alice").await.instance, alice.instance);
    world.check_at_rest().await;
}

/// Whatever the store forgets: it is rebuilt with the revocations, or it asks the table.
#[tokio::test(start_paused = true)]
async fn a_flushed_store_lets_nobody_in_who_was_revoked() {
    let (world, session, _) = alice_typing().await;
    let waiting = world.door.sign_in("bob");
    world.door.revoke("alice").await;
    world.door.revoke("bob").await;
    world.run(MINUTE * 3).await;
    let alice = world.seated("alice").await;
    for _ in 0..3 {
        world.flush();
        for revoked in [&session, &waiting] {
            let seen = world.door.open_with(revoked).await;
            assert_eq!(seen, Seen::Refused(StatusCode::UNAUTHORIZED));
        }
        world.run_typing(std::slice::from_ref(&alice), MINUTE * 2).await;
    }
    assert_eq!(world.seated("alice").await.instance, alice.instance, "she keeps what is hers");
    world.check_at_rest().await;
}

/// A store that fell back to before the revocation believes the old session once: what that costs
/// is a box that is taken back, and never the box of the session that began after it.
#[tokio::test(start_paused = true)]
async fn a_store_that_fell_back_gives_a_revoked_session_nothing_that_lasts() {
    let (world, session, alice) = alice_typing().await;
    world.door.revoke("alice").await;
    world.run(MINUTE * 3).await;
    assert_eq!(state(&world, "alice").await, Some(UserState::Closed));
    let forget = || {
        redis::cmd("DEL").arg("fleet:revoked").exec(&mut world.redis()).unwrap();
    };
    forget();
    assert_eq!(world.door.open_with(&session).await, Seen::Refused(StatusCode::UNAUTHORIZED));
    assert_eq!(state(&world, "alice").await, Some(UserState::Closed));
    let demand = world.plane.store.demand(now(&world).await).await.unwrap();
    assert_eq!((demand.active, demand.stopping), (0, 1), "taken back at once");
    world.passes(6).await;
    world.check_at_rest().await;

    let again = world.seated("alice").await;
    forget();
    assert_eq!(world.door.open_with(&session).await, Seen::Refused(StatusCode::UNAUTHORIZED));
    assert_eq!(phase(&world, &again.instance).await, BoxPhase::Running);
    world.run_typing(std::slice::from_ref(&again), MINUTE * 3).await;
    assert_eq!(world.seated("alice").await.instance, again.instance);
    assert_ne!(again.ticket.epoch, alice.ticket.epoch);
    world.check_at_rest().await;
}

/// A function dies after each of the calls that follow a revocation, those of the request among them:
/// what the table took comes about within a minute, what it did not take changes nothing.
#[tokio::test(start_paused = true)]
async fn killed_after_any_call_of_a_revocation() {
    let redis = server();
    let (mut fatal, mut last, mut killed) = (0, usize::MAX, 0);
    while fatal <= last {
        let world = World::on(&redis, Beginning { policy: policy(), ..Beginning::default() }).await;
        world.pass_until("a spare", async |world| pool(world).await.len() == 1).await;
        let session = world.door.sign_in("alice");
        let alice = world.seated("alice").await;
        let bob = world.seated("bob").await;
        world.run_typing(std::slice::from_ref(&bob), MINUTE).await;

        world.gate.arm((fatal > 0).then_some(fatal));
        let at = now(&world).await;
        let told = world.door.revoke("alice").await;
        world.run_typing(std::slice::from_ref(&bob), MINUTE + MINUTE / 2).await;
        let calls = world.gate.passed();
        world.gate.arm(None);
        let what = format!("{fatal} of {calls:?}");
        let taken = world.plane.seats.table.scan().await.unwrap().revoked.len() == 1;
        assert!(taken || told.is_none(), "{what}");
        let after = drained(&world, &alice.instance, at);
        assert_eq!(after.is_some_and(|after| after <= MINUTE), taken, "{what}: {after:?}");
        let seen = world.door.open_with(&session).await;
        assert_eq!(seen == Seen::Refused(StatusCode::UNAUTHORIZED), taken, "{what}: {seen:?}");
        world.run_typing(std::slice::from_ref(&bob), MINUTE * 6).await;
        if !world.unrest().await.is_empty() {
            world.run_typing(std::slice::from_ref(&bob), MINUTE * 5).await;
        }
        world.check_at_rest().await;
        assert_eq!(world.seated("bob").await.instance, bob.instance, "{what}");
        killed += world.lambdas.outcomes().iter().filter(|(o, _)| o.ends_with("killed")).count();
        last = if fatal == 0 { calls.len() } else { last };
        fatal += 1;
    }
    println!("{last} calls, {killed} functions of the schedule, the bus and the stream killed");
    assert!(last > 10 && killed > 0);
}

/// A session lasts 30 days at most: so long at least, whoever else is revoked meanwhile.
#[tokio::test(start_paused = true)]
async fn a_revocation_is_remembered_for_as_long_as_a_session_may_last() {
    let world = with_spares(1).await;
    let [alice, bob] = ["alice", "bob"].map(|user| user.parse().unwrap());
    let began = now(&world).await;
    world.plane.store.revoke(&alice, began).await.unwrap();
    world.plane.store.revoke(&bob, began.plus(MINUTE * 60 * 24 * 30)).await.unwrap();
    assert_eq!(world.plane.store.revoked(&alice).await.unwrap(), Some(began));
}
