//! The durable seats in DynamoDB: every change conditional, two items in one transaction.

mod calls;
mod condition;
mod open;
mod read;
pub(crate) mod record;
mod revoke;

use std::time::Duration;

use aws_sdk_dynamodb::{
    Client,
    operation::transact_write_items::TransactWriteItemsError,
    types::{CancellationReason, TransactWriteItem},
};
use backon::{ExponentialBuilder, Retryable};
use hotdesk::seats::{Answer, SeatsError};

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
        attempt.retry(pauses()).when(|e| matches!(e, SeatsError::Busy(_))).await
    }
}

/// The pauses before a call is made again for what DynamoDB did not get to: five, from 20 ms, twice
/// as long each time, so that a function's time allows many of them.
fn pauses() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(20))
        .with_max_times(5)
        .with_jitter()
}
