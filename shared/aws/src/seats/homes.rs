//! The homes and the ledger.
//!
//! Table of the homes: key `user` (S); the attributes of [`Home`], and `queue` (S), always
//! [`QUEUE`], exactly where there is `due` (N, ms): the index `due` over both lists what has something
//! to be done, by time. Table of the ledger: key `user` (S) and `epoch` (N); the attributes of
//! [`Session`].

use aws_sdk_dynamodb::types::{AttributeValue, Update, builders::UpdateBuilder};
use hotdesk::{
    clock::Ms,
    homes::{Home, Homes},
    id::UserId,
    ledger::Session,
    seats::{Answer, SeatsError, Write},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::{
    DynamoSeats,
    condition::{number, refused, text},
    record::{Row, write},
};
use crate::error;

/// The value of `queue`: one partition takes a thousand writes a second (DynamoDB Developer Guide,
/// "Burst and adaptive capacity"), and each session makes a handful.
pub(super) const QUEUE: &str = "home";

/// The index by `due`.
const DUE: &str = "due";

/// What the index holds: the keys.
#[derive(Deserialize)]
struct DueRow {
    user: UserId,
}

impl Homes for DynamoSeats {
    async fn homes(&self, users: &[UserId]) -> Answer<Vec<Home>> {
        let names = users.iter().map(ToString::to_string);
        let rows = self.get_rows(&self.tables.homes, "user", names).await?;
        rows.into_iter().map(read).collect()
    }

    async fn save_home(&self, home: &Home) -> Answer<Write> {
        let rev = home.rev;
        let mut row = write(Home { rev: rev + 1, ..home.clone() })?;
        if home.due.is_some() {
            row.insert("queue".into(), text(QUEUE));
        }
        let request = self.client.put_item().table_name(&self.tables.homes).set_item(Some(row));
        let request = if rev == 0 {
            request
                .condition_expression("attribute_not_exists(#user)")
                .expression_attribute_names("#user", "user")
        } else {
            request
                .condition_expression("rev = :rev")
                .expression_attribute_values(":rev", number(rev))
        };
        refused(request.send().await)
    }

    async fn due_homes(&self, now: Ms, limit: usize) -> Answer<Vec<UserId>> {
        let request = self
            .client
            .query()
            .table_name(&self.tables.homes)
            .index_name(DUE)
            .key_condition_expression("queue = :queue AND due <= :now")
            .expression_attribute_values(":queue", text(QUEUE))
            .expression_attribute_values(":now", number(now.0))
            .limit(at_most(limit));
        let reply = request.send().await.map_err(error::seats)?;
        let rows = reply.items.unwrap_or_default().into_iter();
        rows.map(|row| Ok(read::<DueRow>(row)?.user)).collect()
    }

    async fn sessions(&self, user: &UserId, limit: usize) -> Answer<Vec<Session>> {
        let request = self
            .client
            .query()
            .table_name(&self.tables.sessions)
            .consistent_read(true)
            .key_condition_expression("#user = :user")
            .expression_attribute_names("#user", "user")
            .expression_attribute_values(":user", text(user.as_str()))
            .scan_index_forward(false)
            .limit(at_most(limit));
        let reply = request.send().await.map_err(error::seats)?;
        reply.items.unwrap_or_default().into_iter().map(read).collect()
    }
}

/// DynamoDB refuses a limit of none; a page is 1 MB at most, which is thousands of such items.
fn at_most(limit: usize) -> i32 {
    i32::try_from(limit.max(1)).unwrap_or(i32::MAX)
}

/// An update of a user's home, for a transaction. The first one makes the record.
pub(super) fn home_update(table: &str, user: &UserId, expression: &str) -> UpdateBuilder {
    let update = Update::builder().table_name(table).update_expression(expression);
    update.key("user", text(user.as_str()))
}

/// A row of one of the two tables.
pub(super) fn read<T: DeserializeOwned>(row: Row) -> Answer<T> {
    let user = match row.get("user") {
        Some(AttributeValue::S(user)) => user.clone(),
        _ => "nobody".to_owned(),
    };
    serde_dynamo::from_item(row).map_err(|_| SeatsError::Corrupt(format!("home of {user}")))
}
