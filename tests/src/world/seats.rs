//! The table in memory, behind a gate.

use hotdesk::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::{Answer, BoxItem, Identity, Items, Open, Page, Seat, Seats, UserItem, Write},
};

use super::gate::{Gate, Kind};
use crate::seats::MemorySeats;

/// [`MemorySeats`] behind a gate. Clones are the same table.
#[derive(Clone)]
pub struct WorldSeats {
    /// The table itself.
    pub table: MemorySeats,
    gate: Gate,
}

impl WorldSeats {
    pub(super) fn new(gate: &Gate) -> Self {
        Self { table: MemorySeats::default(), gate: gate.clone() }
    }
}

macro_rules! calls {
    ($($name:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*) => {
        impl Seats for WorldSeats {
            $(async fn $name(&self $(, $arg: $ty)*) -> Answer<$out> {
                self.gate.enter().await;
                let answer = self.table.$name($($arg),*).await;
                self.gate.leave(Kind::Aws, stringify!($name)).await;
                answer
            })*
        }
    };
}

calls! {
    open(seat: &Seat, identity: &Identity, began: Ms) -> Open;
    revoke(user: &UserId, now: Ms) -> Option<Seat>;
    end(seat: &Seat) -> Write;
    park(instance: &InstanceId) -> Write;
    close_and_park(user: &UserId, instance: &InstanceId, epoch: Epoch) -> Write;
    close_dead(user: &UserId, instance: &InstanceId, epoch: Epoch, now: Ms) -> Write;
    bury(instance: &InstanceId, now: Ms) -> Write;
    waking(instance: &InstanceId) -> Write;
    give_up_wake(instance: &InstanceId) -> Write;
    clear(instance: &InstanceId) -> Write;
    user(user: &UserId) -> Option<UserItem>;
    instance(instance: &InstanceId) -> Option<BoxItem>;
    users(users: &[UserId]) -> Vec<UserItem>;
    instances(instances: &[InstanceId]) -> Vec<(InstanceId, BoxItem)>;
    page(after: Option<&str>, limit: usize) -> Page;
    scan() -> Items;
    want_capacity(now: Ms) -> ();
}
