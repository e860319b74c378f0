//! Homes leave stopped boxes.
//!
//! Whatever is attached to a stopped box at the device of homes is taken off before its stop comes to
//! its end, whosever it is: usually the home of the user whose seat ends, rarely one that a function
//! attached which was paused for long. The call names the box, so that it does not touch a volume that
//! is elsewhere by now.

use futures::{StreamExt, TryStreamExt, stream};
use tracing::{info, warn};

use crate::{
    clock::Clock,
    control::{ControlPlane, pace::Pace},
    error::Error,
    fleet::{Boxes, Fleet, Machines},
    id::{InstanceId, VolumeId},
    seats::Seats,
    store::{Stop, Store},
};

/// How many calls one flow makes; the rest is the next pass's.
const MOST: usize = 200;

/// Calls side by side; there is no batch of them.
const SINGLES: usize = 4;

/// How many seconds the flow waits for volumes to be gone.
const GONE: usize = 4;

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Those of these stopped boxes to which nothing is attached, or nothing any more. A few
    /// seconds are waited; what takes longer is the next pass's.
    pub(super) async fn without_homes(
        &self,
        stopped: Vec<Stop>,
        machines: &Machines,
    ) -> Result<Vec<Stop>, Error> {
        let home = |stop: &Stop| machines.get(&stop.instance).and_then(|m| m.home.clone());
        let (with, mut without): (Vec<Stop>, Vec<Stop>) =
            stopped.into_iter().partition(|stop| home(stop).is_some());
        if with.is_empty() {
            return Ok(without);
        }
        let still = self.confirm(with.into_iter().take(MOST).collect()).await?;
        let mut left: Vec<Stop> = still.into_values().map(|(stop, _)| stop).collect();
        let attached: Vec<(InstanceId, VolumeId)> =
            left.iter().filter_map(|stop| Some((stop.instance.clone(), home(stop)?))).collect();
        self.detach_all(attached).await?;
        for _ in 0..GONE {
            if left.is_empty() {
                break;
            }
            self.pause(1).await;
            let ids: Vec<InstanceId> = left.iter().map(|stop| stop.instance.clone()).collect();
            let machines = self.fleet.machines(&ids).await?;
            let gone = |stop: &Stop| machines.get(&stop.instance).is_some_and(|m| m.home.is_none());
            let (done, rest): (Vec<Stop>, Vec<Stop>) = left.into_iter().partition(gone);
            without.extend(done);
            left = rest;
        }
        Ok(without)
    }

    /// Takes volumes off stopped boxes. A refusal is no failure: others are at the same box.
    pub(in crate::control) async fn detach_all(
        &self,
        attached: Vec<(InstanceId, VolumeId)>,
    ) -> Result<(), Error> {
        let pace = &Pace::new(SINGLES);
        let calls = stream::iter(attached).map(|(id, volume)| async move {
            pace.turn().await;
            match self.fleet.detach(&volume, &id).await? {
                None => info!(instance_id = %id, volume_id = %volume, "detached"),
                Some(refusal) => {
                    warn!(instance_id = %id, volume_id = %volume, ?refusal, "not detached")
                }
            }
            Ok::<_, Error>(())
        });
        calls.buffer_unordered(SINGLES).try_collect().await
    }
}
