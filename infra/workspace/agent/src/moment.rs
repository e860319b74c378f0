//! A point in time for people: in UTC, and for a script that knows their zone.

use hotdesk::clock::Ms;
use time::{
    OffsetDateTime,
    format_description::{FormatItem, well_known::Rfc3339},
    macros::format_description,
};

const WORDS: &[FormatItem<'_>] =
    format_description!("[day padding:none] [month repr:long] [year], [hour]:[minute] UTC");

/// A point in time as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// RFC 3339.
    pub(crate) machine: String,
    pub(crate) words: String,
}

impl Moment {
    /// `None` beyond the years that a calendar has.
    pub(crate) fn of(at: Ms) -> Option<Self> {
        let at = OffsetDateTime::from_unix_timestamp(i64::try_from(at.seconds()).ok()?).ok()?;
        Some(Self { machine: at.format(&Rfc3339).ok()?, words: at.format(WORDS).ok()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_has_words() {
        let moment = Moment::of(Ms(1_795_200_300_999)).unwrap();
        assert_eq!(moment.words, "20 November 2026, 18:45 UTC");
        assert_eq!(moment.machine, "2026-11-20T18:45:00Z");
        assert_eq!(Moment::of(Ms(u64::MAX)), None);
    }
}
