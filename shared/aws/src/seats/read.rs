//! Reading the tables: always consistently, and only what is asked for.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::{AttributeValue, KeysAndAttributes};
use backon::BackoffBuilder;
use futures::{StreamExt, TryStreamExt, stream};
use hotdesk::seats::{Answer, Items, Page, SeatsError};
use tokio::time::sleep;

use super::{
    DynamoSeats,
    condition::text,
    pauses,
    record::{Record, Row},
};
use crate::error;

/// The most keys of a BatchGetItem (DynamoDB API reference, "BatchGetItem").
const KEYS: usize = 100;

/// How many calls of one question are under way at once.
const SIDE_BY_SIDE: usize = 4;

/// The key of an item in a table of that one key.
fn key(name: &str, of: &str) -> Row {
    HashMap::from([(name.to_owned(), text(of))])
}

impl DynamoSeats {
    /// The item at `key`.
    pub(super) async fn get(&self, key: &str) -> Answer<Option<Record>> {
        let request = self.client.get_item().table_name(&self.tables.seats).consistent_read(true);
        let reply = request.key("pk", text(key)).send().await.map_err(error::seats)?;
        reply.item.map_or(Ok(None), Record::from_item)
    }

    /// The items at `keys`, in no order.
    pub(super) async fn get_all(&self, keys: impl Iterator<Item = String>) -> Answer<Vec<Record>> {
        let rows = self.get_rows(&self.tables.seats, "pk", keys).await?;
        let records = rows.into_iter().map(Record::from_item).collect::<Answer<Vec<_>>>()?;
        Ok(records.into_iter().flatten().collect())
    }

    /// The rows of a table at `keys`, in no order; two keys that are the same are one, as DynamoDB
    /// refuses those.
    pub(super) async fn get_rows(
        &self,
        table: &str,
        name: &str,
        keys: impl Iterator<Item = String>,
    ) -> Answer<Vec<Row>> {
        let keys: Vec<String> = keys.collect::<BTreeSet<_>>().into_iter().collect();
        let batches: Vec<Vec<Row>> =
            keys.chunks(KEYS).map(|keys| keys.iter().map(|of| key(name, of)).collect()).collect();
        let batches = stream::iter(batches).map(|keys| self.get_batch(table, keys));
        batches.buffer_unordered(SIDE_BY_SIDE).try_concat().await
    }

    /// One batch. What DynamoDB leaves out, because the answer grew too large or the rate is used
    /// up, is asked for again.
    async fn get_batch(&self, table: &str, mut left: Vec<Row>) -> Answer<Vec<Row>> {
        let mut found = Vec::new();
        let mut pauses = pauses().build();
        loop {
            let keys = KeysAndAttributes::builder().set_keys(Some(left)).consistent_read(true);
            let keys = keys.build().map_err(|e| SeatsError::Corrupt(e.to_string()))?;
            let request = self.client.batch_get_item().request_items(table, keys);
            let reply = request.send().await.map_err(error::seats)?;
            found.extend(reply.responses.into_iter().flatten().flat_map(|(_, rows)| rows));
            let unprocessed = reply.unprocessed_keys.into_iter().flatten();
            left = unprocessed.flat_map(|(_, keys)| keys.keys).collect();
            if left.is_empty() {
                return Ok(found);
            }
            let Some(pause) = pauses.next() else {
                return Err(error::counted(SeatsError::Busy("keys stay unprocessed".into())));
            };
            sleep(pause).await;
        }
    }

    /// A page of at most `limit` items, or of as many as DynamoDB gives at once (1 MB).
    pub(super) async fn read_page(&self, after: Option<&str>, limit: Option<i32>) -> Answer<Page> {
        let request = self.client.scan().table_name(&self.tables.seats).consistent_read(true);
        let request =
            request.set_exclusive_start_key(after.map(|pk| key("pk", pk))).set_limit(limit);
        let reply = request.send().await.map_err(error::seats)?;
        let mut items = Items::default();
        for row in reply.items.unwrap_or_default() {
            match Record::from_item(row)? {
                Some(Record::User(item)) => items.users.push(item),
                Some(Record::Box(instance, item)) => items.boxes.push((instance, item)),
                Some(Record::Revoked(user, at)) => items.revoked.push((user, at)),
                Some(Record::Capacity) | None => {}
            }
        }
        let next = reply.last_evaluated_key.and_then(|mut key| match key.remove("pk") {
            Some(AttributeValue::S(pk)) => Some(pk),
            _ => None,
        });
        Ok(Page { items, next })
    }
}
