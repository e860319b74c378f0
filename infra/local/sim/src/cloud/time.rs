//! Times as AWS writes them.

use time::{UtcDateTime, macros::format_description};

/// `2021-01-13T00:12:37.214Z`, from ms since 1970.
pub(crate) fn rfc3339_millis(ms: u64) -> String {
    let format =
        format_description!("[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]Z");
    utc(ms).format(&format).unwrap_or_default()
}

/// `2021-01-13T00:12:37Z`, from ms since 1970.
pub(crate) fn rfc3339_seconds(ms: u64) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    utc(ms).format(&format).unwrap_or_default()
}

/// The end of year 9999 for anything later.
fn utc(ms: u64) -> UtcDateTime {
    UtcDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).unwrap_or(UtcDateTime::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_in_the_documentation() {
        assert_eq!(rfc3339_millis(1_610_496_757_214), "2021-01-13T00:12:37.214Z");
        assert_eq!(rfc3339_millis(1_610_496_757_000), "2021-01-13T00:12:37.000Z");
        assert_eq!(rfc3339_seconds(1_610_496_757_214), "2021-01-13T00:12:37Z");
        assert_eq!(rfc3339_seconds(u64::MAX), "9999-12-31T23:59:59Z");
    }
}
