//! Homes that know more, or less, than the seats: an alarm, or nothing at all.

use aws_sdk_dynamodb::types::AttributeValue;
use hotdesk::{
    homes::Homes,
    seats::{Open, Seats, SeatsError, UserState, Write},
};
use hotdesk_stack::environment::HOMES;
use hotdesk_tests::seats::MemorySeats;

use super::stage::{NOW, Stage, end, identity, number, seat, text, user};

fn corrupt<T: std::fmt::Debug>(answer: Result<T, SeatsError>) {
    let error = answer.unwrap_err();
    assert!(
        matches!(&error, SeatsError::Corrupt(what) if what == "the home of user001 is ahead of its seat"),
        "{error}"
    );
}

#[tokio::test]
async fn a_home_that_is_ahead_of_its_seat_is_an_alarm_and_nothing_changes() {
    let stage = Stage::new().await;
    let ahead = |epoch: u64, instance: &str| -> [(&str, AttributeValue); 4] {
        [
            ("user", text("user001")),
            ("rev", number(3)),
            ("epoch", number(epoch)),
            ("instance", text(instance)),
        ]
    };
    for (epoch, instance) in [(9, "i-00000001"), (7, "i-00000002")] {
        stage.put(ahead(epoch, instance)).await;
        let seat = seat(&user(1), 7, 1);
        corrupt(stage.seats.open(&seat, &identity(), NOW, NOW).await);
        assert_eq!(stage.seats.user(&user(1)).await.unwrap(), None);
        assert_eq!(stage.seats.instance(&seat.instance).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_home_that_ended_later_than_its_seat_is_an_alarm_and_nothing_changes() {
    let stage = Stage::new().await;
    let seat = seat(&user(1), 7, 1);
    stage.open(&seat, NOW).await;
    stage.put([("user", text("user001")), ("rev", number(3)), ("ended", number(8))]).await;
    corrupt(stage.seats.close_dead(&end(&seat, 1)).await);
    let item = stage.seats.user(&user(1)).await.unwrap().unwrap();
    assert_eq!(item.state, UserState::Open);
    assert!(stage.seats.sessions(&user(1), 10).await.unwrap().is_empty());
}

/// The tables in memory say so too.
#[tokio::test]
async fn in_memory_it_is_an_alarm_as_well() {
    let seats = MemorySeats::default();
    let (first, second) = (seat(&user(1), 7, 1), seat(&user(1), 9, 2));
    let mut home = hotdesk::homes::Home::new(user(1));
    home.epoch = second.epoch;
    home.ended = second.epoch;
    home.instance = Some(second.instance.clone());
    assert_eq!(seats.save_home(&home).await.unwrap(), Write::Done);
    corrupt(seats.open(&first, &identity(), NOW, NOW).await);
    assert_eq!(seats.user(&user(1)).await.unwrap(), None);
}

/// A version without homes has opened the seat.
#[tokio::test]
async fn a_seat_without_a_home_gets_one_when_it_is_opened_again_or_closed() {
    let stage = Stage::new().await;
    let (first, second) = (seat(&user(1), 7, 1), seat(&user(2), 7, 2));
    for seat in [&first, &second] {
        stage.open(seat, NOW).await;
        let delete = stage.client.delete_item().table_name(HOMES);
        delete.key("user", text(seat.user.as_str())).send().await.unwrap();
    }
    assert_eq!(stage.open(&first, NOW).await, Open::Opened);
    assert_eq!(stage.home(&user(1)).await.unwrap().wanted(), Some(&first.instance));
    assert_eq!(stage.seats.close_dead(&end(&second, 1)).await.unwrap(), Write::Done);
    assert_eq!(stage.home(&user(2)).await.unwrap().wanted(), None);
    assert_eq!(stage.seats.sessions(&user(2), 10).await.unwrap().len(), 1);
}
