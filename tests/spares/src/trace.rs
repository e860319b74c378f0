//! Arrivals from a file of counts: lines `timestamp,count`, the timestamps in seconds since 1970 or as
//! `2026-11-20T08:00:00Z`, in order. So many people come between that time and the next line's; after the
//! last line, within the time between the last two. A first line of words is a heading.

use std::iter::once;

use jiff::Timestamp;

use rand::Rng;

/// Why a file of counts cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum BadTrace {
    /// A line, by its number from 1, that is no time and count.
    #[error("line {0} is not timestamp,count (seconds since 1970, or 2026-11-20T08:00:00Z)")]
    Line(u64),
    /// A line whose time is not after the one before.
    #[error("line {0} is not later than the line before")]
    Order(u64),
    /// Nothing, or a single line: nobody can say within what time its people come.
    #[error("it needs two lines at least")]
    Short,
}

/// So many came from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Seconds since 1970.
    pub at: u64,
    /// Until when: seconds since 1970.
    pub end: u64,
    /// How many.
    pub count: u32,
}

/// The rows of a file.
///
/// # Errors
/// [`BadTrace`].
pub fn read(text: &str) -> Result<Vec<Row>, BadTrace> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut rows: Vec<(u64, u32)> = Vec::new();
    for record in reader.records() {
        let record =
            record.map_err(|e| BadTrace::Line(e.position().map_or(0, csv::Position::line)))?;
        let line = record.position().map_or(0, csv::Position::line);
        if line == 1 && record.get(0).is_some_and(|at| at.starts_with(char::is_alphabetic)) {
            continue;
        }
        let (Some(at), Some(count), None) = (record.get(0), record.get(1), record.get(2)) else {
            return Err(BadTrace::Line(line));
        };
        let at = seconds(at).ok_or(BadTrace::Line(line))?;
        let count = count.parse().map_err(|_| BadTrace::Line(line))?;
        if rows.last().is_some_and(|(before, _)| *before >= at) {
            return Err(BadTrace::Order(line));
        }
        rows.push((at, count));
    }
    let [.., (before, _), (last, _)] = rows[..] else { return Err(BadTrace::Short) };
    let ends = rows.iter().skip(1).map(|(at, _)| *at).chain(once(2 * last - before));
    Ok(rows
        .iter()
        .zip(ends)
        .map(|((at, count), end)| Row { at: *at, end, count: *count })
        .collect())
}

/// Seconds since 1970.
fn seconds(text: &str) -> Option<u64> {
    if let Ok(seconds) = text.parse() {
        return Some(seconds);
    }
    text.parse::<Timestamp>().ok().and_then(|at| at.as_second().try_into().ok())
}

/// How many come a minute in the mean.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 seconds")]
pub fn rate(rows: &[Row]) -> f64 {
    let people: f64 = rows.iter().map(|row| f64::from(row.count)).sum();
    match rows {
        [first, .., last] => people * 60.0 / (last.end - first.at) as f64,
        _ => 0.0,
    }
}

/// When people come, in seconds since 1970 and in order: each row's at random within it, `factor` times
/// as many as it says.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 seconds")]
pub fn arrivals(rows: &[Row], factor: f64, chance: &mut impl Rng) -> Vec<f64> {
    let mut all = Vec::new();
    for row in rows {
        let exact = f64::from(row.count) * factor;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts")]
        let whole = exact as u64;
        let many = whole + u64::from(chance.random_bool(exact.fract()));
        all.extend((0..many).map(|_| chance.random_range(row.at as f64..row.end as f64)));
    }
    all.sort_by(f64::total_cmp);
    all
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn people_come_between_two_lines() {
        let text =
            "timestamp,count\n2026-11-20T08:00:00Z,2\n2026-11-20T08:01:00Z,0\n1795161720, 3\n";
        let rows = read(text).unwrap();
        let row = |at, end, count| Row { at, end, count };
        let t = 1_795_161_600;
        assert_eq!(rows, [row(t, t + 60, 2), row(t + 60, t + 120, 0), row(t + 120, t + 180, 3)]);
        assert!((rate(&rows) - 5.0 / 3.0).abs() < 1e-9);
        let twice = arrivals(&rows, 2.0, &mut ChaCha8Rng::seed_from_u64(1));
        let within = |from: u64, to: u64| {
            twice.iter().filter(|at| (from as f64..to as f64).contains(*at)).count()
        };
        assert_eq!((within(t, t + 60), within(t + 120, t + 180), twice.len()), (4, 6, 10));
    }

    #[test]
    fn what_is_no_file_of_counts_is_said_by_its_line() {
        assert!(matches!(read("1,2\n1,2"), Err(BadTrace::Order(2))));
        for bad in ["1,2\n2,-1", "1,2\n2026-13-01T00:00:00Z,1", "1,2\n2 2", "1,2\n2,2,2"] {
            assert!(matches!(read(bad), Err(BadTrace::Line(2))), "{bad}");
        }
        assert!(matches!(read("1,2\n"), Err(BadTrace::Short)));
    }
}
