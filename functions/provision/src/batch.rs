//! From a batch of records to what is to be done, and back to what was not.

use aws_lambda_events::{
    dynamodb::{Event, EventRecord},
    streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse},
};
use hotdesk::seats::{Seat, UserState};
use hotdesk_aws::Record;
use tracing::error;

/// A seat that was opened, as one record tells.
pub(crate) struct Opened {
    /// The record's sequence number.
    pub(crate) record: Option<String>,
    /// The seat.
    pub(crate) seat: Seat,
}

/// What a batch tells.
#[derive(Default)]
pub(crate) struct Batch {
    /// The seats that were opened, in order; of each user the last.
    pub(crate) opened: Vec<Opened>,
    /// The seats whose end was decided.
    pub(crate) ending: Vec<Seat>,
    /// Whether capacity may have to change.
    pub(crate) capacity: bool,
    /// The sequence numbers of records that cannot be read.
    pub(crate) failed: Vec<Option<String>>,
}

/// Reads a batch. Items that were removed, and those of kinds that this version does not know, tell
/// nothing.
pub(crate) fn read(event: Event) -> Batch {
    let mut batch = Batch::default();
    for EventRecord { change, .. } in event.records {
        if change.new_image.is_empty() {
            continue;
        }
        match Record::from_item(change.new_image) {
            Ok(Some(Record::User(item))) if item.state == UserState::Open => {
                batch.capacity = true;
                batch.opened.retain(|earlier| earlier.seat.user != item.seat.user);
                batch.opened.push(Opened { record: change.sequence_number, seat: item.seat });
            }
            Ok(Some(Record::User(item))) if item.state == UserState::Ending => {
                batch.ending.push(item.seat);
            }
            Ok(Some(Record::Capacity)) => batch.capacity = true,
            Ok(Some(Record::User(_) | Record::Box(..) | Record::Revoked(..)) | None) => {}
            Err(error) => {
                error!(record = change.sequence_number, %error, "record cannot be read");
                batch.failed.push(change.sequence_number);
            }
        }
    }
    batch
}

/// The answer that names these records. Lambda tries again from the one with the lowest number; one
/// without a number makes it try the whole batch again.
pub(crate) fn response(failed: Vec<Option<String>>) -> DynamoDbEventResponse {
    let mut response = DynamoDbEventResponse::default();
    for record in failed {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = record;
        response.batch_item_failures.push(failure);
    }
    response
}
