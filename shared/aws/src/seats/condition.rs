//! The pieces of conditional writes.

use std::error::Error;

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    types::{
        AttributeValue, Put, TransactWriteItem, Update,
        builders::{ConditionCheckBuilder, PutBuilder, UpdateBuilder},
    },
};
use hotdesk::{
    id::{Epoch, UserId},
    seats::{Answer, SeatsError, Write},
};

use super::record::Row;
use crate::error;

/// A put of `row`, for a transaction.
pub(super) fn put(table: &str, row: Row) -> PutBuilder {
    Put::builder().table_name(table).set_item(Some(row))
}

/// An update of the item at `key`, for a transaction.
pub(super) fn update(table: &str, key: String, expression: &str) -> UpdateBuilder {
    let update = Update::builder().table_name(table).update_expression(expression);
    update.key("pk", AttributeValue::S(key))
}

pub(super) fn number(n: u64) -> AttributeValue {
    AttributeValue::N(n.to_string())
}

pub(super) fn text(s: &str) -> AttributeValue {
    AttributeValue::S(s.to_owned())
}

/// Only if the box's item is that seat, or parked already (this write was repeated).
pub(super) fn seat_of(update: UpdateBuilder, user: &UserId, epoch: Epoch) -> UpdateBuilder {
    update
        .condition_expression(
            "(#state = :seat AND #user = :user AND epoch = :epoch) OR #state = :parked",
        )
        .expression_attribute_names("#state", "state")
        .expression_attribute_names("#user", "user")
        .expression_attribute_values(":seat", text("seat"))
        .expression_attribute_values(":parked", text("parked"))
        .expression_attribute_values(":user", text(user.as_str()))
        .expression_attribute_values(":epoch", number(epoch.0))
}

/// The put as part of a transaction.
pub(super) fn put_item(put: PutBuilder) -> Answer<TransactWriteItem> {
    let put = put.build().map_err(|e| SeatsError::Corrupt(e.to_string()))?;
    Ok(TransactWriteItem::builder().put(put).build())
}

/// The condition on an item that is not changed, as part of a transaction.
pub(super) fn check_item(check: ConditionCheckBuilder) -> Answer<TransactWriteItem> {
    let check = check.build().map_err(|e| SeatsError::Corrupt(e.to_string()))?;
    Ok(TransactWriteItem::builder().condition_check(check).build())
}

/// The update as part of a transaction.
pub(super) fn update_item(update: UpdateBuilder) -> Answer<TransactWriteItem> {
    let update = update.build().map_err(|e| SeatsError::Corrupt(e.to_string()))?;
    Ok(TransactWriteItem::builder().update(update).build())
}

/// A condition that did not hold is an outcome, not an error.
pub(super) fn refused<T, E, R>(reply: Result<T, SdkError<E, R>>) -> Answer<Write>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match reply {
        Ok(_) => Ok(Write::Done),
        Err(e) if e.code() == Some("ConditionalCheckFailedException") => Ok(Write::Refused),
        Err(e) => Err(error::seats(e)),
    }
}
