//! Arrivals from a file of counts: lines `timestamp,count`, the timestamps in seconds since 1970 or as
//! `2026-11-20T08:00:00Z`, in order. So many people come between that time and the next line's, evenly;
//! after the last line, within the time between the last two. The first line is the run's beginning.

use std::{iter::once, time::Duration};

/// Why a file of counts cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadArrivals {
    /// A line, by its number from 1, that is no time and count.
    Line(usize),
    /// A line whose time is not after the one before.
    Order(usize),
    /// Nothing, or a single line: nobody can say within what time its people come.
    Short,
}

impl std::fmt::Display for BadArrivals {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(n) => write!(
                f,
                "line {n} is not timestamp,count (seconds since 1970, or 2026-11-20T08:00:00Z)"
            ),
            Self::Order(n) => write!(f, "line {n} is not later than the line before"),
            Self::Short => f.write_str("it needs two lines at least"),
        }
    }
}

impl std::error::Error for BadArrivals {}

/// When people come, after the run's beginning.
///
/// # Errors
/// [`BadArrivals`].
pub fn read(text: &str) -> Result<Vec<Duration>, BadArrivals> {
    let mut lines: Vec<(u64, u32)> = Vec::new();
    for (n, line) in text.lines().enumerate().map(|(n, line)| (n + 1, line.trim())) {
        if line.is_empty() || (n == 1 && line.starts_with(|c: char| c.is_ascii_alphabetic())) {
            continue;
        }
        let (at, count) = line.split_once(',').ok_or(BadArrivals::Line(n))?;
        let at = seconds(at.trim()).ok_or(BadArrivals::Line(n))?;
        let count = count.trim().parse().map_err(|_| BadArrivals::Line(n))?;
        if lines.last().is_some_and(|(before, _)| *before >= at) {
            return Err(BadArrivals::Order(n));
        }
        lines.push((at, count));
    }
    let [.., (before, _), (last, _)] = lines[..] else { return Err(BadArrivals::Short) };
    let ends = lines.iter().skip(1).map(|(at, _)| *at).chain(once(2 * last - before));
    let begins = lines[0].0;
    let spread = lines.iter().zip(ends).flat_map(|((at, count), end)| {
        let (from, span) = (Duration::from_secs(at - begins), Duration::from_secs(end - at));
        (0..*count).map(move |n| from + span * n / *count)
    });
    Ok(spread.collect())
}

/// Seconds since 1970.
fn seconds(text: &str) -> Option<u64> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let three = |text: &str, mark| -> Option<[u64; 3]> {
        let parts: Option<Vec<u64>> = text.split(mark).map(|part| part.parse().ok()).collect();
        parts?.try_into().ok()
    };
    let ([year, month, day], [h, min, s]) = (three(date, '-')?, three(time, ':')?);
    let is_date = (1970..=9999).contains(&year) && (1..=12).contains(&month);
    if !is_date || !(1..=31).contains(&day) || h > 23 || min > 59 || s > 60 {
        return None;
    }
    // Years begin in March, so that a leap day is the last of its year (H. Hinnant, "chrono-Compatible
    // Low-Level Date Algorithms", days_from_civil).
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = year * 365 + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    Some((days - 719_468) * 86_400 + h * 3600 + min * 60 + s)
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

    #[test]
    fn what_is_no_file_of_counts_is_said_by_its_line() {
        assert_eq!(read("1,2\n1,2"), Err(BadArrivals::Order(2)));
        assert_eq!(read("1,2\n2,-1"), Err(BadArrivals::Line(2)));
        assert_eq!(read("1,2\n2026-13-01T00:00:00Z,1"), Err(BadArrivals::Line(2)));
        assert_eq!(read("1,2\n2 2"), Err(BadArrivals::Line(2)));
        assert_eq!(read("1,2\n"), Err(BadArrivals::Short));
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2026-11-20T08:00:00Z"), Some(1_795_161_600));
        assert_eq!(seconds("2024-03-01T00:00:00Z"), Some(1_709_251_200));
    }
}
