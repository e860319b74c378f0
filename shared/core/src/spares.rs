//! How many boxes run unassigned, ready for the next user: a number, a schedule, or as many as a
//! promise needs.
//!
//! | `SPARES` | means |
//! | --- | --- |
//! | `3` | always so many |
//! | `1; mon-fri 07:45-10:00=20` | by the clock of `SPARES_TIME_ZONE`: see [`Schedule`] |
//! | `auto` | so many that of those who come, `SPARE_WAIT_PROBABILITY` wait for a boot: see [`auto`] |

pub mod auto;
pub mod logins;
mod schedule;

use std::str::FromStr;

pub use schedule::{NoSchedule, NoTimeZone, Schedule, Zone};

/// The most spares that may be asked for.
pub const MOST: usize = 1000;

/// How many spares there are to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spares {
    /// So many.
    Fixed(usize),
    /// So many by the clock.
    Schedule(Schedule),
    /// As many as keep the promise.
    Auto(Promise),
}

/// Of those who come, how many may wait for a boot: millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promise(u32);

impl Promise {
    /// As a probability.
    #[must_use]
    pub fn probability(self) -> f64 {
        f64::from(self.0) / 1e6
    }
}

/// Not a probability that can be promised.
#[derive(Debug, thiserror::Error)]
#[error("must be a probability from 0.001 to 0.5")]
pub struct NoPromise;

impl FromStr for Promise {
    type Err = NoPromise;

    fn from_str(text: &str) -> Result<Self, NoPromise> {
        let probability: f64 = text.parse().map_err(|_| NoPromise)?;
        // Below, a month of arrivals cannot show whether it is kept.
        if !(0.001..=0.5).contains(&probability) {
            return Err(NoPromise);
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "within bounds"
        )]
        Ok(Self((probability * 1e6).round() as u32))
    }
}

/// `SPARES` by itself, without what its kinds need besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number or a schedule.
    Schedule(Schedule),
    /// `auto`.
    Auto,
}

impl FromStr for Kind {
    type Err = NoSchedule;

    fn from_str(text: &str) -> Result<Self, NoSchedule> {
        match text.trim() {
            "auto" => Ok(Self::Auto),
            text => text.parse().map(Self::Schedule),
        }
    }
}

impl Kind {
    /// With what its kinds need besides.
    #[must_use]
    pub fn with(self, promise: Promise, zone: &Zone) -> Spares {
        match self {
            Self::Auto => Spares::Auto(promise),
            Self::Schedule(schedule) => match schedule.constant() {
                Some(number) => Spares::Fixed(number),
                None => Spares::Schedule(schedule.by(zone)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spares(text: &str) -> Result<Spares, NoSchedule> {
        let (promise, zone) = ("0.01".parse().unwrap(), "UTC".parse().unwrap());
        text.parse::<Kind>().map(|kind| kind.with(promise, &zone))
    }

    #[test]
    fn a_number_a_schedule_or_a_promise() {
        assert_eq!(spares("3").unwrap(), Spares::Fixed(3));
        assert_eq!(spares(" auto").unwrap(), Spares::Auto(Promise(10_000)));
        assert!(matches!(spares("1; mon 08:00-09:00=2").unwrap(), Spares::Schedule(_)));
        for bad in ["", "many", "-1", "1001", "1.5", "auto; mon 08:00-09:00=2"] {
            assert!(spares(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_promise_is_a_probability() {
        assert!(("0.01".parse::<Promise>().unwrap().probability() - 0.01).abs() < 1e-9);
        for bad in ["", "0", "1", "-0.1", "1%", "NaN", "0.0001"] {
            assert!(bad.parse::<Promise>().is_err(), "{bad:?}");
        }
    }
}
