//! Traces about whoever comes back in the moment in which a pass takes their box: after it listed them
//! as idle, or after the step that begins the stop, and before the table says that the seat ends.

use hotdesk::{
    control::Pass,
    seats::{BoxItem, Seats, UserState, Write},
    store::BoxPhase,
};
use hotdesk_tests::world::{World, people::Sent, policy};
use http::StatusCode;
use std::time::Duration;

use crate::fleet::stage::*;

/// Alice is in and has been idle for long enough; no pass has looked yet.
async fn idle(world: &World) -> Sent {
    let alice = world.seated("alice").await;
    tokio::time::sleep(policy().idle_timeout + Duration::from_secs(1)).await;
    alice
}

/// Runs a pass that is paused after the step that begins the stop of this box, and `then` meanwhile.
async fn in_mid_decision(world: &World, sent: &Sent, then: impl AsyncFnOnce()) -> Pass {
    world.gate.pause_after("begin_stop", Duration::from_secs(5));
    let pass = world.lambdas.pass();
    let meanwhile = async {
        for _ in 0..40 {
            if phase(world, &sent.instance).await == BoxPhase::Stopping {
                return then().await;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("no stop began\n{}", world.picture().await);
    };
    let (pass, ()) = tokio::join!(pass, meanwhile);
    pass.expect("a pass")
}

async fn keeps_it(world: &World, alice: Sent) {
    let user = &alice.ticket.sub;
    let item = world.plane.seats.table.user(user).await.unwrap().unwrap();
    assert_eq!((item.state, &item.seat.instance), (UserState::Open, &alice.instance));
    world.run_typing(std::slice::from_ref(&alice), Duration::from_secs(180)).await;
    assert_eq!(phase(world, &alice.instance).await, BoxPhase::Running);
    world.check_at_rest().await;
}

/// Redis fails over to a copy of before the step, and answers her beat as if nothing were.
#[tokio::test(start_paused = true)]
async fn a_beat_that_a_store_answers_which_forgot_the_stop_keeps_the_box() {
    let world = with_spares(1).await;
    let alice = idle(&world).await;
    let before = world.plane.store.copy();
    in_mid_decision(&world, &alice, async || {
        world.plane.store.fall_back(before);
        assert_eq!(world.door.beat(&alice).await.unwrap().status(), StatusCode::NO_CONTENT);
    })
    .await;
    keeps_it(&world, alice).await;
}

/// The event that the box had stopped, of its life before this one, comes a second time just then: it
/// does not undo what the pass has begun, so nobody is told that they keep a box that they lose.
#[tokio::test(start_paused = true)]
async fn a_late_event_of_a_former_stop_does_not_meddle_with_this_one() {
    let world = with_spares(1).await;
    let alice = idle(&world).await;
    in_mid_decision(&world, &alice, async || {
        assert_eq!(world.plane.stopped(&alice.instance).await.unwrap(), 0);
        assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Stopping);
    })
    .await;
    let item = world.plane.seats.table.user(&alice.ticket.sub).await.unwrap().unwrap();
    assert_eq!(item.state, UserState::Ending);
    world.passes(5).await;
    assert_eq!(self::item(&world, &alice.instance).await, Some(BoxItem::Parked));
    world.check_at_rest().await;
}

/// She beats when the step is done: her page is told that the box is taken back, but it is not, as the
/// box saw her before the table said so.
#[tokio::test(start_paused = true)]
async fn a_beat_that_only_the_box_saw_in_time_keeps_it() {
    let world = with_spares(1).await;
    let alice = idle(&world).await;
    in_mid_decision(&world, &alice, async || {
        assert!(world.plane.boxes.heartbeat(&alice.instance));
    })
    .await;
    keeps_it(&world, alice).await;
}

/// The box saw her, but her seat has ended in the table meanwhile: she is not back.
#[tokio::test(start_paused = true)]
async fn whose_seat_has_ended_meanwhile_is_not_counted_as_back() {
    let world = with_spares(1).await;
    let alice = idle(&world).await;
    let pass = in_mid_decision(&world, &alice, async || {
        let table = &world.plane.seats.table;
        let seat = table.user(&alice.ticket.sub).await.unwrap().unwrap().seat;
        assert_eq!(table.end(&seat, &ended(&seat).ending).await.unwrap(), Write::Done);
        assert!(world.plane.boxes.heartbeat(&alice.instance));
    })
    .await;
    assert_eq!((pass.revived, pass.already_gone), (0, 1));
    world.passes(5).await;
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Standby);
    world.check_at_rest().await;
}
