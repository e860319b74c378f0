//! So many spares by the clock: `1; mon-fri 07:45-10:00=20; sat,sun 00:00-24:00=0`.
//!
//! First the number for all the rest of the time, then windows: days, from when until when, and how
//! many. Where windows overlap the last one holds. A window ends on the day on which it begins. Boxes
//! begin to boot when it begins: let it do so some minutes before people come.

use std::str::FromStr;

use jiff::{
    Timestamp,
    civil::{Time, Weekday},
    tz::TimeZone,
};

use super::MOST;
use crate::clock::Ms;

/// So many spares by the clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schedule {
    zone: TimeZone,
    otherwise: usize,
    windows: Vec<Window>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Window {
    days: Vec<Weekday>,
    from: Time,
    /// Until the day's end without.
    to: Option<Time>,
    spares: usize,
}

impl Window {
    fn has(&self, day: Weekday, time: Time) -> bool {
        self.days.contains(&day) && self.from <= time && self.to.is_none_or(|to| time < to)
    }
}

impl Schedule {
    /// How many there are to be at a time.
    #[must_use]
    pub fn at(&self, now: Ms) -> usize {
        let since = i64::try_from(now.0).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let here = since.unwrap_or(Timestamp::MAX).to_zoned(self.zone.clone());
        let (day, time) = (here.weekday(), here.time());
        let window = self.windows.iter().rev().find(|window| window.has(day, time));
        window.map_or(self.otherwise, |window| window.spares)
    }

    /// The number, if it is always the same.
    pub(super) fn constant(&self) -> Option<usize> {
        self.windows.is_empty().then_some(self.otherwise)
    }

    /// By the clocks of that time zone.
    #[must_use]
    pub fn by(self, zone: &Zone) -> Self {
        Self { zone: zone.0.clone(), ..self }
    }
}

/// Neither a number, nor a schedule, nor `auto`.
#[derive(Debug, thiserror::Error)]
#[error(
    "must be auto, a whole number from 0 to {MOST}, or a number and windows such as \
     1; mon-fri 07:45-10:00=20"
)]
pub struct NoSchedule;

impl FromStr for Schedule {
    type Err = NoSchedule;

    fn from_str(text: &str) -> Result<Self, NoSchedule> {
        let (otherwise, windows) = text.split_once(';').unwrap_or((text, ""));
        let windows = windows.split(';').filter(|window| !window.trim().is_empty());
        let windows: Option<Vec<Window>> = windows.map(window).collect();
        let (otherwise, windows) = number(otherwise).zip(windows).ok_or(NoSchedule)?;
        Ok(Self { zone: TimeZone::UTC, otherwise, windows })
    }
}

fn number(text: &str) -> Option<usize> {
    text.trim().parse().ok().filter(|number| *number <= MOST)
}

fn window(text: &str) -> Option<Window> {
    let (when, spares) = text.split_once('=')?;
    let (days, times) = when.trim().split_once(char::is_whitespace)?;
    let (from, to) = times.trim().split_once('-')?;
    let from = from.trim().parse().ok()?;
    let to = match to.trim() {
        "24:00" => None,
        to => Some(to.parse().ok().filter(|to| *to > from)?),
    };
    let days: Option<Vec<Vec<Weekday>>> = days.split(',').map(range).collect();
    Some(Window { days: days?.concat(), from, to, spares: number(spares)? })
}

/// `mon`, `mon-fri` or, over the weekend, `sat-mon`.
fn range(text: &str) -> Option<Vec<Weekday>> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (day(first)?, day(last)?);
    let many = usize::try_from(first.until(last)).ok()? + 1;
    Some(first.cycle_forward().take(many).collect())
}

fn day(text: &str) -> Option<Weekday> {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    let nth = names.iter().position(|name| text.eq_ignore_ascii_case(name))?;
    Weekday::from_monday_zero_offset(i8::try_from(nth).ok()?).ok()
}

/// A time zone of the IANA database, of which the program has its own copy: where functions run there
/// need not be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// Not the name of a time zone.
#[derive(Debug, thiserror::Error)]
#[error("must be a time zone such as Europe/Berlin or UTC")]
pub struct NoTimeZone;

impl FromStr for Zone {
    type Err = NoTimeZone;

    fn from_str(text: &str) -> Result<Self, NoTimeZone> {
        TimeZone::get(text).map(Self).map_err(|_| NoTimeZone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(schedule: &str, zone: &str, when: &str) -> usize {
        let schedule: Schedule = schedule.parse().unwrap();
        let when: Timestamp = when.parse().unwrap();
        let when = Ms(when.as_millisecond().try_into().unwrap());
        schedule.by(&zone.parse().unwrap()).at(when)
    }

    #[test]
    fn a_window_is_of_its_days_and_hours_and_the_last_one_holds() {
        let text = "1; mon-fri 07:45-10:00=20; wed 08:00-09:00=5; sat-mon 22:00-24:00=0";
        // The 23rd of November 2026 is a Monday.
        for (when, spares) in [
            ("2026-11-23T07:44:59Z", 1),
            ("2026-11-23T07:45:00Z", 20),
            ("2026-11-23T09:59:59Z", 20),
            ("2026-11-23T10:00:00Z", 1),
            ("2026-11-25T08:30:00Z", 5),
            ("2026-11-25T09:30:00Z", 20),
            ("2026-11-28T08:30:00Z", 1),
            ("2026-11-28T23:59:59Z", 0),
            ("2026-11-30T22:00:00Z", 0),
            ("2026-12-01T22:00:00Z", 1),
        ] {
            assert_eq!(at(text, "UTC", when), spares, "{when}");
        }
    }

    #[test]
    fn a_schedule_goes_by_the_clocks_of_its_time_zone() {
        let text = "0; mon-fri 08:00-09:00=7";
        assert_eq!(at(text, "Europe/Berlin", "2026-07-01T06:30:00Z"), 7, "summer");
        assert_eq!(at(text, "Europe/Berlin", "2026-12-01T06:30:00Z"), 0, "winter");
        assert_eq!(at(text, "Europe/Berlin", "2026-12-01T07:30:00Z"), 7, "winter");
        assert!("Europe/Hotdesk".parse::<Zone>().is_err());
    }

    #[test]
    fn what_is_no_schedule_is_refused() {
        for bad in [
            "; mon 08:00-09:00=2",
            "1; mon 08:00-09:00",
            "1; mon 8-9=2",
            "1; mon 09:00-08:00=2",
            "1; mon 08:00-25:00=2",
            "1; 08:00-09:00=2",
            "1; someday 08:00-09:00=2",
            "1; mon 08:00-09:00=1001",
            "1 mon 08:00-09:00=2",
        ] {
            assert!(bad.parse::<Schedule>().is_err(), "{bad:?}");
        }
    }
}
