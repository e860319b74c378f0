//! The reaper's pass: boxes back from whoever is idle, then reconcile, then capacity, then homes, then
//! the boxes that boot, then standby boxes that are too many.

use serde::Serialize;
use tracing::info;

use super::{ControlPlane, Troubles, WORK};
use crate::{
    clock::{Clock, Ms},
    config::Price,
    error::Error,
    fleet::{Boxes, Fleet},
    metrics::{self, Reading},
    rebuild,
    seats::Seats,
    store::{Demand, Stop, Store, StoreError},
};

/// What a pass did: counts, for its one summary event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Pass {
    /// Users whose last heartbeat in the store was too old.
    pub found: usize,
    /// Whose stop began.
    pub begun: usize,
    /// Who had come back, or whose box had seen them.
    pub revived: usize,
    /// Whose seat had ended meanwhile.
    pub already_gone: usize,
    /// Whose seat has nearly lasted too long, and who are told so.
    pub warned: usize,
    /// Whose seat had lasted too long.
    pub expired: usize,
    /// Stops that came to their end.
    pub stopped: usize,
    /// Stray boxes that are stopped now.
    pub strays: usize,
    /// Boxes found to be dead.
    pub dead: usize,
    /// Standby boxes that are terminated.
    pub dropped: usize,
    /// Homes with which there was something to do.
    pub homes: usize,
    /// Boxes that were received.
    pub arrived: usize,
    /// Parts of the pass, and boxes, that failed.
    pub errors: usize,
    /// What was wanted and there when the pass looked, if the store said so.
    #[serde(skip)]
    pub(super) demand: Option<Demand>,
    /// How many boxes ran then, if the group said so.
    #[serde(skip)]
    pub(super) running: Option<usize>,
}

impl Pass {
    /// The metrics of a pass that is at its end.
    fn emit(&self, price: Price) {
        let (reaped, mut readings) = (self.begun + self.expired, vec![Reading::Passes(1)]);
        // A metric is paid for in the hours in which it has values.
        readings.extend((reaped > 0).then_some(Reading::Reaped(reaped)));
        readings.extend((self.revived > 0).then_some(Reading::Revived(self.revived)));
        if let Some(Demand { active, waiting, pool, standby, longest, .. }) = self.demand {
            readings.extend([
                Reading::Queue(waiting),
                Reading::QueueAge(longest),
                Reading::Spares(pool),
                Reading::Active(active),
                Reading::Standby(standby),
            ]);
        }
        readings.extend(self.running.map(|boxes| Reading::Cost(price.times(boxes))));
        metrics::emit(&readings);
    }
}

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// One pass. Its parts are tried one after the other; what fails is counted and is the next
    /// pass's, and the first failure is the pass's own.
    ///
    /// # Errors
    /// The first failure of a part.
    pub async fn pass(&self, owner: &str) -> Result<Pass, (Pass, Error)> {
        let until = self.clock.now().plus(WORK);
        let (mut pass, mut troubles) = (Pass::default(), Troubles::default());
        let outcome = self.warm_up().await;
        troubles.take("rebuild", outcome, ());
        let outcome = self.reap(&mut pass, until).await;
        troubles.take("reap", outcome, ());
        let outcome = self.advance_all_stops().await;
        pass.stopped += troubles.take("stop", outcome, 0);
        let outcome = self.reconcile(&mut pass, &mut troubles).await;
        troubles.take("reconcile", outcome, ());
        let outcome = self.advance_all_stops().await;
        pass.stopped += troubles.take("stop", outcome, 0);
        let outcome = self.converge(owner).await;
        troubles.take("capacity", outcome, ());
        let outcome = self.tend_due_homes().await;
        pass.homes = troubles.take("homes", outcome, 0);
        let outcome = self.receive(owner, until).await;
        pass.arrived = troubles.take("arrivals", outcome, 0);
        // Last, as nobody waits for it.
        let outcome = self.drop_standby(until).await;
        pass.dropped = troubles.take("standby", outcome, 0);
        pass.errors = troubles.count;
        pass.emit(self.policy.box_price);
        info!(
            found = pass.found,
            begun = pass.begun,
            revived = pass.revived,
            already_gone = pass.already_gone,
            warned = pass.warned,
            expired = pass.expired,
            stopped = pass.stopped,
            strays = pass.strays,
            dead = pass.dead,
            dropped = pass.dropped,
            homes = pass.homes,
            arrived = pass.arrived,
            errors = pass.errors,
            "reaper.pass"
        );
        troubles.end().map(|()| pass).map_err(|e| (pass, e))
    }

    /// Builds the store from the truth if it is cold.
    async fn warm_up(&self) -> Result<(), Error> {
        // Nobody's heartbeat is as old as that: this only asks.
        match self.store.idle(Ms(0), 1).await {
            Err(StoreError::Cold) => {
                rebuild::from_all(&self.store, &self.seats, &self.fleet, &self.clock).await
            }
            warm => Ok(warm.map(drop)?),
        }
    }

    /// Brings every stop as far as it gets now; returns how many came to their end.
    async fn advance_all_stops(&self) -> Result<usize, Error> {
        let stopping = self.store.view().await?.stopping.into_iter();
        let stops = stopping.map(|(instance, stamp)| Stop { instance, stamp }).collect();
        self.advance_stops(stops).await
    }
}
