//! Tables of one's own.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue};
use hotdesk::{
    clock::Ms,
    homes::{Home, Homes},
    id::{Epoch, UserId},
    ledger::{End, Ending, Why},
    seats::{Addresses, Identity, Open, Seat, Seats, Write},
};
use hotdesk_aws::DynamoSeats;
use hotdesk_stack::{
    environment::{self, HOMES},
    moto::Moto,
    tables,
};

/// When the tests begin.
pub(crate) const NOW: Ms = Ms(1_800_000_000_000);

/// What a box costs an hour, in millionths.
pub(crate) const PRICE: u64 = 83_200;

pub(crate) struct Stage {
    _moto: Moto,
    pub(crate) client: Client,
    pub(crate) seats: DynamoSeats,
}

impl Stage {
    pub(crate) async fn new() -> Self {
        let moto = Moto::start().await.unwrap();
        let client = Client::new(&moto.sdk_config().await);
        tables::create(&client, &environment::tables()).await.unwrap();
        let seats = DynamoSeats::new(client.clone(), environment::tables(), PRICE);
        Self { _moto: moto, client, seats }
    }

    pub(crate) async fn open(&self, seat: &Seat, now: Ms) -> Open {
        self.seats.open(seat, &identity(), seat.since, now).await.unwrap()
    }

    /// Opens, ends and closes a seat.
    pub(crate) async fn session(&self, seat: &Seat, end: &End) {
        assert_eq!(self.open(seat, seat.since).await, Open::Opened);
        assert_eq!(self.seats.end(seat, &end.ending).await.unwrap(), Write::Done);
        assert_eq!(self.seats.close_and_park(end).await.unwrap(), Write::Done);
    }

    pub(crate) async fn home(&self, user: &UserId) -> Option<Home> {
        self.seats.homes(std::slice::from_ref(user)).await.unwrap().pop()
    }

    /// A home's record as it is in the table.
    pub(crate) async fn row(&self, user: &UserId) -> BTreeMap<String, AttributeValue> {
        let get = self.client.get_item().table_name(HOMES).key("user", text(user.as_str()));
        get.send().await.unwrap().item.unwrap_or_default().into_iter().collect()
    }

    /// Writes a record of a home that nobody would write.
    pub(crate) async fn put(&self, row: impl IntoIterator<Item = (&str, AttributeValue)>) {
        let row = row.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.client.put_item().table_name(HOMES).set_item(Some(row)).send().await.unwrap();
    }
}

pub(crate) fn text(text: &str) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn number(n: u64) -> AttributeValue {
    AttributeValue::N(n.to_string())
}

pub(crate) fn user(n: usize) -> UserId {
    format!("user{n:03}").parse().unwrap()
}

pub(crate) fn identity() -> Identity {
    Identity { issuer: "https://id.example".into(), subject: "1".into() }
}

/// The user's seat with that epoch, on the box of that number.
pub(crate) fn seat(user: &UserId, epoch: u64, instance: u64) -> Seat {
    Seat {
        user: user.clone(),
        instance: format!("i-{instance:08x}").parse().unwrap(),
        epoch: Epoch(epoch),
        since: NOW,
        addresses: Addresses::default(),
    }
}

/// The end of a seat so long after [`NOW`].
pub(crate) fn end(seat: &Seat, after: u64) -> End {
    let at = Ms(NOW.0 + after);
    let ending = Ending { why: Why::Idle, at, last_seen: Some(NOW), by: None };
    End { seat: seat.clone(), ending, farewell: None, at }
}
