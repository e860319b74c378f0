//! An item of the seats table, as DynamoDB holds it and as its stream reports it.
//!
//! Key `pk` (S): `user#<name>`, `instance#<id>`, `revoked#<name>` or `fleet#capacity`. `state` (S),
//! `instance` (S), `user` (S), `epoch` (N), `since` (N, ms), `publicIp`, `privateIp`, `issuer`,
//! `subject` (S), `ending` (M, as [`Ending`] says), `farewell` (S), `at` (N, ms), `expires` (N, seconds
//! since 1970: the table's time to live).

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use hotdesk::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    ledger::{Ending, Farewell},
    seats::{Addresses, BoxItem, Identity, Seat, SeatsError, UserItem, UserState},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// An item of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A user's.
    User(UserItem),
    /// A box's.
    Box(InstanceId, BoxItem),
    /// A user's sessions that began then or before are revoked.
    Revoked(UserId, Ms),
    /// Somebody left word that capacity is wanted.
    Capacity,
}

/// The key of the item that says that capacity is wanted.
pub(super) const CAPACITY_KEY: &str = "fleet#capacity";

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UserRow {
    pk: String,
    state: UserState,
    instance: InstanceId,
    epoch: Epoch,
    since: Ms,
    issuer: String,
    subject: String,
    #[serde(default)]
    public_ip: String,
    #[serde(default)]
    private_ip: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ending: Option<Ending>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    farewell: Option<Farewell>,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "lowercase")]
enum BoxRow {
    Seat { user: UserId, epoch: Epoch },
    Parked,
    Waking,
}

#[derive(Deserialize)]
struct RevokedRow {
    at: Ms,
}

/// A DynamoDB item.
pub(super) type Row = HashMap<String, AttributeValue>;

pub(super) fn user_key(user: &UserId) -> String {
    format!("user#{user}")
}

pub(super) fn revoked_key(user: &UserId) -> String {
    format!("revoked#{user}")
}

pub(super) fn box_key(instance: &InstanceId) -> String {
    format!("instance#{instance}")
}

impl Record {
    /// The record that an item of the table or of its stream holds; `None` for kinds of items that
    /// this version does not know.
    ///
    /// # Errors
    /// [`SeatsError::Corrupt`] for an item of a known kind that hotdesk did not write.
    pub fn from_item(item: impl Into<serde_dynamo::Item>) -> Result<Option<Self>, SeatsError> {
        let item: serde_dynamo::Item = item.into();
        let Some(serde_dynamo::AttributeValue::S(pk)) = item.get("pk").cloned() else {
            return Err(SeatsError::Corrupt("without a key".into()));
        };
        match pk.split_once('#') {
            Some(("user", name)) => {
                let user = name.parse().map_err(|_| SeatsError::Corrupt(pk.clone()))?;
                Ok(Some(Self::User(read::<UserRow>(item, &pk)?.item(user))))
            }
            Some(("revoked", name)) => {
                let user = name.parse().map_err(|_| SeatsError::Corrupt(pk.clone()))?;
                Ok(Some(Self::Revoked(user, read::<RevokedRow>(item, &pk)?.at)))
            }
            Some(("instance", id)) => {
                let instance = id.parse().map_err(|_| SeatsError::Corrupt(pk.clone()))?;
                Ok(Some(Self::Box(instance, read::<BoxRow>(item, &pk)?.into())))
            }
            _ if pk == CAPACITY_KEY => Ok(Some(Self::Capacity)),
            _ => Ok(None),
        }
    }

    /// The user's item, if it is one.
    pub(super) fn into_user(self) -> Option<UserItem> {
        match self {
            Self::User(item) => Some(item),
            Self::Box(..) | Self::Revoked(..) | Self::Capacity => None,
        }
    }

    /// The box's item, if it is one.
    pub(super) fn into_box(self) -> Option<(InstanceId, BoxItem)> {
        match self {
            Self::Box(instance, item) => Some((instance, item)),
            Self::User(_) | Self::Revoked(..) | Self::Capacity => None,
        }
    }
}

fn read<T: DeserializeOwned>(item: serde_dynamo::Item, pk: &str) -> Result<T, SeatsError> {
    serde_dynamo::from_item(item).map_err(|_| SeatsError::Corrupt(pk.to_owned()))
}

impl UserRow {
    fn item(self, user: UserId) -> UserItem {
        let addresses = Addresses { public_ip: self.public_ip, private_ip: self.private_ip };
        let Self { state, instance, epoch, since, issuer, subject, ending, farewell, .. } = self;
        UserItem {
            seat: Seat { user, instance, epoch, since, addresses },
            state,
            identity: Identity { issuer, subject },
            ending,
            farewell,
        }
    }
}

impl From<BoxRow> for BoxItem {
    fn from(row: BoxRow) -> Self {
        match row {
            BoxRow::Seat { user, epoch } => Self::Seat { user, epoch },
            BoxRow::Parked => Self::Parked,
            BoxRow::Waking => Self::Waking,
        }
    }
}

/// The item of an open seat's user.
pub(super) fn open_user(seat: &Seat, identity: &Identity) -> Result<Row, SeatsError> {
    write(UserRow {
        pk: user_key(&seat.user),
        state: UserState::Open,
        instance: seat.instance.clone(),
        epoch: seat.epoch,
        since: seat.since,
        issuer: identity.issuer.clone(),
        subject: identity.subject.clone(),
        public_ip: seat.addresses.public_ip.clone(),
        private_ip: seat.addresses.private_ip.clone(),
        ending: None,
        farewell: None,
    })
}

/// The item of an open seat's box.
pub(super) fn seat_box(seat: &Seat) -> Result<Row, SeatsError> {
    let mut row = write(BoxRow::Seat { user: seat.user.clone(), epoch: seat.epoch })?;
    row.insert("pk".into(), AttributeValue::S(box_key(&seat.instance)));
    Ok(row)
}

/// A row of any of the tables.
pub(super) fn write(row: impl Serialize) -> Result<Row, SeatsError> {
    serde_dynamo::to_item(row).map_err(|e| SeatsError::Corrupt(e.to_string()))
}
