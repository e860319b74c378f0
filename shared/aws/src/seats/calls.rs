//! [`Seats`]: each call with the condition that makes it safe to repeat and to lose.

use std::time::Duration;

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use hotdesk::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::{Answer, BoxItem, Identity, Items, Open, Page, Seat, Seats, UserItem, Write},
};

use super::{
    DynamoSeats, Transaction,
    condition::{number, refused, seat_of, text, update, update_item},
    record::{CAPACITY_KEY, Record, box_key, user_key},
};

/// How long the item of a dead box is kept: longer than EC2 lists the box (about an hour) and the
/// store remembers it (24 h).
const KEPT_DEAD: Duration = Duration::from_secs(48 * 3600);

/// Word that capacity is wanted is left at most this often.
const WANTED_EVERY: Duration = Duration::from_secs(3);

impl Seats for DynamoSeats {
    async fn open(&self, seat: &Seat, identity: &Identity, began: Ms) -> Answer<Open> {
        self.open_seat(seat, identity, began).await
    }

    async fn revoke(&self, user: &UserId, now: Ms) -> Answer<Option<Seat>> {
        self.revoke_sessions(user, now).await
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
        self.close(user, instance, epoch, None).await
    }

    async fn close_dead(
        &self,
        user: &UserId,
        instance: &InstanceId,
        epoch: Epoch,
        now: Ms,
    ) -> Answer<Write> {
        self.close(user, instance, epoch, Some(now.plus(KEPT_DEAD))).await
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
            .table_name(&self.table)
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
        let request = self.client.update_item().table_name(&self.table).key("pk", text(&key));
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

    /// Closes a seat and parks its box. The seat of a living box must be ending; that of a dead one
    /// (`kept`: until when its item is) may also be open. The item of a dead box keeps its end.
    async fn close(
        &self,
        user: &UserId,
        instance: &InstanceId,
        epoch: Epoch,
        kept: Option<Ms>,
    ) -> Answer<Write> {
        let from = if kept.is_some() { "open" } else { "ending" };
        let close = update(&self.table, user_key(user), "SET #state = :closed")
            .condition_expression(
                "instance = :instance AND epoch = :epoch AND #state IN (:from, :ending, :closed)",
            )
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":from", text(from))
            .expression_attribute_values(":ending", text("ending"))
            .expression_attribute_values(":closed", text("closed"))
            .expression_attribute_values(":instance", text(instance.as_str()))
            .expression_attribute_values(":epoch", number(epoch.0));
        let set = match kept {
            Some(_) => "SET #state = :parked, expires = :expires REMOVE #user, epoch",
            None => "SET #state = :parked REMOVE #user, epoch",
        };
        let park = seat_of(update(&self.table, box_key(instance), set), user, epoch);
        let park = match kept {
            Some(kept) => park.expression_attribute_values(":expires", number(kept.seconds())),
            None => park,
        };
        match self.transact(vec![update_item(close)?, update_item(park)?]).await? {
            Transaction::Done => Ok(Write::Done),
            Transaction::Cancelled(_) => Ok(Write::Refused),
        }
    }
}
