//! [`Seats`]: each call with the condition that makes it safe to repeat and to lose.

use std::time::Duration;

use aws_sdk_dynamodb::{
    operation::update_item::builders::UpdateItemFluentBuilder,
    types::{AttributeValue, CancellationReason, ReturnValuesOnConditionCheckFailure},
};
use hotdesk::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::{Answer, BoxItem, Identity, Items, Open, Seat, Seats, UserItem, Write},
};

use super::{
    DynamoSeats, Transaction,
    condition::{put_item, refused, seat_of, update, update_item},
    record::{CAPACITY_KEY, Record, Row, box_key, open_user, parked_box, seat_box, user_key},
};
use crate::error;

/// How long the item of a dead box is kept: longer than EC2 lists the box (about an hour) and the
/// store remembers it (24 h).
const KEPT_DEAD: Duration = Duration::from_secs(48 * 3600);

/// Word that capacity is wanted is left at most this often.
const WANTED_EVERY: Duration = Duration::from_secs(3);

fn item(row: Option<&Row>) -> Answer<Option<Record>> {
    row.cloned().map_or(Ok(None), Record::from_item)
}

fn number(n: u64) -> AttributeValue {
    AttributeValue::N(n.to_string())
}

fn text(s: &str) -> AttributeValue {
    AttributeValue::S(s.to_owned())
}

impl Seats for DynamoSeats {
    async fn open(&self, seat: &Seat, identity: &Identity) -> Answer<Open> {
        let user = self
            .put(open_user(seat, identity)?)
            .condition_expression(
                "attribute_not_exists(pk) OR (issuer = :issuer AND subject = :subject AND \
                 ((#state = :closed AND epoch < :epoch) OR \
                  (#state = :open AND instance = :instance AND epoch = :epoch)))",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":issuer", text(&identity.issuer))
            .expression_attribute_values(":subject", text(&identity.subject))
            .expression_attribute_values(":closed", text("closed"))
            .expression_attribute_values(":open", text("open"))
            .expression_attribute_values(":instance", text(seat.instance.as_str()))
            .expression_attribute_values(":epoch", number(seat.epoch.0))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let instance = self
            .put(seat_box(seat)?)
            .condition_expression(
                "attribute_not_exists(pk) OR (#state = :seat AND #user = :user AND epoch = :epoch)",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#user", "user")
            .expression_attribute_values(":seat", text("seat"))
            .expression_attribute_values(":user", text(seat.user.as_str()))
            .expression_attribute_values(":epoch", number(seat.epoch.0))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let reasons = match self.transact(vec![put_item(user)?, put_item(instance)?]).await? {
            Transaction::Done => return Ok(Open::Opened),
            Transaction::Cancelled(reasons) => reasons,
        };
        let old = |n: usize| item(reasons.get(n).and_then(CancellationReason::item));
        let user = match old(0)? {
            Some(Record::User(item)) => Some(item),
            _ => None,
        };
        if user.as_ref().is_some_and(|item| item.identity != *identity) {
            return Ok(Open::OtherPerson);
        }
        let instance = match old(1)? {
            Some(Record::Box(_, item)) => Some(item),
            _ => None,
        };
        Ok(Open::Conflict { user, instance })
    }

    async fn end(&self, seat: &Seat) -> Answer<Write> {
        let request = self
            .change(user_key(&seat.user), "SET #state = :ending")
            .condition_expression(
                "instance = :instance AND epoch = :epoch AND #state IN (:open, :ending)",
            )
            .expression_attribute_values(":open", text("open"))
            .expression_attribute_values(":ending", text("ending"))
            .expression_attribute_values(":instance", text(seat.instance.as_str()))
            .expression_attribute_values(":epoch", number(seat.epoch.0));
        refused(request.send().await)
    }

    async fn park(&self, instance: &InstanceId) -> Answer<Write> {
        // An update, not a put: the item of a dead box keeps its end.
        let request = self
            .change(box_key(instance), "SET #state = :parked")
            .condition_expression("attribute_not_exists(pk) OR #state = :parked")
            .expression_attribute_values(":parked", text("parked"));
        refused(request.send().await)
    }

    async fn close_and_park(
        &self,
        user: &UserId,
        instance: &InstanceId,
        epoch: Epoch,
    ) -> Answer<Write> {
        let close = update(&self.table, user_key(user), "SET #state = :closed")
            .condition_expression(
                "instance = :instance AND epoch = :epoch AND #state IN (:ending, :closed)",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":ending", text("ending"))
            .expression_attribute_values(":closed", text("closed"))
            .expression_attribute_values(":instance", text(instance.as_str()))
            .expression_attribute_values(":epoch", number(epoch.0));
        let park = seat_of(self.put(parked_box(instance, None)?), user, epoch);
        self.write(vec![update_item(close)?, put_item(park)?]).await
    }

    async fn close_dead(
        &self,
        user: &UserId,
        instance: &InstanceId,
        epoch: Epoch,
    ) -> Answer<Write> {
        let close = update(&self.table, user_key(user), "SET #state = :closed")
            .condition_expression("instance = :instance AND epoch = :epoch")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":closed", text("closed"))
            .expression_attribute_values(":instance", text(instance.as_str()))
            .expression_attribute_values(":epoch", number(epoch.0));
        let expires = epoch.0 / 1000 + KEPT_DEAD.as_secs();
        let bury = seat_of(self.put(parked_box(instance, Some(expires))?), user, epoch);
        self.write(vec![update_item(close)?, put_item(bury)?]).await
    }

    async fn bury(&self, instance: &InstanceId, now: Ms) -> Answer<Write> {
        let row = parked_box(instance, Some(now.plus(KEPT_DEAD).seconds()))?;
        let request = self.client.put_item().table_name(&self.table).set_item(Some(row));
        let request = request
            .condition_expression("#state IN (:parked, :waking)")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":parked", text("parked"))
            .expression_attribute_values(":waking", text("waking"));
        refused(request.send().await)
    }

    async fn waking(&self, instance: &InstanceId) -> Answer<Write> {
        self.move_box(instance, "parked", "waking").await
    }

    async fn give_up_wake(&self, instance: &InstanceId) -> Answer<Write> {
        self.move_box(instance, "waking", "parked").await
    }

    async fn clear(&self, instance: &InstanceId) -> Answer<Write> {
        let request = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key("pk", AttributeValue::S(box_key(instance)))
            .condition_expression("attribute_not_exists(pk) OR #state = :waking")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":waking", text("waking"));
        refused(request.send().await)
    }

    async fn user(&self, user: &UserId) -> Answer<Option<UserItem>> {
        match self.get(user_key(user)).await? {
            Some(Record::User(item)) => Ok(Some(item)),
            _ => Ok(None),
        }
    }

    async fn instance(&self, instance: &InstanceId) -> Answer<Option<BoxItem>> {
        match self.get(box_key(instance)).await? {
            Some(Record::Box(_, item)) => Ok(Some(item)),
            _ => Ok(None),
        }
    }

    async fn scan(&self) -> Answer<Items> {
        let request = self.client.scan().table_name(&self.table).consistent_read(true);
        let mut pages = request.into_paginator().send();
        let mut items = Items::default();
        while let Some(page) = pages.next().await {
            for row in page.map_err(error::seats)?.items.unwrap_or_default() {
                match Record::from_item(row)? {
                    Some(Record::User(item)) => items.users.push(item),
                    Some(Record::Box(instance, item)) => items.boxes.push((instance, item)),
                    Some(Record::Capacity) | None => {}
                }
            }
        }
        Ok(items)
    }

    async fn want_capacity(&self, now: Ms) -> Answer<()> {
        let request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key("pk", text(CAPACITY_KEY))
            .update_expression("SET asked = :now")
            .condition_expression("attribute_not_exists(asked) OR asked < :before")
            .expression_attribute_values(":now", number(now.0))
            .expression_attribute_values(":before", number(now.minus(WANTED_EVERY).0));
        refused(request.send().await).map(drop)
    }
}

impl DynamoSeats {
    /// An update of the item at `key`; its expressions may name `#state`.
    fn change(&self, key: String, expression: &str) -> UpdateItemFluentBuilder {
        let request =
            self.client.update_item().table_name(&self.table).key("pk", AttributeValue::S(key));
        request.update_expression(expression).expression_attribute_names("#state", "state")
    }

    async fn move_box(&self, instance: &InstanceId, from: &str, to: &str) -> Answer<Write> {
        let request = self
            .change(box_key(instance), "SET #state = :to")
            .condition_expression("#state IN (:from, :to)")
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":to", text(to));
        refused(request.send().await)
    }
}
