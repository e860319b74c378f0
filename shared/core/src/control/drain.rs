//! Orders to boxes whose user's seat is ending: nobody is let in any more, whoever is in is out, and
//! the user's files are let go of.
//!
//! Given when the table's stream tells of the seat, and again, until the box has done it, before the
//! box leaves service. Best effort: a box that is not reached, or not done in time, is stopped all the
//! same, and the ledger says so. An order meets no later user of the box: what is ending never opens
//! again, and the order is over before the box may be started anew ([`crate::token::ORDER_LIFETIME`],
//! [`crate::store::REST`]).

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures::{StreamExt, stream};
use tracing::{info, warn};

use super::{ControlPlane, PARALLEL};
use crate::{
    audit::{Line, What},
    clock::Clock,
    error::Error,
    fleet::{Boxes, Drained, Fleet},
    id::{InstanceId, UserId},
    ledger::Farewell,
    seats::{Addresses, Seat, Seats, UserItem, UserState},
    store::Store,
};

/// How long a round of orders may take; a box answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many orders are on their way at once: as many as a batch of the stream has records.
const AT_ONCE: usize = 100;

/// How often one function repeats the order, a second from one to the next.
const ROUNDS: usize = 8;

/// How often a box may give no answer before it is taken for silent.
const MISSES: usize = 2;

/// How long a box has for the files, from the decision that its seat ends.
const PARTING: Duration = Duration::from_secs(45);

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Drains the boxes of these seats. Whoever tells of them may be late, so the table is asked
    /// which of them are ending still. What fails is logged: the stop of a box does it again.
    pub async fn drain_ending(&self, seats: &[Seat]) {
        if seats.is_empty() {
            return;
        }
        let users: Vec<UserId> = seats.iter().map(|seat| seat.user.clone()).collect();
        let items = match self.seats.users(&users).await {
            Ok(items) => items,
            Err(error) => {
                let error = Error::from(error);
                warn!(code = error.code(), error = error.chain(), "nothing drained");
                return;
            }
        };
        let told = |seat: &Seat| {
            seats.iter().any(|s| s.instance == seat.instance && s.epoch == seat.epoch)
        };
        let ending = items.into_iter().filter(|item| item.state == UserState::Ending);
        let ending = ending.map(|item| item.seat).filter(told);
        let ending = ending.map(|seat| (seat.instance, seat.addresses)).collect();
        for (instance, drained) in self.drain(ending).await {
            self.log_drain(&instance, drained);
        }
    }

    /// Has the boxes of these ending seats let go of their users' files, and notes how each did.
    /// Returns how; those that are still at it are left out.
    ///
    /// # Errors
    /// The table did not answer.
    pub(super) async fn part(
        &self,
        seats: Vec<(UserItem, Addresses)>,
    ) -> Result<BTreeMap<InstanceId, Farewell>, Error> {
        let mut waiting: BTreeMap<InstanceId, (UserItem, Addresses)> =
            seats.into_iter().map(|(item, at)| (item.seat.instance.clone(), (item, at))).collect();
        let mut misses: BTreeMap<InstanceId, usize> = BTreeMap::new();
        let mut parted = BTreeMap::new();
        for round in 0..ROUNDS {
            if round > 0 && !waiting.is_empty() {
                self.pause(1).await;
            }
            let boxes = waiting.iter().map(|(id, (_, at))| (id.clone(), at.clone())).collect();
            let mut answers = self.drain(boxes).await;
            let mut over = BTreeMap::new();
            for (id, (item, _)) in &waiting {
                let answer = answers.remove(id);
                if let Some(farewell) = self.farewell(item, answer, misses.entry(id.clone())) {
                    over.insert(id.clone(), farewell);
                }
            }
            for (id, farewell) in &over {
                self.log_parting(id, *farewell);
            }
            let notes = stream::iter(over.clone()).map(|(id, farewell)| {
                let seat = waiting.get(&id).map(|(item, _)| item.seat.clone());
                async move {
                    match seat {
                        Some(seat) => self.seats.part(&seat, farewell).await.map(drop),
                        None => Ok(()),
                    }
                }
            });
            for noted in notes.buffer_unordered(PARALLEL).collect::<Vec<_>>().await {
                noted?;
            }
            let done: BTreeSet<InstanceId> = over.keys().cloned().collect();
            waiting.retain(|id, _| !done.contains(id));
            parted.extend(over);
            if waiting.is_empty() {
                break;
            }
        }
        Ok(parted)
    }

    /// How a box let go of the files, if that is known by now. No answer at all: it was not asked yet.
    fn farewell(
        &self,
        item: &UserItem,
        answer: Option<Drained>,
        misses: std::collections::btree_map::Entry<'_, InstanceId, usize>,
    ) -> Option<Farewell> {
        let decided = item.ending.as_ref().map(|ending| ending.at);
        let late = decided.is_none_or(|at| self.clock.now().since(at) > PARTING);
        match answer {
            Some(Drained::Done(farewell)) => Some(farewell),
            Some(Drained::Unreachable) => {
                let misses = misses.or_default();
                *misses += 1;
                (late || *misses >= MISSES).then_some(Farewell::Silent)
            }
            Some(Drained::Saving) | None => late.then_some(Farewell::Late),
        }
    }

    /// Orders boxes whose seat is ending, once. Those that were not come to within the time are left
    /// out.
    async fn drain(&self, boxes: Vec<(InstanceId, Addresses)>) -> BTreeMap<InstanceId, Drained> {
        let orders = stream::iter(boxes).map(|(instance, at)| async move {
            let drained = self.boxes.drain(&instance, &at).await;
            (instance, drained)
        });
        let mut orders = orders.buffer_unordered(AT_ONCE);
        let mut answers = BTreeMap::new();
        let all = async {
            while let Some((instance, drained)) = orders.next().await {
                answers.insert(instance, drained);
            }
        };
        if tokio::time::timeout(PATIENCE, all).await.is_err() {
            warn!("some boxes were not drained in time");
        }
        answers
    }

    fn log_drain(&self, instance: &InstanceId, drained: Drained) {
        let result = match drained {
            Drained::Done(_) | Drained::Saving => "done",
            Drained::Unreachable => "refused: unreachable",
        };
        let (at, on) = (self.clock.now(), Some(instance.as_str()));
        Line { what: What::Drain, at, who: None, on, from: None, result }.log();
    }

    fn log_parting(&self, instance: &InstanceId, farewell: Farewell) {
        let result = match farewell {
            Farewell::Saved | Farewell::Nothing => "done",
            Farewell::Late => "refused: not in time",
            Farewell::Silent => "refused: unreachable",
        };
        let (at, on) = (self.clock.now(), Some(instance.as_str()));
        Line { what: What::Drain, at, who: None, on, from: None, result }.log();
        info!(instance_id = %instance, ?farewell, "let go of the files");
    }
}
