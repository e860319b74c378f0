//! Where somebody stands who has no box yet, as JSON and as the waiting page.

use std::{
    hash::{DefaultHasher, Hash, Hasher},
    time::Duration,
};

use askama::Template;
use hotdesk::{
    clock::Ms,
    id::UserId,
    store::{Limit, Place},
    web::{self, Reply},
};
use hotdesk_pages::Allow;
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::{Refusal, session::Session, words};

/// What a workspace does, for one who waits for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum State {
    /// In the queue.
    Waiting,
    /// There is a box: open it.
    Running,
    /// The last box is being stopped first.
    Stopping,
    /// Neither a box nor a place in the queue.
    Stopped,
    /// The store is being rebuilt; nobody's place is known just now.
    Rebuilding,
}

impl State {
    /// Its word in pages, in JSON and in the log.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Rebuilding => "rebuilding",
        }
    }
}

/// How far the next box is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Stage {
    /// No box boots for this place yet.
    Queued,
    /// One does.
    Booting,
    /// It is there.
    Opening,
}

/// Where a user stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Standing {
    pub(crate) state: State,
    pub(crate) place: Option<Place>,
}

/// [`Standing`] as programs see it: times in RFC 3339.
#[derive(Serialize)]
struct Json {
    state: &'static str,
    stage: Option<Stage>,
    position: Option<u64>,
    since: Option<String>,
    expected: Option<String>,
    limit: Option<&'static str>,
}

impl Standing {
    pub(crate) fn stage(&self) -> Option<Stage> {
        match self.state {
            State::Waiting if self.place.is_some_and(|place| place.booting.is_some()) => {
                Some(Stage::Booting)
            }
            State::Waiting => Some(Stage::Queued),
            State::Running => Some(Stage::Opening),
            State::Stopping | State::Stopped | State::Rebuilding => None,
        }
    }

    /// What keeps a box from coming. A box that boots already comes whatever the group's limits.
    fn limit(&self) -> Option<Limit> {
        self.place.filter(|place| place.booting.is_none()).and_then(|place| place.limit)
    }

    /// When a box is expected: as long after its boot began, or after it was asked for, as boots
    /// took lately. Nobody knows where something keeps boxes from coming.
    fn expected(&self) -> Option<Ms> {
        let place = self.place.filter(|_| self.limit().is_none())?;
        Some(place.booting.unwrap_or(place.since).plus(place.boot?))
    }

    /// After how many seconds it is worth asking again.
    pub(crate) fn ask_again(&self) -> u64 {
        match (self.stage(), self.limit()) {
            (Some(Stage::Queued), Some(_)) => 5,
            (Some(Stage::Queued), None) => 2,
            _ => 1,
        }
    }

    /// What a 304 says has not changed: the user's standing, in that representation. Weak, as two
    /// pages of one standing differ in their nonces and in how long somebody has waited (RFC 9110,
    /// section 8.8.1).
    pub(crate) fn etag(&self, user: &UserId, html: bool) -> String {
        let Place { position, since, booting, boot, limit } = match self.place {
            Some(place) => place,
            None => Place { position: 0, since: Ms(0), booting: None, boot: None, limit: None },
        };
        let mut hasher = DefaultHasher::new();
        (user.as_str(), html, self.state, position, since, booting, boot, limit).hash(&mut hasher);
        format!("W/\"{:016x}\"", hasher.finish())
    }

    /// As JSON.
    pub(crate) fn json(&self, status: StatusCode) -> Reply {
        let body = Json {
            state: self.state.word(),
            stage: self.stage(),
            position: self.place.map(|place| place.position),
            since: self.place.and_then(|place| words::rfc3339(place.since)),
            expected: self.expected().and_then(words::rfc3339),
            limit: self.limit().map(Limit::name),
        };
        web::json(status, &body)
    }

    /// As the waiting page.
    pub(crate) fn page(
        &self,
        status: StatusCode,
        session: &Session,
        now: Ms,
    ) -> Result<Reply, Refusal> {
        let expected = self.expected();
        let view = |nonce| Page {
            nonce,
            user: session.user.as_str(),
            state: self.state,
            stage: self.stage(),
            position: self.place.map(|place| place.position),
            since: self.place.and_then(|place| words::rfc3339(place.since)),
            waited: self.place.map(|place| words::about(now.since(place.since))),
            expected: expected.and_then(words::rfc3339),
            remaining: expected.filter(|at| *at > now).map(|at| words::about(at.since(now))),
            boot: self.place.and_then(|place| place.boot).map(words::about),
            limit: self.limit(),
            etag: self.etag(&session.user, true),
            pause: Duration::from_secs(self.ask_again()).as_millis(),
            now: words::rfc3339(now).unwrap_or_default(),
        };
        Ok(hotdesk_pages::page(status, Allow::default(), view)?)
    }

    /// In `Retry-After`, also with a 200.
    pub(crate) fn tell_when_to_ask(&self, reply: &mut Reply) {
        reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(self.ask_again()));
    }
}

/// Whether the client has what it would be sent (RFC 9110, section 13.1.2).
pub(crate) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let given = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok());
    given
        .flat_map(|list| list.split(','))
        .map(str::trim)
        .any(|one| one == "*" || opaque(one) == opaque(etag))
}

/// A tag as weak comparison sees it (RFC 9110, section 8.8.3.2).
fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_by_what_it_names() {
        for (given, known) in [
            ("W/\"a\"", true),
            ("\"a\"", true),
            ("*", true),
            ("\"b\", W/\"a\"", true),
            ("\"b\"", false),
            ("a", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_static(given));
            assert_eq!(is_known(&headers, "W/\"a\""), known, "{given}");
        }
        assert!(!is_known(&HeaderMap::new(), "W/\"a\""));
    }
}
