//! Sessions that ended, for people and for programs: why, by what evidence, and what became of the
//! files.

use hotdesk::{
    clock::Ms,
    ledger::{Ending, Farewell, Session, Why},
};
use serde::Serialize;

use crate::words;

/// A session as programs see it: times in RFC 3339.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SessionJson<'a> {
    epoch: u64,
    instance_id: &'a str,
    began: Option<String>,
    ended: Option<String>,
    why: Why,
    decided: Option<String>,
    last_seen: Option<String>,
    by: Option<&'a str>,
    farewell: Option<Farewell>,
    cost: Option<f64>,
}

impl<'a> SessionJson<'a> {
    /// Sessions, in their order.
    pub(crate) fn all(sessions: &'a [Session]) -> Vec<Self> {
        sessions.iter().map(Self::of).collect()
    }

    #[expect(clippy::cast_precision_loss, reason = "exact up to nine thousand million")]
    fn of(session: &'a Session) -> Self {
        let Session { epoch, instance, began, ended, ending, farewell, cost, .. } = session;
        Self {
            epoch: epoch.0,
            instance_id: instance.as_str(),
            began: words::rfc3339(*began),
            ended: words::rfc3339(*ended),
            why: ending.why,
            decided: words::rfc3339(ending.at),
            last_seen: ending.last_seen.and_then(words::rfc3339),
            by: ending.by.as_ref().map(|by| by.as_str()),
            farewell: *farewell,
            cost: (*cost > 0).then_some(*cost as f64 / 1e6),
        }
    }
}

/// A session as people read it.
pub(crate) struct Row {
    pub(crate) began: When,
    pub(crate) ended: When,
    pub(crate) lasted: String,
    pub(crate) why: String,
    pub(crate) files: &'static str,
    /// None where there is no price.
    pub(crate) cost: Option<String>,
}

/// A time in words and in RFC 3339.
pub(crate) struct When {
    pub(crate) words: String,
    pub(crate) exact: String,
}

impl When {
    fn of(at: Ms) -> Self {
        Self { words: words::minute(at), exact: words::rfc3339(at).unwrap_or_default() }
    }
}

/// The last sessions of a user as people read them, newest first.
#[derive(Default)]
pub(crate) struct Ledger {
    pub(crate) rows: Vec<Row>,
}

impl Ledger {
    /// These.
    pub(crate) fn of(sessions: &[Session]) -> Self {
        Self { rows: sessions.iter().map(row).collect() }
    }
}

fn row(session: &Session) -> Row {
    Row {
        began: When::of(session.began),
        ended: When::of(session.ended),
        lasted: words::about(session.ended.since(session.began)),
        why: why(&session.ending, session),
        files: files(session.farewell),
        cost: (session.cost > 0).then(|| price(session.cost)),
    }
}

/// Why it ended, with the evidence.
fn why(Ending { why, last_seen, by, .. }: &Ending, session: &Session) -> String {
    let seen = last_seen.map(|at| format!("no heartbeat since {}", words::when(at)));
    let by = by.as_ref().filter(|by| **by != session.user);
    match (why, seen, by) {
        (Why::Idle, Some(seen), _) => format!("Idle: {seen}"),
        (Why::Idle, None, _) => "Idle: no heartbeat".into(),
        (Why::Left, _, Some(by)) => format!("Stopped by {by}"),
        (Why::Left, _, None) => "Stopped by its user".into(),
        (Why::Lifetime, ..) => {
            "The longest lifetime was over, and nobody said that they stay".into()
        }
        (Why::Revoked, _, Some(by)) => format!("Signed out everywhere by the operator {by}"),
        (Why::Revoked, _, None) => "Signed out everywhere by an operator".into(),
        (Why::Lost, Some(seen), _) => format!("The machine was lost: {seen}"),
        (Why::Lost, None, _) => "The machine was lost".into(),
    }
}

/// What became of the files.
fn files(farewell: Option<Farewell>) -> &'static str {
    match farewell {
        Some(Farewell::Saved) => "saved",
        Some(Farewell::Nothing) => "none to save",
        Some(Farewell::Late) => "perhaps not the last: the box was too slow",
        Some(Farewell::Silent) => "perhaps not the last: the box did not answer",
        None => "perhaps not the last: the box could not be asked",
    }
}

/// An amount in the currency that the operator thinks of: cents, and below one of it hundredths of
/// those; rounded up to the latter.
fn price(millionths: u64) -> String {
    let hundredths = millionths.div_ceil(100);
    let (whole, rest) = (hundredths / 10_000, hundredths % 10_000);
    if whole > 0 { format!("{whole}.{:02}", rest / 100) } else { format!("0.{rest:04}") }
}

#[cfg(test)]
mod tests {
    use hotdesk::id::{Epoch, UserId};

    use super::*;

    fn session(why: Why, last_seen: Option<Ms>, by: Option<&str>) -> Session {
        let by = by.map(|by| by.parse::<UserId>().unwrap());
        Session {
            user: "alice".parse().unwrap(),
            epoch: Epoch(1),
            instance: "i-00000001".parse().unwrap(),
            began: Ms(1_795_165_200_000),
            ended: Ms(1_795_172_700_000),
            ending: Ending { why, at: Ms(1_795_172_690_000), last_seen, by },
            farewell: None,
            cost: 0,
        }
    }

    #[test]
    fn the_reason_is_said_with_its_evidence() {
        let seen = Some(Ms(1_795_172_400_000));
        for (session, words) in [
            (session(Why::Idle, seen, None), "Idle: no heartbeat since 20 Nov 2026, 11:00 UTC"),
            (session(Why::Idle, None, None), "Idle: no heartbeat"),
            (session(Why::Left, None, Some("alice")), "Stopped by its user"),
            (session(Why::Left, None, Some("olivia")), "Stopped by olivia"),
            (
                session(Why::Revoked, None, Some("olivia")),
                "Signed out everywhere by the operator olivia",
            ),
            (
                session(Why::Lost, seen, None),
                "The machine was lost: no heartbeat since 20 Nov 2026, 11:00 UTC",
            ),
        ] {
            assert_eq!(row(&session).why, words);
        }
        assert_eq!(row(&session(Why::Lifetime, None, None)).lasted, "2 h 5 min");
    }

    #[test]
    fn only_a_box_that_said_so_has_saved_the_files() {
        for farewell in [None, Some(Farewell::Late), Some(Farewell::Silent)] {
            assert!(files(farewell).starts_with("perhaps not"), "{farewell:?}");
        }
        assert_eq!(files(Some(Farewell::Saved)), "saved");
    }

    #[test]
    fn what_has_a_price_never_looks_free() {
        for (millionths, text) in [
            (1, "0.0001"),
            (6_934, "0.0070"),
            (166_400, "0.1664"),
            (999_999, "1.00"),
            (1_000_000, "1.00"),
            (12_345_678, "12.34"),
        ] {
            assert_eq!(price(millionths), text);
        }
        assert_eq!(row(&session(Why::Left, None, None)).cost, None, "nobody has set one");
    }
}
