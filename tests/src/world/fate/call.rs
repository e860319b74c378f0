//! What becomes of a call.

use std::time::Duration;

use tokio::time::Instant;

use super::{Fate, Rates};
use crate::world::gate::Kind;

/// A frozen function stands still for so long: some would have gone on after Lambda's limit.
const FROZEN: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(70));

/// So much the clock of a function is ahead or behind at most, ms: two are 2 s apart then.
const OFF: u64 = 1000;

/// One call in so many is slow.
const SLOW: f64 = 0.01;

/// Where a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::world) enum Moment {
    /// On its way there.
    Before,
    /// On its way back.
    After,
}

/// What becomes of a function at a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::world) enum Deed {
    GoOn,
    Die,
    Freeze(Duration),
}

/// What becomes of a call to the table or the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::world) enum Outcome {
    Answered,
    /// Refused as one too many.
    Throttled,
    /// Refused as another transaction has the item.
    Conflict,
    /// No answer, and nothing was done.
    Unreached,
    /// Done, and no answer.
    ReplyLost,
}

impl Fate {
    /// The number of the next invocation, and how much its clock is ahead, ms.
    pub(in crate::world) fn invocation(&self) -> (u64, i64) {
        let mut inner = self.inner();
        inner.invocations += 1;
        if !inner.rates.clocks_off {
            return (inner.invocations, 0);
        }
        let ahead = inner.chance.any() % (2 * OFF + 1);
        let ahead =
            i64::try_from(ahead).unwrap_or_default() - i64::try_from(OFF).unwrap_or_default();
        if ahead.unsigned_abs() > OFF / 2 {
            inner.hit("a function's clock over 0.5 s off");
        }
        (inner.invocations, ahead)
    }

    /// How long a call is on its way there, or back.
    pub(in crate::world) fn way(&self, kind: Kind) -> Duration {
        let mut inner = self.inner();
        let (usual, slow) = match kind {
            Kind::Aws => (20, 1500),
            Kind::Table => (6, 800),
            Kind::Store => (1, 200),
        };
        let most = if inner.chance.hits(SLOW) { slow } else { usual };
        Duration::from_millis(inner.chance.any() % (most + 1))
    }

    pub(in crate::world) fn deed(&self, moment: Moment) -> Deed {
        let mut inner = self.inner();
        let Rates { killed_before, killed_after, frozen_before, frozen_after, .. } = inner.rates;
        let (killed, frozen, dies, freezes) = match moment {
            Moment::Before => {
                (killed_before, frozen_before, "killed before a call", "frozen before a call")
            }
            Moment::After => {
                (killed_after, frozen_after, "killed after a call", "frozen after a call")
            }
        };
        let share = inner.chance.share();
        if share < killed {
            inner.hit(dies);
            Deed::Die
        } else if share < killed + frozen {
            inner.hit(freezes);
            Deed::Freeze(inner.chance.between(FROZEN.0, FROZEN.1))
        } else {
            Deed::GoOn
        }
    }

    /// What becomes of a call to the table; one that is a transaction may meet another.
    pub(in crate::world) fn table(&self, transaction: bool) -> Outcome {
        let mut inner = self.inner();
        let Rates { table_throttled, table_conflict, table_reply_lost, .. } = inner.rates;
        let conflict = if transaction { table_conflict } else { 0.0 };
        let share = inner.chance.share();
        if share < table_throttled {
            inner.hit("DynamoDB throttles");
            Outcome::Throttled
        } else if share < table_throttled + conflict {
            inner.hit("DynamoDB transaction conflict");
            Outcome::Conflict
        } else if share < table_throttled + conflict + table_reply_lost {
            inner.hit("DynamoDB does it, reply lost");
            Outcome::ReplyLost
        } else {
            Outcome::Answered
        }
    }

    /// What becomes of a step of the store.
    pub(in crate::world) fn store(&self) -> Outcome {
        let mut inner = self.inner();
        if inner.store_away.is_some_and(|until| Instant::now() < until) {
            inner.hit("Redis unreachable");
            return Outcome::Unreached;
        }
        let share = inner.chance.share();
        if share < inner.rates.store_reply_lost {
            inner.hit("Redis does it, reply lost");
            return Outcome::ReplyLost;
        }
        Outcome::Answered
    }
}
