//! Closing a seat: the items of its user and of its box, the session's row in the ledger and the
//! user's home, in one transaction.

use aws_sdk_dynamodb::types::{
    AttributeValue, CancellationReason, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
};
use hotdesk::{
    clock::Ms,
    homes::Home,
    ledger::{End, Session},
    seats::{Answer, Seat, SeatsError, Write},
};

use super::{
    DynamoSeats, Transaction,
    condition::{number, put, put_item, seat_of, text, update, update_item},
    failed,
    homes::{QUEUE, home_update},
    record::{box_key, user_key, write},
};

impl DynamoSeats {
    /// Closes a seat and parks its box. The seat of a living box must be ending; that of a dead one
    /// (`kept`: until when its item is) may also be open. The item of a dead box keeps its end.
    ///
    /// The home's record says whether the session was entered before: then only the items of the
    /// user and of the box are written again, and what the ledger says and when the home is looked
    /// at stay as they are.
    pub(super) async fn close(&self, end: &End, kept: Option<Ms>) -> Answer<Write> {
        let (user, instance) = (self.close_user(&end.seat, kept)?, self.park_box(&end.seat, kept)?);
        let session = put(&self.tables.sessions, write(Session::of(end, self.price))?);
        let items = vec![user.clone(), instance.clone(), put_item(session)?, self.leave_home(end)?];
        let reasons = match self.transact(items).await? {
            Transaction::Done => return Ok(Write::Done),
            Transaction::Cancelled(reasons) => reasons,
        };
        match earlier(&reasons)? {
            None => Ok(Write::Refused),
            Some(home) if home.ended == end.seat.epoch => {
                match self.transact(vec![user, instance]).await? {
                    Transaction::Done => Ok(Write::Done),
                    Transaction::Cancelled(_) => Ok(Write::Refused),
                }
            }
            Some(home) => Err(SeatsError::home_ahead(&home.user)),
        }
    }

    fn close_user(&self, seat: &Seat, kept: Option<Ms>) -> Answer<TransactWriteItem> {
        let from = if kept.is_some() { "open" } else { "ending" };
        let close = update(&self.tables.seats, user_key(&seat.user), "SET #state = :closed")
            .condition_expression(
                "instance = :instance AND epoch = :epoch AND #state IN (:from, :ending, :closed)",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":ending", text("ending"))
            .expression_attribute_values(":closed", text("closed"))
            .expression_attribute_values(":instance", text(seat.instance.as_str()))
            .expression_attribute_values(":epoch", number(seat.epoch.0));
        update_item(close)
    }

    fn park_box(&self, seat: &Seat, kept: Option<Ms>) -> Answer<TransactWriteItem> {
        let set = match kept {
            Some(_) => "SET #state = :parked, expires = :expires REMOVE #user, epoch",
            None => "SET #state = :parked REMOVE #user, epoch",
        };
        let park = update(&self.tables.seats, box_key(&seat.instance), set);
        let park = seat_of(park, &seat.user, seat.epoch);
        update_item(match kept {
            Some(kept) => park.expression_attribute_values(":expires", number(kept.seconds())),
            None => park,
        })
    }

    /// A session may end before anybody asked its box whether it has the home.
    fn leave_home(&self, end: &End) -> Answer<TransactWriteItem> {
        let set = match end.was_at_home() {
            true => {
                "SET ended = :epoch, endedAt = :at, due = :at, queue = :queue, \
                     #used = :true, mounted = :epoch ADD rev :one"
            }
            false => "SET ended = :epoch, endedAt = :at, due = :at, queue = :queue ADD rev :one",
        };
        let leave = home_update(&self.tables.homes, &end.seat.user, set)
            .condition_expression("attribute_not_exists(ended) OR ended < :epoch")
            .expression_attribute_values(":epoch", number(end.seat.epoch.0))
            .expression_attribute_values(":at", number(end.at.0))
            .expression_attribute_values(":queue", text(QUEUE))
            .expression_attribute_values(":one", number(1))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        update_item(match end.was_at_home() {
            true => leave
                .expression_attribute_names("#used", "used")
                .expression_attribute_values(":true", AttributeValue::Bool(true)),
            false => leave,
        })
    }
}

/// The home's record, where nothing but its condition did not hold. It is the last of the items.
pub(super) fn earlier(reasons: &[CancellationReason]) -> Answer<Option<Home>> {
    match reasons.split_last() {
        Some((home, others)) if failed(home) && !others.iter().any(failed) => {
            home.item().cloned().map(super::homes::read).transpose()
        }
        _ => Ok(None),
    }
}
