//! The reconcile table: what the group, EC2, the store and the item say of a box, and what follows.
//!
//! | AWS | store, item | do |
//! | --- | --- | --- |
//! | held by its terminate hook | any | evict, close its seat, answer the hook |
//! | terminated, held by its launch hook | any | abandon, evict |
//! | terminated, or on its way out of the group | anything but GONE, or a seat | evict, close its seat |
//! | terminated, and left in standby | GONE | terminate in the group, which forgets it |
//! | listed by nobody, or not by the group, for 15 min | a box that nobody uses | evict |
//! | listed by nobody, for 2.5 min | stopping or standby, parked | evict |
//! | InService, Standby or Pending:Wait | GONE | terminate |
//! | Pending:Wait | nothing | receive, as the launch hook |
//! | InService, running | nothing, absent | probe, admit |
//! | InService, running | waking | receive: delete the item, admit |
//! | InService, unhealthy or not running | pool | stop |
//! | InService | standby | stop |
//! | Standby, running | waking, for up to 5 min | receive: probe, ExitStandby |
//! | Standby, stopped | waking, for up to 5 min | start (again) |
//! | Standby | waking for over 5 min, or at all where boxes are never used again | parked, to stopping |
//! | Standby, running | nothing, pool or standby | stop |
//! | Standby, stopped | nothing or pool; standby without item | stop |
//! | Standby, stopped, a home attached | standby | detach |
//! | any | stopping | the stop flow's |
//!
//! The items were adopted before, so the store's word is the item's wherever there is one. A box in
//! use is nobody's business here, whatever AWS does with it: it ends by its user, by its heartbeat,
//! or by its death.

use std::time::Duration;

use crate::{
    control::{ABSENT, Reuse, WAKE_LIMIT},
    fleet::{Lifecycle, Power},
    seats::BoxItem,
    store::BoxPhase,
};

/// A parked box that neither EC2 nor its group has listed for so long is gone. The table keeps the items
/// of the dead, parked, for longer than EC2 remembers them, so a store that was built anew has them as
/// stopping. A list that is so late costs a box in standby, and nobody theirs.
const FORGOTTEN: Duration = Duration::from_secs(150);

/// What is known of a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Row<'a> {
    /// Where it stands in the group, if the group lists it.
    pub(super) lifecycle: Option<Lifecycle>,
    /// Whether the group takes it for healthy.
    pub(super) healthy: bool,
    /// Its state, if EC2 lists it.
    pub(super) power: Option<Power>,
    /// Whether a home is attached to it.
    pub(super) home: bool,
    /// What the store says.
    pub(super) phase: BoxPhase,
    /// What the table says.
    pub(super) item: Option<&'a BoxItem>,
    /// How long the store has said so.
    pub(super) age: Duration,
    /// What the operator decided.
    pub(super) reuse: Reuse,
}

/// What follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Todo {
    Nothing,
    /// It is dead.
    Evict,
    /// It is dead, and a hook may hold it.
    LetGo,
    /// It died while it booted, and its hook holds its place in the group.
    Abandon,
    /// Nobody can use it again.
    Terminate,
    /// It boots.
    Receive,
    /// A spare, if it is ready.
    Admit,
    /// The stop flow takes it.
    Stop,
    /// Its start was never sent, or came to nothing.
    Start,
    /// Its start takes too long.
    GiveUp,
    /// A function that was paused attached a home to it.
    Detach,
}

impl Row<'_> {
    /// The table.
    pub(super) fn todo(&self) -> Todo {
        use BoxPhase::{Gone, Running, Spare, Standby, Stopping, Unknown, Waking};
        use Lifecycle as L;

        if self.lifecycle == Some(L::TerminatingWait) {
            return Todo::LetGo;
        }
        if self.lifecycle == Some(L::PendingWait) && self.power == Some(Power::Terminated) {
            return Todo::Abandon;
        }
        let seated = matches!(self.item, Some(BoxItem::Seat { .. }));
        let dead = self.phase == Gone && !seated;
        if self.power == Some(Power::Terminated) {
            return match self.lifecycle {
                _ if !dead => Todo::Evict,
                // The group does not look after those, so somebody has to.
                Some(L::Standby) => Todo::Terminate,
                _ => Todo::Nothing,
            };
        }
        let Some(lifecycle) = self.lifecycle else {
            let unused = matches!(self.phase, Spare | Stopping | Standby | Waking);
            let forgotten = self.power.is_none() && self.item == Some(&BoxItem::Parked);
            let absent = if forgotten { FORGOTTEN } else { ABSENT };
            return if unused && self.age > absent { Todo::Evict } else { Todo::Nothing };
        };
        match (lifecycle, self.phase) {
            (L::Terminating, _) if !dead => Todo::Evict,
            (L::InService | L::Standby | L::PendingWait, Gone) => Todo::Terminate,
            (L::PendingWait, Unknown) => Todo::Receive,
            (L::InService, phase) => self.in_service(phase),
            (L::Standby, Unknown | Spare | Standby | Waking) => self.in_standby(),
            (L::Standby, Running | Stopping)
            | (L::PendingWait, _)
            | (
                L::Pending | L::EnteringStandby | L::Terminating | L::TerminatingWait | L::Other,
                _,
            ) => Todo::Nothing,
        }
    }

    fn in_service(&self, phase: BoxPhase) -> Todo {
        let runs = self.power == Some(Power::Running);
        match phase {
            BoxPhase::Unknown if runs && self.healthy && self.item.is_none() => Todo::Admit,
            BoxPhase::Waking if runs => Todo::Receive,
            BoxPhase::Spare if self.power.is_some() && !(runs && self.healthy) => Todo::Stop,
            BoxPhase::Standby => Todo::Stop,
            _ => Todo::Nothing,
        }
    }

    fn in_standby(&self) -> Todo {
        match (self.power, self.phase) {
            (Some(_), BoxPhase::Waking) if self.age > WAKE_LIMIT || self.reuse == Reuse::Never => {
                Todo::GiveUp
            }
            (Some(Power::Running), BoxPhase::Waking) => Todo::Receive,
            (Some(Power::Stopped), BoxPhase::Waking) => Todo::Start,
            (Some(Power::Running), _)
            | (Some(Power::Stopped), BoxPhase::Unknown | BoxPhase::Spare) => Todo::Stop,
            (Some(Power::Stopped), BoxPhase::Standby) if self.item.is_none() => Todo::Stop,
            (Some(Power::Stopped), BoxPhase::Standby) if self.home => Todo::Detach,
            _ => Todo::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In no list of EC2 or the group for so long: only where EC2 and the table both say that it is over is the
    /// shorter time enough.
    #[test]
    fn a_box_that_is_in_no_list_is_dead_after_the_longer_time_unless_the_table_holds_it_for_parked()
    {
        let absent = |power, item, age| {
            let (lifecycle, healthy, home) = (None, true, false);
            let (phase, reuse) = (BoxPhase::Standby, Reuse::Clean);
            Row { power, lifecycle, healthy, home, phase, item, age, reuse }.todo()
        };
        let second = Duration::from_secs(1);
        for (power, item, limit) in [
            (None, Some(&BoxItem::Parked), FORGOTTEN),
            (None, None, ABSENT),
            (Some(Power::Stopped), Some(&BoxItem::Parked), ABSENT),
        ] {
            assert_eq!(absent(power, item, limit), Todo::Nothing, "{power:?} {item:?}");
            assert_eq!(absent(power, item, limit + second), Todo::Evict, "{power:?} {item:?}");
        }
    }
}
