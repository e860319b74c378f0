//! The ledger.

use hotdesk::{
    clock::Ms,
    homes::{Home, Homes},
    id::Epoch,
    ledger::{End, Ending, Farewell, Session, Why},
    seats::{Seats, Write},
};

use super::stage::{NOW, PRICE, Stage, end, seat, user};

#[tokio::test]
async fn a_session_is_entered_with_its_evidence_and_its_cost() {
    let stage = Stage::new().await;
    let seat = seat(&user(1), 7, 1);
    let hour = End { farewell: Some(Farewell::Saved), ..end(&seat, 3_600_000) };
    stage.session(&seat, &hour).await;
    let [session] = &stage.seats.sessions(&user(1), 10).await.unwrap()[..] else { panic!("one") };
    assert_eq!(*session, Session::of(&hour, PRICE));
    assert_eq!(session.cost, PRICE);
    assert_eq!(session.ending.last_seen, Some(NOW));
}

/// Whoever leaves within a minute does so before the pass asks their box.
#[tokio::test]
async fn a_home_that_a_box_let_go_of_was_used() {
    let stage = Stage::new().await;
    for (n, farewell) in
        [None, Some(Farewell::Nothing), Some(Farewell::Saved)].into_iter().enumerate()
    {
        let seat = seat(&user(n), 7, n as u64);
        stage.session(&seat, &End { farewell, ..end(&seat, 1000) }).await;
        let home = stage.home(&user(n)).await.unwrap();
        let saved = farewell == Some(Farewell::Saved);
        assert_eq!((home.used, home.mounted == seat.epoch), (saved, saved), "{farewell:?}");
    }
}

#[tokio::test]
async fn what_is_closed_again_stays_as_it_was_entered_first() {
    let stage = Stage::new().await;
    let seat = seat(&user(1), 7, 1);
    let first = end(&seat, 1000);
    stage.session(&seat, &first).await;
    // The home goes on meanwhile.
    let home = stage.home(&user(1)).await.unwrap();
    let home = Home { due: None, ..home };
    assert_eq!(stage.seats.save_home(&home).await.unwrap(), Write::Done);

    let by = Some(user(2));
    let ending = Ending { why: Why::Revoked, at: Ms(NOW.0 + 2), last_seen: None, by };
    let again = End { ending, farewell: Some(Farewell::Late), ..end(&seat, 9_000_000) };
    assert_eq!(stage.seats.close_and_park(&again).await.unwrap(), Write::Done);
    assert_eq!(stage.seats.close_dead(&again).await.unwrap(), Write::Done);

    let sessions = stage.seats.sessions(&user(1), 10).await.unwrap();
    assert_eq!(sessions, [Session::of(&first, PRICE)]);
    assert_eq!(stage.home(&user(1)).await.unwrap(), Home { rev: home.rev + 1, ..home });
}

#[tokio::test]
async fn the_newest_sessions_come_first_and_only_ones_own() {
    let stage = Stage::new().await;
    for n in 1..=12 {
        for who in [1, 2] {
            let seat = seat(&user(who), n, 100 * who as u64 + n);
            stage.session(&seat, &end(&seat, n)).await;
        }
    }
    let sessions = stage.seats.sessions(&user(1), 5).await.unwrap();
    let epochs: Vec<Epoch> = sessions.iter().map(|session| session.epoch).collect();
    assert_eq!(epochs, [12, 11, 10, 9, 8].map(Epoch));
    assert!(sessions.iter().all(|session| session.user == user(1)));
    assert!(stage.seats.sessions(&user(3), 5).await.unwrap().is_empty());
}

/// What a seat's end refuses leaves no trace anywhere.
#[tokio::test]
async fn a_seat_that_is_not_ending_enters_no_session() {
    let stage = Stage::new().await;
    let seat = seat(&user(1), 7, 1);
    stage.open(&seat, NOW).await;
    let (end, before) = (end(&seat, 1), stage.row(&user(1)).await);
    assert_eq!(stage.seats.close_and_park(&end).await.unwrap(), Write::Refused);
    let other = End { seat: super::stage::seat(&user(1), 8, 1), ..end };
    assert_eq!(stage.seats.close_dead(&other).await.unwrap(), Write::Refused);
    assert!(stage.seats.sessions(&user(1), 10).await.unwrap().is_empty());
    assert_eq!(stage.row(&user(1)).await, before);
}
