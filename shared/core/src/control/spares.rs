//! How many spares a round of the fleet wants.
//!
//! Where they are sized to a promise, whoever makes the first round of a quarter of an hour reckons how
//! many there are to be in it, and notes it in the store; after a flush that is the next round, which knows
//! of nobody then, and begins as a new fleet does.

use std::time::Duration;

use tracing::info;

use super::ControlPlane;
use crate::{
    clock::{Clock, Ms},
    error::Error,
    fleet::{Boxes, Fleet},
    seats::Seats,
    spares::{Promise, Spares, auto, logins::Logins},
    store::{Demand, Store},
};

/// What a boot is taken to take until one was measured: a new box from a gp3 root volume is ready after one
/// to two minutes.
const BOOT: Duration = Duration::from_secs(120);

/// What passes besides, from a login until AWS is asked for the next box: the stream of the seats brings it
/// about within seconds.
const REACTION: Duration = Duration::from_secs(5);

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// How many spares there are to be.
    pub(super) async fn spares(&self, demand: &Demand, now: Ms) -> Result<usize, Error> {
        match (&self.policy.spares, demand.spares) {
            (Spares::Fixed(number), _) => Ok(*number),
            (Spares::Schedule(schedule), _) => Ok(schedule.at(now)),
            (Spares::Auto(_), Some(noted)) => Ok(noted),
            (Spares::Auto(promise), None) => self.reckon(*promise, now).await,
        }
    }

    async fn reckon(&self, promise: Promise, now: Ms) -> Result<usize, Error> {
        let boot = long_boot(self.store.boots().await?) + REACTION;
        let mut logins = Logins::until(now);
        for day in logins.days() {
            for (slot, count) in self.store.logins(day).await? {
                logins.add(day, slot, count);
            }
        }
        let spares = auto::spares(&logins, now, boot, promise);
        self.store.want(spares, auto::until(now)).await?;
        info!(spares, boot_seconds = boot.as_secs(), "spares reckoned");
        Ok(spares)
    }
}

/// What nine boots of ten do not exceed (nearest rank): standby boxes and new ones, quick ones and slow
/// ones are among the last.
fn long_boot(mut boots: Vec<Duration>) -> Duration {
    boots.sort_unstable();
    boots.get((9 * boots.len()).div_ceil(10).saturating_sub(1)).copied().unwrap_or(BOOT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_boot_is_the_ninth_of_ten() {
        let boots = |seconds: &[u64]| seconds.iter().map(|s| Duration::from_secs(*s)).collect();
        assert_eq!(long_boot(boots(&[])), BOOT);
        assert_eq!(long_boot(boots(&[40])), Duration::from_secs(40));
        assert_eq!(long_boot(boots(&[10, 9, 8, 7, 6, 5, 4, 3, 2, 1])), Duration::from_secs(9));
    }
}
