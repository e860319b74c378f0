//! The end of boxes that are never used again: the stop flow where the operator decided so.
//!
//! A seat is closed before its box is terminated, so its user need not wait for that. A function that
//! dies in between leaves a box that the store says is GONE and the group has in service: the next
//! pass terminates it (see `reconcile`). Desired is lowered with each, as it is by EnterStandby, so
//! that the group launches none in its place; capacity raises it where one is needed.

use futures::{StreamExt, TryStreamExt, stream};

use super::{Confirmed, select, stands};
use crate::{
    clock::Clock,
    control::ControlPlane,
    error::Error,
    fleet::{Boxes, Fleet, Lifecycle, Members},
    id::InstanceId,
    seats::Seats,
    store::{Stop, Store},
};

/// How many boxes are confirmed at a time.
const CHUNK: usize = 20;

/// How many boxes one flow terminates: each is a call of its own, and the rest is the next pass's.
const MOST: usize = 100;

/// AWS calls for single boxes side by side; there is no batch of them.
const SINGLES: usize = 4;

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Terminates the boxes of these stops that are in service or in standby; returns how many.
    pub(super) async fn terminate_all(
        &self,
        stops: &Confirmed,
        members: &Members,
    ) -> Result<usize, Error> {
        let there = |id: &InstanceId| {
            [Lifecycle::InService, Lifecycle::Standby].iter().any(|at| stands(members, id, *at))
        };
        let mut stops: Vec<Stop> = select(stops, there);
        stops.truncate(MOST);
        let mut terminated = 0;
        for some in stops.chunks(CHUNK) {
            let ids = self.confirm(some.to_vec()).await?.into_keys();
            let ends = stream::iter(ids).map(|id| async move {
                self.discard(&id, stands(members, &id, Lifecycle::InService)).await
            });
            let ends = ends.buffer_unordered(SINGLES);
            terminated += ends.try_fold(0, |sum, ()| async move { Ok(sum + 1) }).await?;
        }
        Ok(terminated)
    }
}
