//! The waiting page: how far the next box is, and what keeps it from coming.

use std::time::Duration;

use askama::Template;
use hotdesk::{clock::Ms, store::Limit, web::Reply};
use hotdesk_pages::Allow;
use http::StatusCode;

use crate::{
    Refusal,
    session::Session,
    standing::{Stage, Standing, State},
    words,
};

/// Where a user stands, as a page.
pub(crate) fn page(
    standing: &Standing,
    status: StatusCode,
    session: &Session,
    now: Ms,
) -> Result<Reply, Refusal> {
    let expected = standing.expected();
    let view = |nonce| Page {
        nonce,
        user: session.user.as_str(),
        state: standing.state,
        stage: standing.stage(),
        position: standing.place.map(|place| place.position),
        since: standing.place.and_then(|place| words::rfc3339(place.since)),
        waited: standing.place.map(|place| words::about(now.since(place.since))),
        expected: expected.and_then(words::rfc3339),
        remaining: expected.filter(|at| *at > now).map(|at| words::about(at.since(now))),
        boot: standing.place.and_then(|place| place.boot).map(words::about),
        limit: standing.limit(),
        etag: standing.etag(&session.user, true),
        pause: Duration::from_secs(standing.ask_again(now)).as_millis(),
        now: words::rfc3339(now).unwrap_or_default(),
    };
    Ok(hotdesk_pages::page(status, Allow::default(), view)?)
}

#[derive(Template)]
#[template(path = "waiting.html")]
struct Page<'a> {
    nonce: String,
    user: &'a str,
    state: State,
    stage: Option<Stage>,
    position: Option<u64>,
    /// Since when the user waits, in UTC, and how long that is.
    since: Option<String>,
    waited: Option<String>,
    /// When the box is expected, in UTC.
    expected: Option<String>,
    /// How long that still is; `None` once it is past.
    remaining: Option<String>,
    /// How long boots took lately.
    boot: Option<String>,
    limit: Option<Limit>,
    etag: String,
    /// Milliseconds until the page asks again.
    pause: u128,
    /// The time now, in UTC: the reader's clock may be wrong.
    now: String,
}

impl Page<'_> {
    fn title(&self) -> &'static str {
        match self.state {
            State::Waiting | State::Stopping | State::Rebuilding => "Your workspace is on its way",
            State::Running => "Your workspace is ready",
            State::Stopped => "You are not in the queue",
        }
    }

    fn state_word(&self) -> &'static str {
        self.state.word()
    }

    fn limit_word(&self) -> &'static str {
        self.limit.map_or("", Limit::name)
    }

    /// What is going on, in a sentence.
    fn sentence(&self) -> &'static str {
        match (self.state, self.limit) {
            (State::Waiting, Some(Limit::MaxSize)) => {
                "All boxes are taken, and there may be no more of them."
            }
            (State::Waiting, Some(Limit::NoCapacity)) => {
                "AWS has no free machine of this kind at the moment."
            }
            (State::Waiting, Some(Limit::LaunchFailed)) => "AWS refuses to start a machine.",
            (State::Waiting, Some(Limit::Throttled)) => "AWS asks hotdesk to slow down.",
            (State::Waiting, Some(Limit::Away)) => "AWS does not answer at the moment.",
            (State::Waiting, None) if self.stage == Some(Stage::Booting) => {
                "A box is starting for you."
            }
            (State::Waiting, None) => "All boxes are taken; another one has been asked for.",
            (State::Running, _) => "There is a box for you.",
            (State::Stopping, _) => {
                "Your last box is being stopped first; then you get another one."
            }
            (State::Rebuilding, _) => {
                "hotdesk is putting itself in order, which takes some seconds. Nobody loses a box for it."
            }
            (State::Stopped, _) => "You left, or nobody asked for your place for some minutes.",
        }
    }

    /// What that means for whoever waits, where something is wrong.
    fn note(&self) -> Option<&'static str> {
        Some(match self.limit? {
            Limit::MaxSize => {
                "You get the next box that somebody gives back. \
                 Whoever runs hotdesk here can allow more of them."
            }
            Limit::NoCapacity => {
                "hotdesk keeps asking, and your place is kept. This passes by itself, \
                 but nobody can say when."
            }
            Limit::LaunchFailed => {
                "Your place is kept, but somebody must mend this: please tell whoever runs hotdesk \
                 here. The reason is in its log."
            }
            Limit::Throttled | Limit::Away => {
                "The request is being repeated, and your place is kept."
            }
        })
    }

    /// When the box is expected, in words.
    fn expectation(&self) -> String {
        match (&self.remaining, &self.expected) {
            (Some(remaining), _) => format!("in about {remaining}"),
            (None, Some(_)) => "any moment; it takes longer than usual".into(),
            (None, None) => "nobody knows yet: no boot was measured here".into(),
        }
    }

    /// What a stage of the way is for the style: gone through, present, or to come.
    fn step(&self, of: Stage) -> &'static str {
        match self.stage {
            Some(now) if now > of => " class=\"done\"",
            Some(now) if now == of => " aria-current=\"step\"",
            _ => "",
        }
    }
}
