//! Orders to boxes whose user's seat is ending: nobody is let in any more, and whoever is in is out.
//!
//! Given when the table's stream tells of the seat, and again before the box leaves service. Best
//! effort: a box that is not reached is stopped all the same. An order meets no later user of the
//! box: what is ending never opens again, and the order is over before the box may be started anew
//! ([`crate::token::ORDER_LIFETIME`], [`crate::store::REST`]).

use std::time::Duration;

use futures::{StreamExt, stream};
use tracing::warn;

use super::ControlPlane;
use crate::{
    audit::{Line, What},
    clock::Clock,
    error::Error,
    fleet::{Boxes, Drained, Fleet},
    id::{InstanceId, UserId},
    seats::{Addresses, Seat, Seats, UserState},
    store::Store,
};

/// How long all orders together may take; a box answers in milliseconds.
const PATIENCE: Duration = Duration::from_secs(2);

/// How many orders are on their way at once: as many as a batch of the stream has records.
const AT_ONCE: usize = 100;

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
        self.drain(ending.map(|seat| (seat.instance, seat.addresses)).collect()).await;
    }

    /// Drains boxes whose seat is ending.
    pub(super) async fn drain(&self, boxes: Vec<(InstanceId, Addresses)>) {
        let orders =
            stream::iter(boxes).for_each_concurrent(AT_ONCE, |(instance, at)| async move {
                let result = match self.boxes.drain(&instance, &at).await {
                    Drained::Done => "done",
                    Drained::Unreachable => "refused: unreachable",
                };
                let (at, on) = (self.clock.now(), Some(instance.as_str()));
                Line { what: What::Drain, at, who: None, on, from: None, result }.log();
            });
        if tokio::time::timeout(PATIENCE, orders).await.is_err() {
            warn!("some boxes were not drained in time");
        }
    }
}
