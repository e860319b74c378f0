//! The calls on the tables, one by one.

use std::fmt::Write as _;

use hotdesk::{
    clock::Ms,
    homes::{Home, Homes},
    id::{InstanceId, UserId},
    ledger::{End, Ending, Farewell, Session, Why},
    seats::{
        Answer, BoxItem, Identity, Items, Open, Page, Seat, Seats, UserItem, UserState, Write,
    },
};

use super::WorldSeats;
use crate::world::words::Words;

macro_rules! calls {
    ($port:ident: $($name:ident($($arg:ident: $ty:ty),*) -> $out:ty;)* $(=> $($by_hand:item)*)?) => {
        impl $port for WorldSeats {
            $(async fn $name(&self $(, $arg: $ty)*) -> Answer<$out> {
                let question = |words: &mut Words| write!(words, "{:?}", ($(&$arg,)*));
                self.call(stringify!($name), question, async {
                    let answer = self.table.$name($($arg),*).await;
                    if let Some(real) = &self.real {
                        real.compare(stringify!($name), &answer, real.seats.$name($($arg),*));
                    }
                    answer
                }).await
            })*
            $($($by_hand)*)?
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
    part(seat: &Seat, farewell: Farewell) -> Write;
    park(instance: &InstanceId) -> Write;
    close_and_park(end: &End) -> Write;
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
=>
    async fn end(&self, seat: &Seat, ending: &Ending) -> Answer<Write> {
        let question = |words: &mut Words| write!(words, "{:?}", (seat, ending));
        self.call("end", question, async {
            let was_open = self.is(&seat.user, UserState::Open).await;
            let answer = self.table.end(seat, ending).await;
            if was_open && matches!(answer, Ok(Write::Done)) {
                self.tell_end(seat, ending);
            }
            if let Some(real) = &self.real {
                real.compare("end", &answer, real.seats.end(seat, ending));
            }
            answer
        }).await
    }

    async fn close_dead(&self, end: &End) -> Answer<Write> {
        let question = |words: &mut Words| write!(words, "{end:?}");
        self.call("close_dead", question, async {
            let was_open = self.is(&end.seat.user, UserState::Open).await;
            let answer = self.table.close_dead(end).await;
            if was_open && matches!(answer, Ok(Write::Done)) {
                self.tell_end(&end.seat, &Ending { why: Why::Lost, ..end.ending.clone() });
            }
            if let Some(real) = &self.real {
                real.compare("close_dead", &answer, real.seats.close_dead(end));
            }
            answer
        }).await
    }
}
