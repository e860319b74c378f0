//! When people come, eat and go.

use std::time::Duration;

use hotdesk_tests::world::chance::Chance;

/// A day of 24 hours; shorter runs have shorter days, in which people do the same.
const DAY: Duration = Duration::from_secs(86_400);

/// A world begins at 08:00, so its day does.
const BEGINS: f64 = 8.0;

/// How people divide their days.
#[derive(Clone, Copy, Debug)]
pub struct Rhythm {
    /// From one morning to the next.
    pub day: Duration,
}

/// A day of somebody, from its morning on.
#[derive(Clone, Debug)]
pub struct Day {
    /// Spells at the desk: from, until.
    pub spells: Vec<(Duration, Duration)>,
}

impl Rhythm {
    /// Days as long as the run if it is shorter than a day, so that each has its lunch break.
    #[must_use]
    pub fn of(run: Duration) -> Self {
        Self { day: run.min(DAY) }
    }

    /// An hour of a day of 24, in this day.
    fn hour(&self, hours: f64) -> Duration {
        // Short days are of work: from 8 to 20.
        let span = if self.day < DAY { 12.0 } else { 24.0 };
        Duration::from_secs_f64(self.day.as_secs_f64() * (hours / span).max(0.0))
    }

    /// The `n`-th day of somebody, from 0, a Friday as the world's first.
    pub fn day(&self, n: u64, chance: &mut Chance) -> Day {
        let weekend = self.day == DAY && matches!(n % 7, 1 | 2);
        let works = chance.hits(if weekend { 0.08 } else { 0.9 });
        let at = |chance: &mut Chance, hour: f64, spread: f64| {
            chance.about(self.hour(hour - BEGINS), self.hour(spread))
        };
        let comes = at(chance, 9.0, 0.6);
        let eats = at(chance, 12.3, 0.3);
        let back = eats + at(chance, BEGINS + 0.75, 0.15).max(Duration::from_secs(120));
        let goes = at(chance, 17.5, 0.9);
        let evening = chance.hits(0.1).then(|| at(chance, 19.5, 0.2));
        let mut spells = Vec::new();
        if works {
            spells.extend([(comes, eats), (back, goes)]);
            spells.extend(evening.map(|from| (from.max(goes), from.max(goes) + self.hour(0.4))));
        }
        spells.retain(|(from, until)| from < until && *until < self.day);
        Day { spells }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_have_their_lunch_breaks_and_weekends() {
        for run in [Duration::from_secs(3600), DAY * 7] {
            let (rhythm, mut chance) = (Rhythm::of(run), Chance::new(3));
            let spells = |n, chance: &mut Chance| -> Vec<_> {
                (0..500).map(|_| rhythm.day(n, chance).spells).collect()
            };
            let friday = spells(0, &mut chance);
            assert!(friday.iter().filter(|spells| spells.len() >= 2).count() > 350, "{run:?}");
            for spells in &friday {
                assert!(spells.windows(2).all(|two| two[0].1 <= two[1].0), "{spells:?}");
                assert!(spells.iter().all(|(from, until)| from < until && *until < rhythm.day));
            }
            let saturday =
                spells(1, &mut chance).iter().filter(|spells| !spells.is_empty()).count();
            assert_eq!(saturday < 100, run > DAY, "{saturday}");
        }
    }
}
