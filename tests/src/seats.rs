//! The reference model of the durable seats: the table in memory, with the conditions and outcomes
//! of `hotdesk_aws::DynamoSeats`, and what its stream would say.

mod change;
mod read;
mod table;

use std::sync::{Arc, Mutex, MutexGuard};

pub use change::{Change, Item, stream_event};
use change::{box_key, user_key};
use hotdesk::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::{Answer, BoxItem, Identity, Items, Open, Page, Seat, Seats, UserItem, Write},
};
use table::Table;

/// [`Seats`] in memory. Clones are the same table. Every call is one step, waits for nothing and
/// never fails.
#[derive(Clone, Debug, Default)]
pub struct MemorySeats(Arc<Mutex<Table>>);

impl MemorySeats {
    /// What has changed since the last time that somebody asked, in order.
    ///
    /// # Panics
    /// If a call on this table has panicked.
    #[must_use]
    pub fn take_changes(&self) -> Vec<Change> {
        self.table().take_changes()
    }

    /// Removes the items whose time is over, as DynamoDB does some time after it is, and says how
    /// many.
    ///
    /// # Panics
    /// If a call on this table has panicked.
    pub fn expire(&self, now: Ms) -> usize {
        self.table().expire(now)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().expect("not poisoned")
    }
}

impl Seats for MemorySeats {
    async fn open(&self, seat: &Seat, identity: &Identity, began: Ms) -> Answer<Open> {
        Ok(self.table().open(seat, identity, began))
    }

    async fn revoke(&self, user: &UserId, now: Ms) -> Answer<Option<Seat>> {
        Ok(self.table().revoke(user, now))
    }

    async fn end(&self, seat: &Seat) -> Answer<Write> {
        Ok(self.table().end(seat))
    }

    async fn park(&self, instance: &InstanceId) -> Answer<Write> {
        Ok(self.table().park(instance))
    }

    async fn close_and_park(
        &self,
        user: &UserId,
        instance: &InstanceId,
        epoch: Epoch,
    ) -> Answer<Write> {
        Ok(self.table().close(user, instance, epoch, None))
    }

    async fn close_dead(
        &self,
        user: &UserId,
        instance: &InstanceId,
        epoch: Epoch,
        now: Ms,
    ) -> Answer<Write> {
        Ok(self.table().close_dead(user, instance, epoch, now))
    }

    async fn bury(&self, instance: &InstanceId, now: Ms) -> Answer<Write> {
        Ok(self.table().bury(instance, now))
    }

    async fn waking(&self, instance: &InstanceId) -> Answer<Write> {
        Ok(self.table().move_box(instance, BoxItem::Parked, BoxItem::Waking))
    }

    async fn give_up_wake(&self, instance: &InstanceId) -> Answer<Write> {
        Ok(self.table().move_box(instance, BoxItem::Waking, BoxItem::Parked))
    }

    async fn clear(&self, instance: &InstanceId) -> Answer<Write> {
        Ok(self.table().clear(instance))
    }

    async fn user(&self, user: &UserId) -> Answer<Option<UserItem>> {
        Ok(self.table().user(user))
    }

    async fn instance(&self, instance: &InstanceId) -> Answer<Option<BoxItem>> {
        Ok(self.table().instance(instance))
    }

    async fn users(&self, users: &[UserId]) -> Answer<Vec<UserItem>> {
        Ok(self.table().all(users.iter().map(user_key)).users)
    }

    async fn instances(&self, instances: &[InstanceId]) -> Answer<Vec<(InstanceId, BoxItem)>> {
        Ok(self.table().all(instances.iter().map(box_key)).boxes)
    }

    async fn page(&self, after: Option<&str>, limit: usize) -> Answer<Page> {
        Ok(self.table().page(after, limit))
    }

    async fn scan(&self) -> Answer<Items> {
        Ok(self.table().page(None, usize::MAX).items)
    }

    async fn want_capacity(&self, now: Ms) -> Answer<()> {
        self.table().want_capacity(now);
        Ok(())
    }
}
