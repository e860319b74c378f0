//! People who come by a file of counts: see [`hotdesk_spares::trace`]. Its first line is the run's beginning.

use std::time::Duration;

use hotdesk_spares::trace::{self, BadTrace};

/// When they come, after the run's beginning: each line's evenly.
///
/// # Errors
/// [`BadTrace`].
pub fn read(text: &str) -> Result<Vec<Duration>, BadTrace> {
    let rows = trace::read(text)?;
    let begins = rows.first().map_or(0, |row| row.at);
    let spread = rows.iter().flat_map(|row| {
        let (from, span) =
            (Duration::from_secs(row.at - begins), Duration::from_secs(row.end - row.at));
        (0..row.count).map(move |n| from + span * n / row.count)
    });
    Ok(spread.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_come_evenly_between_two_lines() {
        let text =
            "timestamp,count\n2026-11-20T08:00:00Z,2\n2026-11-20T08:01:00Z,0\n1795161720,3\n";
        let at: Vec<u64> = read(text).unwrap().iter().map(Duration::as_secs).collect();
        assert_eq!(at, [0, 30, 120, 140, 160]);
    }
}
