//! The stream of the seats table: Lambda's event source mapping for `provision`.

use std::time::Duration;

use aws_sdk_dynamodbstreams::{
    Client, Error,
    types::{Record, ShardIteratorType},
};
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::stream_event::record_json;
use crate::{dead_letters::DeadLetters, lambda::Lambda};

/// The function that it wakes.
const FUNCTION: &str = "provision";
/// BatchSize.
const BATCH: i32 = 100;
/// Lambda polls a shard four times a second (Lambda Developer Guide, DynamoDB streams).
const IDLE: Duration = Duration::from_millis(250);
/// MaximumRecordAgeInSeconds: so long is a failing batch repeated.
const RECORD_AGE: Duration = Duration::from_secs(3600);
/// The longest pause between two attempts of a batch.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

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

    /// Hands all that happens to `provision`, for ever.
    pub async fn run(mut self, lambda: Lambda, dead: DeadLetters) {
        loop {
            match self.next().await {
                Ok(records) if records.is_empty() => sleep(IDLE).await,
                Ok(records) => self.deliver(&lambda, &dead, &records).await,
                Err(error) => {
                    tracing::warn!(%error, "seats stream: cannot be read");
                    sleep(LONGEST_PAUSE).await;
                }
            }
        }
    }

    /// Repeats a batch until it is taken or too old: what comes after it waits.
    async fn deliver(&self, lambda: &Lambda, dead: &DeadLetters, records: &[Record]) {
        let records: Vec<_> = records.iter().map(|record| record_json(record, &self.arn)).collect();
        let event = json!({ "Records": records });
        let began = Instant::now();
        let mut pause = IDLE;
        while let Err(error) = lambda.invoke(FUNCTION, &event).await {
            if began.elapsed() > RECORD_AGE {
                return dead.add(FUNCTION, &event, &error);
            }
            tracing::warn!(%error, records = records.len(), "provision: again");
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}
