//! The table's port.

use hotdesk::{
    clock::Ms,
    homes::{Home, Homes},
    id::{InstanceId, UserId},
    ledger::{End, Ending, Farewell, Session},
    seats::{Answer, BoxItem, Identity, Items, Open, Page, Seat, Seats, UserItem, Write},
};

use super::{Ports, table_error, unexplored};
use crate::call::{Call, Reply, TableCall};

macro_rules! calls {
    ($($name:ident($($arg:ident: $ty:ty),*) -> $out:ty = $call:expr, $reply:ident;)*) => {
        impl Seats for Ports {
            $(async fn $name(&self $(, $arg: $ty)*) -> Answer<$out> {
                $(let _ = &$arg;)*
                match self.call(Call::Table($call)).await {
                    Reply::$reply(answer) => Ok(answer),
                    other => Err(table_error(&other)),
                }
            })*

            async fn users(&self, users: &[UserId]) -> Answer<Vec<UserItem>> {
                if users.is_empty() {
                    return Ok(Vec::new());
                }
                match self.call(Call::Table(TableCall::Users(users.to_vec()))).await {
                    Reply::Users(items) => Ok(items),
                    other => Err(table_error(&other)),
                }
            }

            async fn instances(
                &self,
                instances: &[InstanceId],
            ) -> Answer<Vec<(InstanceId, BoxItem)>> {
                if instances.is_empty() {
                    return Ok(Vec::new());
                }
                match self.call(Call::Table(TableCall::Instances(instances.to_vec()))).await {
                    Reply::Instances(items) => Ok(items),
                    other => Err(table_error(&other)),
                }
            }

            // Wakes capacity, which may begin at any moment here anyway.
            async fn want_capacity(&self, _: Ms) -> Answer<()> {
                Ok(())
            }

            async fn revoke(&self, _: &UserId, _: &UserId, _: Ms) -> Answer<Option<Seat>> {
                unexplored("revoke")
            }
        }
    };
}

calls! {
    open(seat: &Seat, identity: &Identity, began: Ms, due: Ms) -> Open = TableCall::Open(seat.clone()), Open;
    end(seat: &Seat, ending: &Ending) -> Write = TableCall::End(seat.clone(), ending.clone()), Write;
    part(seat: &Seat, farewell: Farewell) -> Write = TableCall::Part(seat.clone(), farewell), Write;
    park(instance: &InstanceId) -> Write = TableCall::Park(instance.clone()), Write;
    close_and_park(end: &End) -> Write = TableCall::CloseAndPark(end.seat.clone()), Write;
    close_dead(end: &End) -> Write = TableCall::CloseDead(end.seat.clone()), Write;
    bury(instance: &InstanceId, now: Ms) -> Write = TableCall::Bury(instance.clone()), Write;
    waking(instance: &InstanceId) -> Write = TableCall::Waking(instance.clone()), Write;
    give_up_wake(instance: &InstanceId) -> Write = TableCall::GiveUpWake(instance.clone()), Write;
    clear(instance: &InstanceId) -> Write = TableCall::Clear(instance.clone()), Write;
    user(user: &UserId) -> Option<UserItem> = TableCall::User(user.clone()), User;
    instance(instance: &InstanceId) -> Option<BoxItem> = TableCall::Instance(instance.clone()), Instance;
    page(after: Option<&str>, limit: usize) -> Page = TableCall::Page, Page;
    scan() -> Items = TableCall::Scan, Items;
}

impl Homes for Ports {
    async fn homes(&self, _: &[UserId]) -> Answer<Vec<Home>> {
        unexplored("homes")
    }

    async fn save_home(&self, _: &Home) -> Answer<Write> {
        unexplored("save_home")
    }

    // Homes are not explored: the pass finds nothing to do with them.
    async fn due_homes(&self, _: Ms, _: usize) -> Answer<Vec<UserId>> {
        Ok(Vec::new())
    }

    async fn sessions(&self, _: &UserId, _: usize) -> Answer<Vec<Session>> {
        unexplored("sessions")
    }
}
