//! What keeps the fleet from growing, noted by each round for those who wait.
//!
//! | found | noted |
//! | --- | --- |
//! | more people than MaxSize | [`Limit::MaxSize`] |
//! | people wait, the group has fewer members than it wants, and its last launch failed | [`Limit::NoCapacity`], [`Limit::LaunchFailed`] |
//! | standby boxes were refused for want of machines, and nothing else is known | [`Limit::NoCapacity`] |
//! | AWS failed the round | [`limit_of`] the error |
//! | none of these | nothing: what was noted is taken back |
//!
//! It asks AWS why launches fail only in the second case, and last, so that no box waits for the
//! answer. As nobody may come along who would cause another round, one that raised desired while
//! people wait is followed by some more, until it is clear whether boxes come. Members are counted
//! from the store, so in the seconds before the hook of a new box is heard of it may ask in vain.

use std::time::Duration;

use tracing::warn;

use super::{ControlPlane, Plan};
use crate::{
    clock::Clock,
    error::Error,
    fleet::{Boxes, Fleet, FleetError, Trouble},
    seats::Seats,
    store::{Limit, Store},
};

/// How long people who wait are told what keeps the fleet from growing; passes repeat it.
const BELIEVED: Duration = Duration::from_secs(150);

/// A launch that failed longer ago says nothing of one that is yet to come: people may have left
/// meanwhile, and the list of AWS goes back six weeks (Auto Scaling User Guide, "Troubleshoot"). It is
/// longer than AWS waits between two attempts (unverified: a minute at first, users report, and more
/// after many).
const RECENT: Duration = Duration::from_secs(30 * 60);

/// What those who wait are told when a call to AWS failed. What somebody must mend is one thing to
/// them, whether AWS says so to the call or to the launch. A call that AWS refuses for now says
/// nothing that lasts.
#[must_use]
pub fn limit_of(error: &FleetError) -> Option<Limit> {
    match error {
        FleetError::Throttled(_) => Some(Limit::Throttled),
        FleetError::Away(..) => Some(Limit::Away),
        FleetError::Broken(..) => Some(Limit::LaunchFailed),
        FleetError::Refused(_) => None,
    }
}

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Notes what keeps the fleet from growing, if something does; returns whether it is of no use to
    /// look again soon. Not before a round has done all else: what an earlier one failed of may fail
    /// it too.
    pub(super) async fn note(&self, plan: Plan, shortage: bool) -> Result<bool, Error> {
        if plan.limited {
            self.constrain(Some(Limit::MaxSize)).await?;
            return Ok(true);
        }
        let shortage = shortage.then_some(Limit::NoCapacity);
        if !plan.short {
            self.constrain(shortage).await?;
            return Ok(false);
        }
        // If AWS does not say why, what was noted stays: only what people are told depends on it.
        let trouble = match self.fleet.trouble(self.clock.now().minus(RECENT)).await {
            Ok(trouble) => trouble,
            Err(error) => {
                let error = Error::from(error);
                warn!(code = error.code(), error = error.chain(), "AWS does not say why");
                return Ok(true);
            }
        };
        let limit = trouble.as_ref().map(|trouble| match trouble {
            Trouble::NoCapacity => Limit::NoCapacity,
            Trouble::LaunchFailed(reason) => {
                warn!(reason, "launches fail");
                Limit::LaunchFailed
            }
        });
        self.constrain(limit.or(shortage)).await?;
        Ok(limit.is_some())
    }

    /// Notes why a round failed, if AWS failed it.
    pub(super) async fn note_failure(&self, error: &Error) {
        let Error::Fleet(error) = error else { return };
        let Some(limit) = limit_of(error) else { return };
        if let Err(error) = self.constrain(Some(limit)).await {
            warn!(code = error.code(), error = error.chain(), "not noted for those who wait");
        }
    }

    async fn constrain(&self, limit: Option<Limit>) -> Result<(), Error> {
        Ok(self.store.constrain(limit, self.clock.now().plus(BELIEVED)).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_passes_by_itself_is_told_from_what_somebody_must_mend() {
        let away = FleetError::Away("no answer".into(), "gone".into());
        let broken = FleetError::Broken("AccessDenied".into(), "no".into());
        let refused = FleetError::Refused("ScalingActivityInProgress".into());
        assert_eq!(limit_of(&FleetError::Throttled("slow".into())), Some(Limit::Throttled));
        assert_eq!(limit_of(&away), Some(Limit::Away));
        assert_eq!(limit_of(&broken), Some(Limit::LaunchFailed));
        assert_eq!(limit_of(&refused), None);
    }
}
