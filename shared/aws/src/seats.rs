//! The durable seats in DynamoDB: every change conditional, two items in one transaction.

mod calls;
mod condition;
pub(crate) mod record;

use std::time::Duration;

use aws_sdk_dynamodb::{
    Client,
    operation::transact_write_items::TransactWriteItemsError,
    types::{AttributeValue, CancellationReason, TransactWriteItem, builders::PutBuilder},
};
use backon::{ExponentialBuilder, Retryable};
use hotdesk::seats::{Answer, SeatsError, Write};
use record::{Record, Row};

use crate::error;

/// [`Seats`] in one DynamoDB table.
#[derive(Clone, Debug)]
pub struct DynamoSeats {
    client: Client,
    table: String,
}

/// What became of a transaction.
enum Transaction {
    Done,
    Cancelled(Vec<CancellationReason>),
}

impl DynamoSeats {
    /// The seats in `table`.
    #[must_use]
    pub fn new(client: Client, table: &str) -> Self {
        Self { client, table: table.to_owned() }
    }

    /// Runs a transaction. One that collided with another is tried again: it passes in
    /// milliseconds, and the SDK does not retry it (DynamoDB Developer Guide, "Transaction conflict
    /// handling").
    async fn transact(&self, items: Vec<TransactWriteItem>) -> Answer<Transaction> {
        let attempt = || async {
            let request =
                self.client.transact_write_items().set_transact_items(Some(items.clone()));
            let error = match request.send().await {
                Ok(_) => return Ok(Transaction::Done),
                Err(error) => error,
            };
            match error.as_service_error() {
                Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                    let reasons = cancelled.cancellation_reasons().to_vec();
                    if reasons.iter().any(|r| r.code() == Some("ConditionalCheckFailed")) {
                        return Ok(Transaction::Cancelled(reasons));
                    }
                    Err(SeatsError::Busy(Box::new(error)))
                }
                _ => Err(error::seats(error)),
            }
        };
        let pauses = ExponentialBuilder::default()
            .with_min_delay(Duration::from_millis(20))
            .with_max_times(5)
            .with_jitter();
        attempt.retry(pauses).when(|e| matches!(e, SeatsError::Busy(_))).await
    }

    async fn write(&self, items: Vec<TransactWriteItem>) -> Answer<Write> {
        match self.transact(items).await? {
            Transaction::Done => Ok(Write::Done),
            Transaction::Cancelled(_) => Ok(Write::Refused),
        }
    }

    async fn get(&self, key: String) -> Answer<Option<Record>> {
        let request = self.client.get_item().table_name(&self.table).consistent_read(true);
        let reply = request.key("pk", AttributeValue::S(key)).send().await.map_err(error::seats)?;
        reply.item.map_or(Ok(None), Record::from_item)
    }

    fn put(&self, row: Row) -> PutBuilder {
        condition::put(&self.table, row)
    }
}
