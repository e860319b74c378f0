//! Traces about whoever reads twice, while the world goes on in between, and about stores that forgot.

use std::time::Duration;

use hotdesk::{
    fleet::{Lifecycle, Power},
    id::Epoch,
    rebuild,
    seats::{Addresses, BoxItem, Identity, Open, Seat, Seats, UserState},
    store::{BoxPhase, Store},
};
use hotdesk_sim::Call;
use hotdesk_tests::world::{GROUP, people::Seen};
use http::StatusCode;

use crate::fleet::stage::*;

/// A pass reads that alice's seat on a box is ending, and is paused. Its stop is finished by somebody
/// else, she gets another box and leaves that too; then the pass reads of whom she is now.
#[tokio::test(start_paused = true)]
async fn a_stop_does_not_end_the_seat_on_another_box() {
    let world = with_spares(2).await;
    deaf(&world);
    let alice = world.seated("alice").await;
    // So long that no list shows it as it was before.
    tokio::time::sleep(Duration::from_secs(60)).await;
    world.door.leave(&alice).await.unwrap();
    world.lambdas.pass().await.expect("a pass");
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!(power(&world, &alice.instance).await, Some(Power::Stopped));
    assert_eq!(phase(&world, &alice.instance).await, BoxPhase::Stopping);

    world.gate.pause_after("instances", Duration::from_secs(10));
    let slow = world.lambdas.pass();
    let meanwhile = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        assert_eq!(world.plane.stopped(&alice.instance).await.unwrap(), 1);
        let again = world.seated("alice").await;
        world.door.leave(&again).await.unwrap();
        again
    };
    let (slow, again) = tokio::join!(slow, meanwhile);
    slow.expect("a pass");
    assert_ne!(again.instance, alice.instance);
    let user = world.plane.seats.table.user(&alice.ticket.sub).await.unwrap().unwrap();
    assert_eq!((user.state, &user.seat.instance), (UserState::Ending, &again.instance));
    assert!(matches!(item(&world, &again.instance).await, Some(BoxItem::Seat { .. })));
    world.passes(5).await;
    world.check_at_rest().await;
}

/// Of four boxes that run, one is free to give: the others are somebody's, in standby, or parked.
#[tokio::test(start_paused = true)]
async fn a_store_that_was_flushed_gets_those_as_spares_that_serve_and_are_nobodys() {
    let world = with_spares(2).await;
    parked(&world).await;
    deaf(&world);
    world.seated("alice").await;
    world.passes(4).await;
    let spares = pool(&world).await;
    assert_eq!(spares.len(), 2, "{}", world.picture().await);
    let ids = vec![spares[0].to_string()];
    call(&world, Call::EnterStandby { group: GROUP.into(), ids, decrement: true });
    tokio::time::sleep(Duration::from_secs(10)).await;
    assert_eq!(lifecycle(&world, &spares[0]).await, Some(Lifecycle::Standby));
    world.flush();
    let plane = &world.plane;
    rebuild::from_all(&plane.store, &plane.seats, &plane.fleet, &plane.clock).await.unwrap();
    assert_eq!(pool(&world).await, [spares[1].clone()]);
}

/// Redis fails over to a copy of before bob came, and gives alice his box: the table says whose it is, and
/// the store knows it from then on.
#[tokio::test(start_paused = true)]
async fn somebodys_box_that_a_store_gives_away_is_theirs_again_at_once() {
    let world = with_spares(1).await;
    deaf(&world);
    let before = world.plane.store.copy();
    let bob = world.seated("bob").await;
    world.plane.store.fall_back(before);
    assert_eq!(pool(&world).await, one(&bob.instance));
    assert!(matches!(world.door.open("alice").await, Seen::Waiting(_)));
    assert_eq!(phase(&world, &bob.instance).await, BoxPhase::Running);
    assert_eq!(world.door.beat(&bob).await.unwrap().status(), StatusCode::NO_CONTENT);
}

/// A pass finds a box in `fleet:stopping` of which the table knows nothing, and is paused. Meanwhile a function
/// that was slow opens bob's seat there: the box is his, and is not stopped.
#[tokio::test(start_paused = true)]
async fn a_stop_without_an_item_stops_no_box_whose_seat_is_opened_meanwhile() {
    let world = with_spares(1).await;
    deaf(&world);
    let spare = pool(&world).await.remove(0);
    assert_eq!(world.plane.store.retire(1, now(&world).await).await.unwrap().len(), 1);
    world.gate.pause_after("instances", Duration::from_secs(10));
    let slow = world.lambdas.pass();
    let meanwhile = async {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let came = now(&world).await;
        let seat = Seat {
            user: "bob".parse().unwrap(),
            instance: spare.clone(),
            epoch: Epoch(came.0),
            since: came,
            addresses: Addresses {
                public_ip: "192.0.2.1".into(),
                private_ip: "198.51.100.1".into(),
            },
        };
        let identity = Identity { issuer: "local".into(), subject: "bob".into() };
        let opened = world.plane.seats.table.open(&seat, &identity, came, came).await.unwrap();
        assert_eq!(opened, Open::Opened);
    };
    let (slow, ()) = tokio::join!(slow, meanwhile);
    slow.expect("a pass");
    assert_eq!(lifecycle(&world, &spare).await, Some(Lifecycle::InService));
    assert_eq!(phase(&world, &spare).await, BoxPhase::Running);
}
