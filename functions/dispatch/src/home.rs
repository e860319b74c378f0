//! `GET /`: a user's workspace, as JSON and as the page where everybody begins.

use std::time::Duration;

use askama::Template;
use hotdesk::{
    clock::{Clock, Ms},
    config::Times,
    rebuild,
    seats::Seats,
    store::{Store, Threat, Warning, Workspace},
    web::Reply,
};
use hotdesk_pages::Allow;
use http::StatusCode;
use serde::Serialize;

use crate::{App, Refusal, session::Session, standing::State, words};

/// Why a box will be taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Reason {
    /// Nobody looks at it.
    Idle,
    /// Nobody says that they stay.
    Lifetime,
    /// AWS takes the machine back.
    Interruption,
    /// AWS may do so soon.
    Rebalance,
}

/// When a box will be taken back, as far as one knows now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stop {
    at: Ms,
    reason: Reason,
}

#[derive(Serialize)]
struct StopJson {
    at: Option<String>,
    reason: Reason,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Json<'a> {
    user: &'a str,
    state: &'static str,
    epoch: Option<u64>,
    instance_id: Option<&'a str>,
    since: Option<String>,
    last_seen: Option<String>,
    stop: Option<StopJson>,
}

/// A user's workspace.
pub(crate) async fn home<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    html: bool,
) -> Result<Reply, Refusal> {
    let look = || app.store.workspace(&session.user);
    let workspace = rebuild::warm(&app.store, &app.seats, &app.clock, look).await?;
    let stop = stop(&workspace, app.times);
    if html {
        return page(app, session, &workspace, stop);
    }
    let mut body = Json {
        user: session.user.as_str(),
        state: word(&workspace),
        epoch: None,
        instance_id: None,
        since: None,
        last_seen: None,
        stop: stop.map(|Stop { at, reason }| StopJson { at: words::rfc3339(at), reason }),
    };
    if let Workspace::Running { epoch, instance, since, last_seen, .. } = &workspace {
        body.epoch = Some(epoch.0);
        body.instance_id = Some(instance.as_str());
        body.since = words::rfc3339(*since);
        body.last_seen = words::rfc3339(*last_seen);
    }
    Ok(hotdesk_pages::json(StatusCode::OK, &body))
}

fn word(workspace: &Workspace) -> &'static str {
    let state = match workspace {
        Workspace::Stopped => State::Stopped,
        Workspace::Starting => State::Waiting,
        Workspace::Running { .. } => State::Running,
        Workspace::Stopping => State::Stopping,
    };
    state.word()
}

/// What comes first of all that ends a session. AWS's word is said before anything else.
fn stop(workspace: &Workspace, times: Times) -> Option<Stop> {
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

fn page<S, D, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    workspace: &Workspace,
    stop: Option<Stop>,
) -> Result<Reply, Refusal> {
    let now = app.clock.now();
    let running = match workspace {
        Workspace::Running { epoch, instance, since, last_seen, .. } => Some(Running {
            epoch: epoch.0,
            instance: instance.as_str(),
            since: words::about(now.since(*since)),
            last_seen: words::about(now.since(*last_seen)),
            stops: stop.map(|stop| stops(stop, app.times, now)),
        }),
        Workspace::Stopped | Workspace::Starting | Workspace::Stopping => None,
    };
    let view = |nonce| Page {
        nonce,
        user: session.user.as_str(),
        state: word(workspace),
        running,
        operator: session.operator,
    };
    Ok(hotdesk_pages::page(StatusCode::OK, Allow::default(), view)?)
}

/// When and why a box is taken back, in words.
fn stops(Stop { at, reason }: Stop, times: Times, now: Ms) -> String {
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

struct Running<'a> {
    epoch: u64,
    instance: &'a str,
    since: String,
    last_seen: String,
    stops: Option<String>,
}

#[derive(Template)]
#[template(path = "home.html")]
struct Page<'a> {
    nonce: String,
    user: &'a str,
    state: &'static str,
    running: Option<Running<'a>>,
    operator: bool,
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
