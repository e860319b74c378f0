//! Calls on the table, and what must not happen with them.

use std::sync::Arc;

use hotdesk::{
    fleet::{Lifecycle, Power},
    ledger::Why,
    seats::{BoxItem, Open, Seat, UserState, Write},
};

use super::Step;
use crate::{
    call::{Reply, TableCall},
    mutant::Mutant,
    names::{box_index, user_index},
    outcome::Outcome,
    table::Table,
};

impl Step<'_> {
    fn items(&mut self) -> &mut Table {
        Arc::make_mut(&mut self.state.table)
    }

    pub(super) fn table(&mut self, call: &TableCall) -> Reply {
        let (broken, table) = (self.world.broken, Arc::clone(&self.state.table));
        let write = match call {
            TableCall::Open(seat) => return self.open(seat),
            TableCall::User(user) => return Reply::User(table.users.get(user).cloned()),
            TableCall::Instance(id) => return Reply::Instance(table.boxes.get(id).cloned()),
            TableCall::Users(users) => return Reply::Users(table.users(users)),
            TableCall::Instances(ids) => return Reply::Instances(table.instances(ids)),
            TableCall::Page => return Reply::Page(table.page()),
            TableCall::Scan => return Reply::Items(table.items()),
            TableCall::End(seat, ending) => {
                let before = table.users.get(&seat.user);
                let ended = self.items().end(seat, ending, broken);
                let ends = before.is_some_and(|item| item.state == UserState::Open)
                    && ended == Write::Done;
                if ends && before.is_some_and(|item| item.seat.epoch != seat.epoch) {
                    self.state.breaks("another seat ends than was meant");
                }
                if ends && ending.why == Why::Idle {
                    self.check_idle(seat);
                }
                ended
            }
            TableCall::Part(seat, farewell) => self.items().part(seat, *farewell),
            TableCall::Park(id) => self.items().park(id, broken),
            TableCall::CloseAndPark(seat) => self.close(seat),
            TableCall::CloseDead(seat) => self.close_dead(seat),
            TableCall::Bury(id) => self.items().bury(id),
            TableCall::Waking(id) => self.items().turn(id, &BoxItem::Parked, &BoxItem::Waking),
            TableCall::GiveUpWake(id) => {
                let given_up = self.items().turn(id, &BoxItem::Waking, &BoxItem::Parked);
                if given_up == Write::Done {
                    self.note(Outcome::WakeGivenUp);
                }
                given_up
            }
            TableCall::Clear(_) if self.is(Mutant::NeverCleared) => Write::Done,
            TableCall::Clear(id) => {
                let cleared = self.items().clear(id);
                if cleared == Write::Done {
                    self.note(Outcome::Back);
                }
                cleared
            }
        };
        Reply::Write(write)
    }

    fn open(&mut self, seat: &Seat) -> Reply {
        let broken = self.world.broken;
        let before = self.state.table.open_on(&seat.instance).cloned();
        let opened = self.items().open(seat, broken);
        if opened != Open::Opened {
            self.note(Outcome::Conflict);
            return Reply::Open(opened);
        }
        let same = before.is_some_and(|item| item.seat.user == seat.user);
        let (user, n) = (user_index(&seat.user), box_index(&seat.instance));
        let Some(b) = &mut self.state.cloud.boxes[n] else { return Reply::Open(opened) };
        let dying = b.power == Power::Terminated
            || matches!(b.lifecycle, Lifecycle::TerminatingWait | Lifecycle::Other);
        if same || dying {
            return Reply::Open(opened);
        }
        let other = b.tenant.replace(user).is_some_and(|tenant| tenant != user);
        let stopped = b.power != Power::Running || b.lifecycle != Lifecycle::InService;
        let drained = b.drained;
        if other {
            self.state.breaks("a box goes from one user to the next without a boot");
        }
        if stopped {
            self.state.breaks("somebody is sent to a box that is not in service");
        }
        if drained {
            self.state.breaks("somebody is sent to a box that was drained");
        }
        Reply::Open(opened)
    }

    fn close(&mut self, seat: &Seat) -> Write {
        let broken = self.world.broken;
        let before = self.state.table.users.get(&seat.user).map(|item| item.state);
        let closed = self.items().close(seat, false, broken);
        // It may have been closed before.
        if closed == Write::Done && before != Some(UserState::Closed) {
            self.note(Outcome::Closed);
            let body = self.state.cloud.of(&seat.instance);
            if body.is_some_and(|b| b.power == Power::Running && b.lifecycle != Lifecycle::Other) {
                self.state.breaks("a seat is closed while its box runs");
            }
        }
        closed
    }

    fn close_dead(&mut self, seat: &Seat) -> Write {
        let broken = self.world.broken;
        let open = self.state.table.open_on(&seat.instance).is_some();
        let closed = self.items().close(seat, true, broken);
        if closed == Write::Done {
            self.note(Outcome::ClosedDead);
            let body = self.state.cloud.of(&seat.instance);
            let lives = body.is_some_and(|b| {
                b.power != Power::Terminated && b.lifecycle != Lifecycle::TerminatingWait
            });
            if open && lives {
                self.state.breaks("the seat of a living box is closed as if it were dead");
            }
        }
        closed
    }
}
