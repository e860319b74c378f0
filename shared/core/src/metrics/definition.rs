//! The metrics, each defined here and nowhere else. A test holds `infra/aws/watch.yaml` against this
//! table, both ways.

use std::time::Duration;

use super::measure::{Count, Measure, Milliseconds, Money, Seconds};
use crate::config::Price;

/// The namespace of all of them.
pub const NAMESPACE: &str = "hotdesk";

/// The dimension that tells fleets apart: the tag `Fleet` of what belongs to one.
pub const FLEET: &str = "Fleet";

/// The dimension that tells functions apart: a [`Function`].
pub const FUNCTION: &str = "Function";

/// One metric a fleet.
const OF_FLEET: &[&[&str]] = &[&[FLEET]];

/// One metric a fleet, for its alarm, and one for each of its functions. Each is paid for in the hours in
/// which it has values.
const OF_FUNCTION: &[&[&str]] = &[&[FLEET], &[FLEET, FUNCTION]];

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name, one of a kind.
    pub name: &'static str,
    /// Its unit, as CloudWatch names it.
    pub unit: &'static str,
    /// The sets of dimensions that it is published with.
    pub dimensions: &'static [&'static [&'static str]],
    /// The statistics that say something, as CloudWatch names them.
    pub statistics: &'static [&'static str],
}

macro_rules! metrics {
    ($($(#[$doc:meta])* $name:ident($of:ty): $unit:ty, $dimensions:expr, [$($statistic:literal),+];)*) => {
        /// A value of a metric, in the type that its unit is for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Reading {
            $($(#[$doc])* $name($of),)*
        }

        /// All metrics.
        pub const DEFINITIONS: &[Definition] = &[$(Definition {
            name: stringify!($name),
            unit: <$unit as Measure<$of>>::NAME,
            dimensions: $dimensions,
            statistics: &[$($statistic),+],
        },)*];

        #[repr(usize)]
        enum Place { $($name,)* }

        impl Reading {
            /// What it is a value of.
            #[must_use]
            pub fn definition(&self) -> &'static Definition {
                let place = match self { $(Self::$name(_) => Place::$name,)* };
                &DEFINITIONS[place as usize]
            }

            /// The value, in its metric's unit.
            #[must_use]
            pub fn number(&self) -> f64 {
                match *self { $(Self::$name(value) => <$unit as Measure<$of>>::number(value),)* }
            }
        }
    };
}

metrics! {
    /// How long somebody had waited when a box was given to them: nothing where there was a spare.
    Wait(Duration): Milliseconds, OF_FLEET, ["p50", "p95", "Maximum"];
    /// Boxes given to users. Those of the queue count even if their user is gone by then.
    Assignments(usize): Count, OF_FLEET, ["Sum"];
    /// Boxes whose stop a pass began, as their users were idle or had them for too long.
    Reaped(usize): Count, OF_FLEET, ["Sum"];
    /// Idle users who had come back before a pass could begin the stop of their boxes.
    Revived(usize): Count, OF_FLEET, ["Sum"];
    /// Users who waited when a pass looked.
    Queue(usize): Count, OF_FLEET, ["Maximum"];
    /// How long the one of them had waited who waited longest.
    QueueAge(Duration): Seconds, OF_FLEET, ["Maximum"];
    /// Boxes that were ready for the next user when a pass looked.
    Spares(usize): Count, OF_FLEET, ["Average", "Minimum"];
    /// Users who had a box then.
    Active(usize): Count, OF_FLEET, ["Average", "Maximum"];
    /// Stopped boxes that were kept to be started again then.
    Standby(usize): Count, OF_FLEET, ["Average"];
    /// How long a box took from its launch or start until it was ready.
    BootTime(Duration): Milliseconds, OF_FLEET, ["p50", "p95", "Maximum"];
    /// How long it took from the seat until its user's home was known to be open. Passes look once a
    /// minute, so it may have been open for as long before.
    HomeTime(Duration): Milliseconds, OF_FLEET, ["p50", "Maximum"];
    /// Calls to EC2, Auto Scaling, Route 53, DynamoDB or Redis that failed, once their retries were used
    /// up. What a service says no to in the course of things is none.
    CallErrors(usize): Count, OF_FUNCTION, ["Sum"];
    /// What the boxes that ran when a pass looked cost an hour. The average of a day, times 24, is the
    /// cost of the day, whether or not a pass was lost or done twice.
    Cost(Price): Money, OF_FLEET, ["Average"];
    /// Passes of the reaper that came to their end, with or without errors.
    Passes(usize): Count, OF_FLEET, ["Sum"];
}

/// A function that writes metrics. `ping` writes none, so that it stays small; `sign-in` calls nothing of
/// ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Function {
    /// The pages and the API.
    Dispatch,
    /// The pass.
    IdleReaper,
    /// Hooks and state changes.
    Lifecycle,
    /// What follows a change in the seats table.
    Provision,
}

impl Function {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Dispatch, Self::IdleReaper, Self::Lifecycle, Self::Provision];

    /// Its name, the value of [`FUNCTION`].
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Dispatch => "dispatch",
            Self::IdleReaper => "idle-reaper",
            Self::Lifecycle => "lifecycle",
            Self::Provision => "provision",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reading_has_its_own_metrics_name_and_unit() {
        let wait = Reading::Wait(Duration::from_millis(1500));
        assert_eq!((wait.definition().name, wait.definition().unit), ("Wait", "Milliseconds"));
        assert_eq!(wait.number().to_string(), "1500");
        let passes = Reading::Passes(1);
        assert_eq!((passes.definition().name, passes.definition().unit), ("Passes", "Count"));
        let age = Reading::QueueAge(Duration::from_millis(1500));
        assert_eq!((age.definition().unit, age.number().to_string()), ("Seconds", "1.5".into()));
        let cost = Reading::Cost(Price(83_200));
        assert_eq!((cost.definition().unit, cost.number().to_string()), ("None", "0.0832".into()));
    }

    #[test]
    fn no_two_metrics_have_one_name_and_none_is_that_of_a_dimension() {
        let mut names: Vec<&str> = DEFINITIONS.iter().map(|definition| definition.name).collect();
        names.extend([FLEET, FUNCTION, "_aws"]);
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
