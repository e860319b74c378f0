//! What a rule says.

use serde::{Deserialize, Serialize};

use crate::cloud::{Call, events::DETAIL_TYPES, random::Random};

/// Every action, every detail-type.
pub(super) const ANY: &str = "*";

/// What happens to which calls or events, and when. In JSON, where `when` and `times` may be left
/// out:
///
/// ```
/// # use hotdesk_sim::faults::Rule;
/// # let rules: Vec<Rule> = serde_json::from_str(r#"
/// [{"call": {"action": "StartInstances", "fault": {"error":
///     {"code": "InternalError", "message": "An internal error has occurred", "status": 500}},
///     "when": {"rate": 0.1}, "times": 3}},
///  {"call": {"action": "*", "fault": "lose_reply", "when": {"plan": [1, 4]}}},
///  {"call": {"action": "EnterStandby", "fault": {"delay": {"ms": 2000}}}},
///  {"event": {"detail_type": "*", "fault": {"double": {"ms": 500}}, "when": "always"}}]
/// # "#).unwrap();
/// # assert_eq!(rules.len(), 4);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Rule {
    /// About calls.
    Call {
        /// The name of the AWS action, or `*`.
        action: String,
        /// What happens.
        fault: CallFault,
        /// To which of them.
        #[serde(default)]
        when: When,
        /// At most so often.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        times: Option<u64>,
    },
    /// About events.
    Event {
        /// The `detail-type`, or `*`.
        detail_type: String,
        /// What happens.
        fault: EventFault,
        /// To which of them.
        #[serde(default)]
        when: When,
        /// At most so often.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        times: Option<u64>,
    },
}

/// What can happen to a call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum CallFault {
    /// It is refused before any effect.
    Error {
        /// The error code, e.g. `InternalError`.
        code: String,
        /// The sentence for people.
        message: String,
        /// The HTTP status, 400 to 599.
        status: u16,
    },
    /// It is refused as too fast, in its service's words, whatever the buckets hold.
    Throttle,
    /// It never arrives: no effect, and the connection is cut without an answer.
    LoseRequest,
    /// It takes effect, and then the connection is cut without an answer.
    LoseReply,
    /// It takes effect so many ms later, even if the caller has given up by then.
    Delay {
        /// How much later.
        ms: u64,
    },
}

/// What can happen to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum EventFault {
    /// It is not delivered.
    Lose,
    /// It is delivered twice, the second time so many ms after the first.
    Double {
        /// How much later.
        #[serde(default)]
        ms: u64,
    },
    /// It is delivered so many ms later, perhaps after events that happened after it.
    Late {
        /// How much later.
        ms: u64,
    },
}

/// Which of the calls or events that a rule is about it hits.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum When {
    /// All of them.
    #[default]
    Always,
    /// Each with this chance, 0 to 1.
    Rate(f64),
    /// Those of these numbers, counted from 1 since the rule was set.
    Plan(Vec<u64>),
}

/// A rule that makes no sense.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RuleError {
    /// It would never hit.
    #[error("no action {0:?} is simulated; it is one of {all}, or *", all = Call::ACTIONS.join(", "))]
    Action(String),
    /// It would never hit.
    #[error("no event has the detail-type {0:?}; it is one of {all}, or *", all = DETAIL_TYPES.join(", "))]
    DetailType(String),
    /// No chance.
    #[error("the rate {0} is not from 0 to 1")]
    Rate(f64),
    /// The first call is number 1.
    #[error("a plan counts from 1")]
    Plan,
    /// No error.
    #[error("an error's status is from 400 to 599, not {0}")]
    Status(u16),
}

impl Rule {
    /// A rule for all calls of an action (`*`: of all).
    #[must_use]
    pub fn call(action: &str, fault: CallFault) -> Self {
        Self::Call { action: action.into(), fault, when: When::Always, times: None }
    }

    /// A rule for all events of a detail-type (`*`: of all).
    #[must_use]
    pub fn event(detail_type: &str, fault: EventFault) -> Self {
        Self::Event { detail_type: detail_type.into(), fault, when: When::Always, times: None }
    }

    /// The same for some only.
    #[must_use]
    pub fn when(mut self, which: When) -> Self {
        let (Self::Call { when, .. } | Self::Event { when, .. }) = &mut self;
        *when = which;
        self
    }

    /// The same, so often at most.
    #[must_use]
    pub fn at_most(mut self, most: u64) -> Self {
        let (Self::Call { times, .. } | Self::Event { times, .. }) = &mut self;
        *times = Some(most);
        self
    }

    pub(super) fn check(&self) -> Result<(), RuleError> {
        let (Self::Call { when, .. } | Self::Event { when, .. }) = self;
        match when {
            When::Rate(rate) if !(0.0..=1.0).contains(rate) => return Err(RuleError::Rate(*rate)),
            When::Plan(numbers) if numbers.contains(&0) => return Err(RuleError::Plan),
            _ => {}
        }
        match self {
            Self::Call { action, .. } if !known(action, &Call::ACTIONS) => {
                Err(RuleError::Action(action.clone()))
            }
            Self::Call { fault: CallFault::Error { status, .. }, .. }
                if !(400..=599).contains(status) =>
            {
                Err(RuleError::Status(*status))
            }
            Self::Event { detail_type, .. } if !known(detail_type, &DETAIL_TYPES) => {
                Err(RuleError::DetailType(detail_type.clone()))
            }
            _ => Ok(()),
        }
    }
}

fn known(name: &str, names: &[&str]) -> bool {
    name == ANY || names.contains(&name)
}

impl When {
    /// Whether it hits the one of this number.
    pub(super) fn hits(&self, number: u64, random: &mut Random) -> bool {
        match self {
            Self::Always => true,
            Self::Rate(rate) => random.chance(*rate),
            Self::Plan(numbers) => numbers.contains(&number),
        }
    }
}
