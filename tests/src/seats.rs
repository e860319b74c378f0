//! The reference model of the durable seats, the homes and the ledger: the tables in memory, with the
//! conditions and outcomes of `hotdesk_aws::DynamoSeats`, and what the seats' stream would say.

mod change;
mod homes;
mod read;
mod table;

use std::sync::{Arc, Mutex, MutexGuard};

pub use change::{Change, Item, stream_event};
use change::{box_key, user_key};
use hotdesk::{
    clock::Ms,
    homes::{Home, Homes},
    id::{InstanceId, UserId},
    ledger::{End, Ending, Farewell, Session},
    seats::{Answer, BoxItem, Identity, Items, Open, Page, Seat, Seats, UserItem, Write},
};
use table::Table;

/// [`Seats`] and [`Homes`] in memory; boxes cost nothing. Clones are the same tables. Every call is one step, waits for nothing and
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

    /// Forgets all but the last sessions of each user in the ledger, so many, for runs in which years pass.
    ///
    /// # Panics
    /// If a call on this table has panicked.
    pub fn forget_sessions(&self, kept: usize) {
        self.table().forget_sessions(kept);
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        self.0.lock().expect("not poisoned")
    }
}

impl Homes for MemorySeats {
    async fn homes(&self, users: &[UserId]) -> Answer<Vec<Home>> {
        Ok(self.table().homes(users))
    }

    async fn save_home(&self, home: &Home) -> Answer<Write> {
        Ok(self.table().save_home(home))
    }

    async fn due_homes(&self, now: Ms, limit: usize) -> Answer<Vec<UserId>> {
        Ok(self.table().due_homes(now, limit))
    }

    async fn sessions(&self, user: &UserId, limit: usize) -> Answer<Vec<Session>> {
        Ok(self.table().sessions(user, limit))
    }
}

impl Seats for MemorySeats {
    async fn open(&self, seat: &Seat, identity: &Identity, began: Ms, due: Ms) -> Answer<Open> {
        self.table().open(seat, identity, began, due)
    }

    async fn revoke(&self, user: &UserId, by: &UserId, now: Ms) -> Answer<Option<Seat>> {
        Ok(self.table().revoke(user, by, now))
    }

    async fn end(&self, seat: &Seat, ending: &Ending) -> Answer<Write> {
        Ok(self.table().end(seat, ending))
    }

    async fn part(&self, seat: &Seat, farewell: Farewell) -> Answer<Write> {
        Ok(self.table().part(seat, farewell))
    }

    async fn park(&self, instance: &InstanceId) -> Answer<Write> {
        Ok(self.table().park(instance))
    }

    async fn close_and_park(&self, end: &End) -> Answer<Write> {
        self.table().close(end, None)
    }

    async fn close_dead(&self, end: &End) -> Answer<Write> {
        self.table().close_dead(end)
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
