//! Units, and what may be written in each: a number that is not of its metric's unit does not compile.

use std::time::Duration;

use crate::config::Price;

/// A unit of CloudWatch (API reference, `MetricDatum`) for values of the type `T`.
pub(super) trait Measure<T> {
    /// Its name.
    const NAME: &'static str;

    /// So many of it.
    fn number(of: T) -> f64;
}

/// Things.
pub(super) struct Count;

impl Measure<usize> for Count {
    const NAME: &'static str = "Count";

    fn number(of: usize) -> f64 {
        of as f64
    }
}

/// Times in which people wait.
pub(super) struct Milliseconds;

impl Measure<Duration> for Milliseconds {
    const NAME: &'static str = "Milliseconds";

    fn number(of: Duration) -> f64 {
        (of.as_secs_f64() * 1000.0).round()
    }
}

/// Times that alarms have thresholds for.
pub(super) struct Seconds;

impl Measure<Duration> for Seconds {
    const NAME: &'static str = "Seconds";

    fn number(of: Duration) -> f64 {
        of.as_secs_f64()
    }
}

/// Money, for which CloudWatch has no unit: in the currency of `BOX_PRICE_PER_HOUR`.
pub(super) struct Money;

impl Measure<Price> for Money {
    const NAME: &'static str = "None";

    fn number(of: Price) -> f64 {
        of.0 as f64 / 1e6
    }
}
