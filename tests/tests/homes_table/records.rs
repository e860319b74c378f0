//! Records, who writes them, and how they are found.

use futures::future::join_all;
use hotdesk::{
    clock::Ms,
    homes::{Home, Homes},
    id::{Epoch, UserId},
    seats::{Open, Seats, SeatsError, Write},
};

use super::stage::{NOW, Stage, end, number, seat, text, user};

/// Other tools read the tables too, and older versions of hotdesk.
#[tokio::test]
async fn seats_write_these_attributes_and_no_others() {
    let stage = Stage::new().await;
    let (alice, later) = (user(1), Ms(NOW.0 + 5));
    let seat = seat(&alice, 7, 1);
    assert_eq!(stage.open(&seat, later).await, Open::Opened);
    let mut row = [
        ("user", text("user001")),
        ("rev", number(1)),
        ("epoch", number(7)),
        ("instance", text("i-00000001")),
        ("due", number(later.0)),
        ("queue", text("home")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into_iter()
    .collect();
    assert_eq!(stage.row(&alice).await, row);

    let end = end(&seat, 60_000);
    stage.seats.end(&seat, &end.ending).await.unwrap();
    assert_eq!(stage.row(&alice).await, row, "an end that was decided is no end");
    assert_eq!(stage.seats.close_and_park(&end).await.unwrap(), Write::Done);
    row.extend(
        [
            ("rev", number(2)),
            ("ended", number(7)),
            ("endedAt", number(end.at.0)),
            ("due", number(end.at.0)),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    assert_eq!(stage.row(&alice).await, row);
    assert_eq!(stage.home(&alice).await.unwrap().wanted(), None);
}

#[tokio::test]
async fn a_home_is_in_the_queue_exactly_while_it_is_due() {
    let stage = Stage::new().await;
    let mut home = Home::new(user(1));
    for due in [None, Some(NOW), None] {
        home.due = due;
        assert_eq!(stage.seats.save_home(&home).await.unwrap(), Write::Done);
        home.rev += 1;
        assert_eq!(stage.row(&user(1)).await.contains_key("queue"), due.is_some());
        assert_eq!(stage.home(&user(1)).await, Some(home.clone()));
    }
}

#[tokio::test]
async fn of_many_who_write_what_they_read_one_does() {
    let stage = Stage::new().await;
    for round in 0..3 {
        let read = stage.home(&user(1)).await.unwrap_or_else(|| Home::new(user(1)));
        assert_eq!(read.rev, round);
        let homes = (0..20).map(|size| Home { size, ..read.clone() }).collect::<Vec<_>>();
        let writes = join_all(homes.iter().map(|home| stage.seats.save_home(home))).await;
        let done: Vec<u32> = writes
            .into_iter()
            .zip(0..)
            .filter_map(|(write, size)| (write.unwrap() == Write::Done).then_some(size))
            .collect();
        assert_eq!(done.len(), 1);
        assert_eq!(stage.home(&user(1)).await.unwrap().size, done[0]);
    }
}

#[tokio::test]
async fn a_step_that_was_decided_before_a_seat_changed_is_refused() {
    let stage = Stage::new().await;
    let seats = [seat(&user(1), 7, 1), seat(&user(1), 8, 2)];
    stage.open(&seats[0], NOW).await;
    let under_the_first = stage.home(&user(1)).await.unwrap();
    let end = end(&seats[0], 1);
    stage.seats.close_dead(&end).await.unwrap();
    let after_the_first = stage.home(&user(1)).await.unwrap();
    assert_eq!(stage.open(&seats[1], NOW).await, Open::Opened);

    for late in [under_the_first, after_the_first] {
        assert_eq!(stage.seats.save_home(&late).await.unwrap(), Write::Refused);
    }

    let home = stage.home(&user(1)).await.unwrap();
    assert_eq!((home.epoch, home.ended), (Epoch(8), Epoch(7)));
    assert_eq!(home.wanted(), Some(&seats[1].instance));
}

#[tokio::test]
async fn homes_are_found_by_when_they_are_due_and_over_a_hundred_are_read() {
    const HOMES: usize = 130;
    let stage = Stage::new().await;
    // In no order of names or of writes.
    let due = |n: usize| Ms(NOW.0 + (n * 37 % HOMES) as u64);
    for n in 0..HOMES {
        let home = Home { due: (n % 10 != 0).then(|| due(n)), ..Home::new(user(n)) };
        assert_eq!(stage.seats.save_home(&home).await.unwrap(), Write::Done);
    }
    let mut expected: Vec<usize> = (0..HOMES).filter(|n| n % 10 != 0).collect();
    expected.sort_by_key(|n| due(*n));
    let expected: Vec<UserId> = expected.into_iter().map(user).collect();
    let all = stage.seats.due_homes(Ms(NOW.0 + HOMES as u64), 1000).await.unwrap();
    assert_eq!(all, expected);
    assert_eq!(stage.seats.due_homes(Ms(NOW.0 + 200), 7).await.unwrap(), expected[..7]);
    let half = Ms(NOW.0 + HOMES as u64 / 2);
    let until = (0..HOMES).filter(|n| n % 10 != 0 && due(*n) <= half).count();
    assert_eq!(stage.seats.due_homes(half, 1000).await.unwrap(), expected[..until]);
    assert!(stage.seats.due_homes(Ms(NOW.0 - 1), 1000).await.unwrap().is_empty());

    let twice: Vec<UserId> = (0..3 * HOMES).map(|n| user(n * 7 % (HOMES + 20))).collect();
    assert_eq!(stage.seats.homes(&twice).await.unwrap().len(), HOMES);
    assert!(stage.seats.homes(&[]).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_record_that_hotdesk_did_not_write_is_named() {
    let stage = Stage::new().await;
    stage.put([("user", text("user001")), ("rev", text("one"))]).await;
    let error = stage.seats.homes(&[user(1), user(2)]).await.unwrap_err();
    assert!(matches!(&error, SeatsError::Corrupt(what) if what.contains("user001")), "{error}");
}
