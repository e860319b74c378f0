//! What the table's stream says.

use aws_lambda_events::dynamodb::Event;
use hotdesk::{
    clock::Ms,
    id::{InstanceId, UserId},
    ledger::{Ending, Farewell, Why},
    seats::{BoxItem, KEPT_REVOKED, UserItem, UserState},
};
use serde_json::{Value, json};

/// An item of the table, whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A user's.
    User(UserItem),
    /// A box's.
    Box {
        /// Which box.
        instance: InstanceId,
        /// What it says.
        item: BoxItem,
        /// When it is over, in seconds since 1970.
        expires: Option<u64>,
    },
    /// That a user's sessions are revoked.
    Revoked {
        /// Whose.
        user: UserId,
        /// Those that began then or before.
        at: Ms,
    },
    /// Word that capacity is wanted.
    Capacity {
        /// When it was left.
        asked: Ms,
    },
}

/// A change of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Which, counted from 1.
    pub number: u64,
    /// The item's key.
    pub key: String,
    /// The item before, if there was one.
    pub old: Option<Item>,
    /// The item now, if there is one.
    pub new: Option<Item>,
    /// Whether it was removed by age.
    pub by_age: bool,
}

impl Change {
    /// As the stream counts: at least 21 digits (DynamoDB Streams API reference, StreamRecord), so
    /// that they sort.
    #[must_use]
    pub fn sequence_number(&self) -> String {
        format!("{:021}", self.number)
    }
}

/// The key of a user's item.
pub(super) fn user_key(user: &UserId) -> String {
    format!("user#{user}")
}

/// The key of the item that says that a user's sessions are revoked.
pub(super) fn revoked_key(user: &UserId) -> String {
    format!("revoked#{user}")
}

/// The key of a box's item.
pub(super) fn box_key(instance: &InstanceId) -> String {
    format!("instance#{instance}")
}

impl Item {
    pub(super) fn key(&self) -> String {
        match self {
            Self::User(item) => user_key(&item.seat.user),
            Self::Box { instance, .. } => box_key(instance),
            Self::Revoked { user, .. } => revoked_key(user),
            Self::Capacity { .. } => "fleet#capacity".into(),
        }
    }

    /// As DynamoDB writes it in JSON.
    fn image(&self) -> Value {
        let mut image = match self {
            Self::User(item) => user_image(item),
            Self::Box { item, expires, .. } => {
                let mut image = box_image(item);
                if let Some(expires) = expires {
                    image["expires"] = number(*expires);
                }
                image
            }
            Self::Revoked { at, .. } => json!({
                "at": number(at.0),
                "expires": number(at.plus(KEPT_REVOKED).seconds()),
            }),
            Self::Capacity { asked } => json!({ "asked": number(asked.0) }),
        };
        image["pk"] = text(&self.key());
        image
    }
}

fn user_image(item: &UserItem) -> Value {
    let state = match item.state {
        UserState::Open => "open",
        UserState::Ending => "ending",
        UserState::Closed => "closed",
    };
    let mut image = json!({
        "state": text(state),
        "instance": text(item.seat.instance.as_str()),
        "epoch": number(item.seat.epoch.0),
        "since": number(item.seat.since.0),
        "publicIp": text(&item.seat.addresses.public_ip),
        "privateIp": text(&item.seat.addresses.private_ip),
        "issuer": text(&item.identity.issuer),
        "subject": text(&item.identity.subject),
    });
    if let Some(ending) = &item.ending {
        image["ending"] = ending_image(ending);
    }
    if let Some(farewell) = item.farewell {
        image["farewell"] = text(match farewell {
            Farewell::Saved => "saved",
            Farewell::Nothing => "nothing",
            Farewell::Late => "late",
            Farewell::Silent => "silent",
        });
    }
    image
}

fn ending_image(ending: &Ending) -> Value {
    let why = match ending.why {
        Why::Idle => "idle",
        Why::Left => "left",
        Why::Lifetime => "lifetime",
        Why::Revoked => "revoked",
        Why::Lost => "lost",
    };
    let mut image = json!({ "why": text(why), "at": number(ending.at.0) });
    if let Some(last_seen) = ending.last_seen {
        image["lastSeen"] = number(last_seen.0);
    }
    if let Some(by) = &ending.by {
        image["by"] = text(by.as_str());
    }
    json!({ "M": image })
}

fn box_image(item: &BoxItem) -> Value {
    match item {
        BoxItem::Seat { user, epoch } => json!({
            "state": text("seat"),
            "user": text(user.as_str()),
            "epoch": number(epoch.0),
        }),
        BoxItem::Parked => json!({ "state": text("parked") }),
        BoxItem::Waking => json!({ "state": text("waking") }),
    }
}

fn text(text: &str) -> Value {
    json!({ "S": text })
}

fn number(number: u64) -> Value {
    json!({ "N": number.to_string() })
}

/// These changes as Lambda hands them to a function.
/// [docs: Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB", example event]
///
/// # Panics
/// Never: the event is whole.
#[must_use]
pub fn stream_event(changes: &[Change]) -> Event {
    let records: Vec<Value> = changes.iter().map(record).collect();
    serde_json::from_value(json!({ "Records": records })).expect("an event")
}

fn record(change: &Change) -> Value {
    let name = match (&change.old, &change.new) {
        (None, _) => "INSERT",
        (Some(_), Some(_)) => "MODIFY",
        (Some(_), None) => "REMOVE",
    };
    // What DynamoDB removes by age says so (DynamoDB Developer Guide, "DynamoDB Streams and Time to
    // Live").
    let remover = json!({ "type": "Service", "principalId": "dynamodb.amazonaws.com" });
    json!({
        "eventID": change.number.to_string(),
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "us-east-1",
        "userIdentity": change.by_age.then_some(remover),
        "dynamodb": {
            "Keys": { "pk": text(&change.key) },
            "OldImage": change.old.as_ref().map(Item::image),
            "NewImage": change.new.as_ref().map(Item::image),
            "SequenceNumber": change.sequence_number(),
            "SizeBytes": 0,
            "StreamViewType": "NEW_AND_OLD_IMAGES",
        },
    })
}
