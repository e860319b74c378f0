//! Times, for people and for programs.

use std::time::Duration;

use hotdesk::clock::Ms;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// A time in UTC as RFC 3339 has it, to the second; `None` past the year 9999.
pub(crate) fn rfc3339(at: Ms) -> Option<String> {
    let seconds = i64::try_from(at.seconds()).ok()?;
    OffsetDateTime::from_unix_timestamp(seconds).ok()?.format(&Rfc3339).ok()
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
    fn programs_get_utc() {
        assert_eq!(rfc3339(Ms(1_795_165_200_999)).as_deref(), Some("2026-11-20T09:00:00Z"));
        assert_eq!(rfc3339(Ms(u64::MAX)), None);
    }
}
