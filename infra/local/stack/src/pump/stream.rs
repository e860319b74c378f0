//! The stream of the seats table, read as Lambda reads it.

use std::time::Duration;

use aws_sdk_dynamodbstreams::{
    Client, Error,
    types::{Record, ShardIteratorType},
};
use serde_json::Value;
use tokio::time::sleep;

use super::{
    mapping::{Mapping, Patience},
    stream_event::record_json,
};
use crate::{dead_letters::DeadLetters, lambda::Lambda};

/// BatchSize of the event source mapping.
const BATCH: i32 = 100;
/// Lambda polls a shard four times a second (Lambda Developer Guide, DynamoDB streams).
const IDLE: Duration = Duration::from_millis(250);
/// The pause after a read that failed.
const UNREADABLE: Duration = Duration::from_secs(10);

/// Reads the stream of a table.
#[derive(Debug)]
pub struct Stream {
    client: Client,
    arn: String,
    /// Where the next read begins; none: behind `last`, or at the start.
    iterator: Option<String>,
    last: Option<String>,
}

impl Stream {
    /// The stream of `table`, from its first record.
    ///
    /// # Errors
    /// DynamoDB refuses, or the table has no stream.
    pub async fn of(client: Client, table: &str) -> anyhow::Result<Self> {
        let streams = client.list_streams().table_name(table).send().await?;
        let arn = streams.streams().iter().find_map(|stream| stream.stream_arn());
        let arn = arn.ok_or_else(|| anyhow::anyhow!("table {table} has no stream"))?.to_owned();
        Ok(Self { client, arn, iterator: None, last: None })
    }

    /// The next records, in order; none if nothing new has happened.
    ///
    /// # Errors
    /// DynamoDB refuses; the next call reads on behind the last record that was returned.
    pub async fn next(&mut self) -> Result<Vec<Record>, Error> {
        loop {
            let mut records = self.read().await?;
            if records.is_empty() {
                return Ok(records);
            }
            records.retain(is_a_change);
            if !records.is_empty() {
                return Ok(records);
            }
        }
    }

    async fn read(&mut self) -> Result<Vec<Record>, Error> {
        let iterator = match self.iterator.take() {
            Some(iterator) => iterator,
            None => self.reposition().await?,
        };
        let read = self.client.get_records().shard_iterator(iterator).limit(BATCH).send().await?;
        let records = read.records.unwrap_or_default();
        self.iterator = read.next_shard_iterator;
        let number = |record: &Record| record.dynamodb.as_ref()?.sequence_number.clone();
        self.last = records.last().and_then(number).or(self.last.take());
        Ok(records)
    }

    /// An iterator behind the last record. moto's streams have one shard for ever.
    async fn reposition(&self) -> Result<String, Error> {
        let stream = self.client.describe_stream().stream_arn(&self.arn).send().await?;
        let shards = stream.stream_description.and_then(|stream| stream.shards);
        let shard = shards.and_then(|shards| shards.into_iter().next()?.shard_id);
        let start = match self.last {
            Some(_) => ShardIteratorType::AfterSequenceNumber,
            None => ShardIteratorType::TrimHorizon,
        };
        let request = self.client.get_shard_iterator().stream_arn(&self.arn).set_shard_id(shard);
        let request = request.shard_iterator_type(start).set_sequence_number(self.last.clone());
        Ok(request.send().await?.shard_iterator.unwrap_or_default())
    }

    /// Records as Lambda hands them to a function, each for itself.
    #[must_use]
    pub fn as_json(&self, records: &[Record]) -> Vec<Value> {
        records.iter().map(|record| record_json(record, &self.arn)).collect()
    }

    /// Hands all that happens to `provision`, for ever.
    pub async fn run(mut self, lambda: Lambda, dead: DeadLetters) {
        let mapping = Mapping { lambda, dead, patience: Patience::default() };
        loop {
            match self.next().await {
                Ok(records) if records.is_empty() => sleep(IDLE).await,
                Ok(records) => mapping.deliver(self.as_json(&records)).await,
                Err(error) => {
                    tracing::warn!(%error, "seats stream: cannot be read");
                    sleep(UNREADABLE).await;
                }
            }
        }
    }
}

/// Whether DynamoDB would have written the record too. moto 5.2.5 writes one for a change that
/// changes nothing (DynamoDB does not: Developer Guide, "Change data capture for DynamoDB Streams"),
/// and two for an update that makes an item, the first with nothing but the key.
fn is_a_change(record: &Record) -> bool {
    record.dynamodb.as_ref().is_none_or(|change| match (&change.old_image, &change.new_image) {
        (Some(old), Some(new)) => old != new,
        (None, Some(new)) => change.keys.as_ref() != Some(new),
        (_, None) => true,
    })
}
