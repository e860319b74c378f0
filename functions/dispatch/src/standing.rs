//! Where somebody stands who has no box yet, and as programs see it; `waiting` shows it to people.

use std::hash::{DefaultHasher, Hash, Hasher};

use hotdesk::{
    clock::Ms,
    id::UserId,
    store::{Limit, Place},
    web::Reply,
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;

use crate::words;

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

/// Whoever waits asks again after a second for each so many places before them.
const NEAR: u64 = 100;

/// The longest pause between two questions of whoever waits, seconds: short beside the time for which a
/// place is kept for somebody who does not ask ([`hotdesk::store::ASKING`]).
const SELDOM: u64 = 15;

/// Whoever's last box is being stopped asks so often, seconds: that takes half a minute at least, and after
/// a lunch of thousands, whose disks AWS takes off at five a second, a quarter of an hour.
const STOPS: u64 = 3;

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
    pub(crate) fn limit(&self) -> Option<Limit> {
        self.place.filter(|place| place.booting.is_none()).and_then(|place| place.limit)
    }

    /// When a box is expected: as long after its boot began, or after it was asked for, as boots
    /// took lately. Nobody knows where something keeps boxes from coming.
    pub(crate) fn expected(&self) -> Option<Ms> {
        let place = self.place.filter(|_| self.limit().is_none())?;
        Some(place.booting.unwrap_or(place.since).plus(place.boot?))
    }

    /// After how many seconds it is worth asking again.
    ///
    /// While a box boots: a fifth of the time that is left, or since when it is late, and of a box that
    /// is very late (it waits for its turn in a storm) a twentieth; so that a box is found within a fifth
    /// of that. Far back in the queue: EC2 launches 2 instances a second in the
    /// long run ("Request throttling for the Amazon EC2 API"; that Auto Scaling's launches count there
    /// is unverified), so nothing changes there for longer than that; who waits in thousands asks in
    /// hundreds of requests a second instead of thousands.
    pub(crate) fn ask_again(&self, now: Ms) -> u64 {
        let far = self.place.map_or(0, |place| place.position / NEAR);
        match (self.stage(), self.limit()) {
            (Some(Stage::Queued), Some(_)) => far.clamp(5, SELDOM),
            (Some(Stage::Queued), None) => far.clamp(2, SELDOM),
            (Some(Stage::Booting), _) => {
                let expected = self.expected().unwrap_or(now);
                let (left, late) = (expected.since(now).as_secs(), now.since(expected).as_secs());
                (left.max(late) / 5).clamp(1, 5).max(late / 20).min(SELDOM)
            }
            (None, _) if self.state == State::Stopping => STOPS,
            (Some(Stage::Opening) | None, _) => 1,
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
        hotdesk_pages::json(status, &body)
    }

    /// In `Retry-After`, also with a 200.
    pub(crate) fn tell_when_to_ask(&self, reply: &mut Reply, now: Ms) {
        reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(self.ask_again(now)));
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hotdesk::store::ASKING;

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

    #[test]
    fn who_is_far_back_asks_less_often() {
        let asks = |position, limit| {
            let place = Place { position, since: Ms(1), booting: None, boot: None, limit };
            Standing { state: State::Waiting, place: Some(place) }.ask_again(Ms(1))
        };
        let queued = [1, 299, 300, 1_499, 1_500, 100_000].map(|place| asks(place, None));
        assert_eq!(queued, [2, 2, 3, 14, 15, 15]);
        let full = [1, 599, 600, 100_000].map(|place| asks(place, Some(Limit::MaxSize)));
        assert_eq!(full, [5, 5, 6, 15]);
        assert!(Duration::from_secs(SELDOM) * 5 < ASKING);
    }

    #[test]
    fn who_waits_for_the_last_box_to_stop_does_not_ask_each_second() {
        let asks = |state| Standing { state, place: None }.ask_again(Ms(1));
        assert_eq!(asks(State::Stopping), 3);
        assert_eq!(asks(State::Running), 1);
        assert_eq!(asks(State::Rebuilding), 1);
    }

    #[test]
    fn the_nearer_a_box_the_more_often_one_asks() {
        let (began, boot) = (Ms(1_000), Some(Duration::from_secs(60)));
        let asks = |seconds: u64, boot| {
            let booting = Some(began);
            let place = Place { position: 1_000, since: began, booting, boot, limit: None };
            let now = began.plus(Duration::from_secs(seconds));
            Standing { state: State::Waiting, place: Some(place) }.ask_again(now)
        };
        let pauses = [0, 35, 36, 50, 54, 60, 69, 70, 160, 180, 600];
        let pauses = pauses.map(|seconds| asks(seconds, boot));
        assert_eq!(pauses, [5, 5, 4, 2, 1, 1, 1, 2, 5, 6, 15]);
        assert_eq!(asks(0, None), 1, "no boot was measured");
    }
}
