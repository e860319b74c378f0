//! The durable seats, the homes and the ledger in DynamoDB: every change conditional, what belongs
//! together in one transaction.

mod calls;
mod close;
mod condition;
mod ending;
mod homes;
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

/// The names of the three tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tables {
    /// The seats: key `pk`, with a stream of old and new images.
    pub seats: String,
    /// The homes: key `user`, and the index `due` over `queue` and `due`.
    pub homes: String,
    /// The ledger: key `user` and `epoch`.
    pub sessions: String,
}

/// [`hotdesk::seats::Seats`] and [`hotdesk::homes::Homes`] in three DynamoDB tables.
#[derive(Clone, Debug)]
pub struct DynamoSeats {
    client: Client,
    tables: Tables,
    price: u64,
}

/// What became of a transaction.
enum Transaction {
    Done,
    Cancelled(Vec<CancellationReason>),
}

impl DynamoSeats {
    /// The seats, homes and sessions in these tables. `price`: what a box costs an hour, in
    /// millionths, for the ledger.
    #[must_use]
    pub fn new(client: Client, tables: Tables, price: u64) -> Self {
        Self { client, tables, price }
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
                    // Of an item that collided it is not known whether its condition holds.
                    if reasons.iter().any(failed) && !reasons.iter().any(collided) {
                        return Ok(Transaction::Cancelled(reasons));
                    }
                    Err(SeatsError::Busy(Box::new(error)))
                }
                _ => Err(error::seats_attempt(error)),
            }
        };
        let outcome = attempt.retry(pauses()).when(|e| matches!(e, SeatsError::Busy(_))).await;
        outcome.map_err(error::counted)
    }
}

/// Whether a condition of a transaction did not hold.
fn failed(reason: &CancellationReason) -> bool {
    reason.code() == Some("ConditionalCheckFailed")
}

/// Whether an item was not looked at, for another transaction or for want of capacity.
fn collided(reason: &CancellationReason) -> bool {
    !failed(reason) && reason.code().is_some_and(|code| code != "None")
}

/// The pauses before a call is made again for what DynamoDB did not get to: five, from 20 ms, twice
/// as long each time, so that a function's time allows many of them.
fn pauses() -> ExponentialBuilder {
    ExponentialBuilder::default()
        .with_min_delay(Duration::from_millis(20))
        .with_max_times(5)
        .with_jitter()
}
