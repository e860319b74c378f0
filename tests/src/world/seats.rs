//! The table in memory, behind a gate.

use std::sync::{Arc, Mutex};

use hotdesk::{
    clock::Ms,
    homes::{Home, Homes},
    id::{InstanceId, UserId},
    ledger::{End, Ending, Farewell, Session},
    seats::{Answer, BoxItem, Identity, Items, Open, Page, Seat, Seats, UserItem, Write},
};

use tokio::sync::Notify;

use super::{
    beginning::Recording,
    gate::{Gate, Kind},
    real::Real,
};
use crate::seats::MemorySeats;

/// [`MemorySeats`] behind a gate. Clones are the same table.
#[derive(Clone)]
pub struct WorldSeats {
    /// The table itself.
    pub table: MemorySeats,
    /// Somebody called it.
    pub(super) called: Arc<Notify>,
    gate: Gate,
    real: Option<Real>,
}

impl WorldSeats {
    pub(super) fn new(
        gate: &Gate,
        recording: Option<&Recording>,
        violations: &Arc<Mutex<Vec<String>>>,
    ) -> Self {
        let real = recording.map(|recording| Real::new(recording, violations));
        Self { table: MemorySeats::default(), called: Arc::default(), gate: gate.clone(), real }
    }
}

macro_rules! calls {
    ($port:ident: $($name:ident($($arg:ident: $ty:ty),*) -> $out:ty;)*) => {
        impl $port for WorldSeats {
            $(async fn $name(&self $(, $arg: $ty)*) -> Answer<$out> {
                self.gate.enter().await;
                let answer = self.table.$name($($arg),*).await;
                if let Some(real) = &self.real {
                    real.compare(stringify!($name), &answer, real.seats.$name($($arg),*));
                }
                self.called.notify_one();
                self.gate.leave(Kind::Aws, stringify!($name)).await;
                answer
            })*
        }
    };
}

calls! { Homes:
    homes(users: &[UserId]) -> Vec<Home>;
    save_home(home: &Home) -> Write;
    due_homes(now: Ms, limit: usize) -> Vec<UserId>;
    sessions(user: &UserId, limit: usize) -> Vec<Session>;
}

calls! { Seats:
    open(seat: &Seat, identity: &Identity, began: Ms, due: Ms) -> Open;
    revoke(user: &UserId, by: &UserId, now: Ms) -> Option<Seat>;
    end(seat: &Seat, ending: &Ending) -> Write;
    part(seat: &Seat, farewell: Farewell) -> Write;
    park(instance: &InstanceId) -> Write;
    close_and_park(end: &End) -> Write;
    close_dead(end: &End) -> Write;
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
