//! Times, for people and for programs.

use std::time::Duration;

use hotdesk::clock::Ms;
use time::{
    OffsetDateTime,
    format_description::{StaticFormatDescription, well_known::Rfc3339},
    macros::format_description,
};

const FOR_PEOPLE: StaticFormatDescription =
    format_description!("[day padding:none] [month repr:short] [year], [hour]:[minute]");

/// A time in UTC as RFC 3339 has it, to the second; `None` past the year 9999.
pub(crate) fn rfc3339(at: Ms) -> Option<String> {
    date(at)?.format(&Rfc3339).ok()
}

/// The same, but `None` for a time that was never set.
pub(crate) fn if_ever(at: Ms) -> Option<String> {
    (at != Ms::default()).then(|| rfc3339(at)).flatten()
}

/// A time in UTC for people, to the minute.
pub(crate) fn when(at: Ms) -> String {
    format!("{} UTC", minute(at))
}

/// The same where it is said elsewhere that it is UTC.
pub(crate) fn minute(at: Ms) -> String {
    date(at).and_then(|date| date.format(FOR_PEOPLE).ok()).unwrap_or_else(|| "never".into())
}

fn date(at: Ms) -> Option<OffsetDateTime> {
    let seconds = i64::try_from(at.seconds()).ok()?;
    OffsetDateTime::from_unix_timestamp(seconds).ok()
}

/// About how long that is: "40 seconds", "5 minutes", "2 h 5 min", "3 days".
pub(crate) fn about(time: Duration) -> String {
    let seconds = time.as_secs();
    let (minutes, hours) = (seconds / 60, seconds / 3600);
    match seconds {
        1 => "1 second".into(),
        0..90 => format!("{seconds} seconds"),
        90..5400 => format!("{} minutes", (seconds + 30) / 60),
        5400..172_800 if minutes % 60 == 0 => format!("{hours} h"),
        5400..172_800 => format!("{hours} h {} min", minutes % 60),
        _ => format!("{} days", hours / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_said_as_people_say_them() {
        for (seconds, words) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (89, "89 seconds"),
            (90, "2 minutes"),
            (300, "5 minutes"),
            (3600, "60 minutes"),
            (7200, "2 h"),
            (7500, "2 h 5 min"),
            (172_800, "2 days"),
        ] {
            assert_eq!(about(Duration::from_secs(seconds)), words);
        }
    }

    #[test]
    fn people_get_utc_and_are_told_so() {
        assert_eq!(when(Ms(1_795_165_200_999)), "20 Nov 2026, 09:00 UTC");
        assert_eq!(minute(Ms(1_795_165_200_999)), "20 Nov 2026, 09:00");
        assert_eq!(minute(Ms(u64::MAX)), "never");
        assert_eq!(if_ever(Ms(0)), None);
        assert!(if_ever(Ms(1)).is_some());
    }

    #[test]
    fn programs_get_utc() {
        assert_eq!(rfc3339(Ms(1_795_165_200_999)).as_deref(), Some("2026-11-20T09:00:00Z"));
        assert_eq!(rfc3339(Ms(u64::MAX)), None);
    }
}
