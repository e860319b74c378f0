//! When and why a box will be taken back, as far as one knows now.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    config::Times,
    store::{Threat, Warning, Workspace},
};
use serde::Serialize;

use crate::words;

/// Why a box will be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Reason {
    /// Nobody looks at it.
    Idle,
    /// Nobody says that they stay.
    Lifetime,
    /// AWS takes the machine back.
    Interruption,
    /// AWS may do so soon.
    Rebalance,
}

/// When a box will be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stop {
    pub(super) at: Ms,
    pub(super) reason: Reason,
}

/// What comes first of all that ends a session. AWS's word is said before anything else.
pub(super) fn stop(workspace: &Workspace, times: Times) -> Option<Stop> {
    let Workspace::Running { renewed, last_seen, warning, .. } = workspace else { return None };
    if let Some(Warning { threat, at }) = *warning {
        let reason = match threat {
            Threat::Interruption => Reason::Interruption,
            Threat::Rebalance => Reason::Rebalance,
            Threat::Lifetime => Reason::Lifetime,
        };
        return Some(Stop { at, reason });
    }
    let idle = Stop { at: last_seen.plus(times.idle), reason: Reason::Idle };
    let longest =
        times.longest.map(|longest| Stop { at: renewed.plus(longest), reason: Reason::Lifetime });
    Some(longest.filter(|longest| longest.at < idle.at).unwrap_or(idle))
}

/// The same in words.
pub(super) fn stops(Stop { at, reason }: Stop, times: Times, now: Ms) -> String {
    let left = at.since(now);
    let when = if left == Duration::ZERO {
        "any moment".into()
    } else {
        format!("in {}", words::about(left))
    };
    match reason {
        Reason::Idle => {
            let idle = words::about(times.idle);
            format!("when nobody has looked at it for {idle}: {when}, unless you open it")
        }
        Reason::Lifetime => format!("{when}, unless you say there that you stay"),
        Reason::Interruption => format!("{when}: AWS takes the machine back. Save your work."),
        Reason::Rebalance => "perhaps soon: AWS may take the machine back. Save your work.".into(),
    }
}

#[cfg(test)]
mod tests {
    use hotdesk::id::Epoch;

    use super::*;

    const MINUTE: u64 = 60_000;
    const IDLE: Duration = Duration::from_secs(300);

    fn running(renewed: u64, last_seen: u64, warning: Option<Warning>) -> Workspace {
        Workspace::Running {
            epoch: Epoch(1),
            instance: "i-00000001".parse().unwrap(),
            since: Ms(0),
            renewed: Ms(renewed),
            last_seen: Ms(last_seen),
            warning,
        }
    }

    #[test]
    fn what_ends_a_session_first_is_what_is_told() {
        let forever = Times { idle: IDLE, longest: None };
        let hour = Times { idle: IDLE, longest: Some(Duration::from_secs(3600)) };
        let told = |workspace, times| stop(&workspace, times);
        let idle = Some(Stop { at: Ms(65 * MINUTE), reason: Reason::Idle });
        assert_eq!(told(running(0, 60 * MINUTE, None), forever), idle);
        let old = Some(Stop { at: Ms(60 * MINUTE), reason: Reason::Lifetime });
        assert_eq!(told(running(0, 59 * MINUTE, None), hour), old);
        assert_eq!(told(running(MINUTE * 30, 60 * MINUTE, None), hour), idle, "they stayed");
        let warning = Warning { threat: Threat::Interruption, at: Ms(99 * MINUTE) };
        let taken = Some(Stop { at: warning.at, reason: Reason::Interruption });
        assert_eq!(told(running(0, 60 * MINUTE, Some(warning)), hour), taken);
        assert_eq!(told(Workspace::Stopped, hour), None);
    }

    #[test]
    fn a_stop_that_is_due_is_said_to_be() {
        let times = Times { idle: IDLE, longest: None };
        let idle = Stop { at: Ms(0), reason: Reason::Idle };
        assert!(stops(idle, times, Ms(1)).contains("any moment"));
        assert!(stops(idle, times, Ms(0).minus(IDLE)).contains("5 minutes"));
    }
}
