//! [`Seats`]: each call with the condition that makes it safe to repeat and to lose.

use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use hotdesk::{
    clock::Ms,
    id::{InstanceId, UserId},
    ledger::{End, Ending, Farewell},
    seats::{Answer, BoxItem, Identity, Items, Open, Page, Seat, Seats, UserItem, Write},
};

use super::{
    DynamoSeats,
    condition::{number, refused, text},
    record::{CAPACITY_KEY, Record, box_key, user_key},
};

/// How long the item of a dead box is kept: longer than EC2 lists the box (about an hour) and the
/// store remembers it (24 h).
const KEPT_DEAD: Duration = Duration::from_secs(48 * 3600);

/// Word that capacity is wanted is left at most this often.
const WANTED_EVERY: Duration = Duration::from_secs(3);

impl Seats for DynamoSeats {
    async fn open(&self, seat: &Seat, identity: &Identity, began: Ms, due: Ms) -> Answer<Open> {
        self.open_seat(seat, identity, began, due).await
    }

    async fn revoke(&self, user: &UserId, by: &UserId, now: Ms) -> Answer<Option<Seat>> {
        self.revoke_sessions(user, by, now).await
    }

    async fn end(&self, seat: &Seat, ending: &Ending) -> Answer<Write> {
        self.end_seat(seat, ending).await
    }

    async fn part(&self, seat: &Seat, farewell: Farewell) -> Answer<Write> {
        self.note_farewell(seat, farewell).await
    }

    async fn park(&self, instance: &InstanceId) -> Answer<Write> {
        // An update, not a put: the item of a dead box keeps its end.
        let request = self
            .change(box_key(instance), "SET #state = :parked")
            .condition_expression("attribute_not_exists(pk) OR #state = :parked")
            .expression_attribute_values(":parked", text("parked"));
        refused(request.send().await)
    }

    async fn close_and_park(&self, end: &End) -> Answer<Write> {
        self.close(end, None).await
    }

    async fn close_dead(&self, end: &End) -> Answer<Write> {
        self.close(end, Some(end.at.plus(KEPT_DEAD))).await
    }

    async fn bury(&self, instance: &InstanceId, now: Ms) -> Answer<Write> {
        let request = self
            .change(box_key(instance), "SET #state = :parked, expires = :expires")
            .condition_expression("#state IN (:parked, :waking)")
            .expression_attribute_values(":parked", text("parked"))
            .expression_attribute_values(":waking", text("waking"))
            .expression_attribute_values(":expires", number(now.plus(KEPT_DEAD).seconds()));
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
            .table_name(&self.tables.seats)
            .key("pk", text(&box_key(instance)))
            .condition_expression("attribute_not_exists(pk) OR #state = :waking")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":waking", text("waking"));
        refused(request.send().await)
    }

    async fn user(&self, user: &UserId) -> Answer<Option<UserItem>> {
        Ok(self.get(&user_key(user)).await?.and_then(Record::into_user))
    }

    async fn instance(&self, instance: &InstanceId) -> Answer<Option<BoxItem>> {
        let record = self.get(&box_key(instance)).await?;
        Ok(record.and_then(Record::into_box).map(|(_, item)| item))
    }

    async fn users(&self, users: &[UserId]) -> Answer<Vec<UserItem>> {
        let records = self.get_all(users.iter().map(user_key)).await?;
        Ok(records.into_iter().filter_map(Record::into_user).collect())
    }

    async fn instances(&self, instances: &[InstanceId]) -> Answer<Vec<(InstanceId, BoxItem)>> {
        let records = self.get_all(instances.iter().map(box_key)).await?;
        Ok(records.into_iter().filter_map(Record::into_box).collect())
    }

    async fn page(&self, after: Option<&str>, limit: usize) -> Answer<Page> {
        // DynamoDB refuses a limit of none.
        let limit = i32::try_from(limit.max(1)).unwrap_or(i32::MAX);
        self.read_page(after, Some(limit)).await
    }

    async fn scan(&self) -> Answer<Items> {
        let mut all = Items::default();
        let mut after = None;
        loop {
            let page = self.read_page(after.as_deref(), None).await?;
            all.users.extend(page.items.users);
            all.boxes.extend(page.items.boxes);
            all.revoked.extend(page.items.revoked);
            after = page.next;
            if after.is_none() {
                return Ok(all);
            }
        }
    }

    async fn want_capacity(&self, now: Ms) -> Answer<()> {
        let request = self
            .client
            .update_item()
            .table_name(&self.tables.seats)
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
    pub(super) fn change(&self, key: String, expression: &str) -> UpdateItemFluentBuilder {
        let request = self.client.update_item().table_name(&self.tables.seats);
        let request = request.key("pk", text(&key)).update_expression(expression);
        request.expression_attribute_names("#state", "state")
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
