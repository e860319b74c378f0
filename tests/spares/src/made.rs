//! Arrivals that are made up, of the kinds that a rule has to stand: four weeks from a Monday.
//!
//! All but [`Kind::Daily`] and [`Kind::Weekly`] come in bursts, which no averaged rate shows.

use rand::Rng;
use rand_distr::{Distribution as _, Exp, Normal, Pareto};

/// A kind of arrivals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A morning and a noon, each day alike.
    Daily,
    /// The same on workdays, and next to nobody on weekends.
    Weekly,
    /// Seven of ten come in bursts of ten to forty within a minute, at any time.
    Bursty,
    /// All come in groups whose sizes have no variance (Pareto, 1.3), sixty at most, within two minutes.
    HeavyTailed,
    /// As daily, and on workdays a fifth of all come within minutes around half past nine.
    StandUp,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Daily, Self::Weekly, Self::Bursty, Self::HeavyTailed, Self::StandUp];

    /// In words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::Weekly => "weekly",
            Self::Bursty => "bursty",
            Self::HeavyTailed => "heavy-tailed",
            Self::StandUp => "stand-up",
        }
    }

    /// When people come, in seconds since 1970 and in order, `rate` a minute in the mean of workdays.
    #[must_use]
    pub fn arrivals(self, rate: f64, chance: &mut impl Rng) -> Vec<f64> {
        let second = rate / 60.0;
        let mut all = match self {
            Self::Daily => varying(chance, |t| second * shape(t) / mean()),
            Self::Weekly => varying(chance, |t| {
                second * shape(t) / mean() * if workday(t) { 1.0 } else { 0.05 }
            }),
            Self::Bursty => {
                let mut all = varying(chance, |_| second * 0.3);
                all.extend(groups(chance, second * 0.7 / 25.0, 60.0, |c| {
                    c.random_range(10.0..41.0)
                }));
                all
            }
            Self::HeavyTailed => {
                let size = distribution(Pareto::<f64>::new(1.0, 1.3));
                groups(chance, second / 2.6, 120.0, |c| size.sample(c).min(60.0))
            }
            Self::StandUp => {
                let mut all = varying(chance, |t| second * 0.8 * shape(t) / mean());
                let meeting = distribution(Normal::new(9.5 * 3600.0, 45.0));
                for day in (0..DAYS).map(f64::from).filter(|day| workday(day * DAY)) {
                    let many = whole(second * DAY * 0.2);
                    all.extend((0..many).map(|_| day * DAY + meeting.sample(chance)));
                }
                all
            }
        };
        all.retain(|t| (0.0..f64::from(DAYS) * DAY).contains(t));
        all.iter_mut().for_each(|t| *t += BEGIN);
        all.sort_by(f64::total_cmp);
        all
    }
}

/// Monday, the 5th of January 2026, in seconds since 1970.
pub const BEGIN: f64 = 1_767_571_200.0;

/// Four weeks.
pub const DAYS: u32 = 28;

const DAY: f64 = 86_400.0;

/// The end, in seconds since 1970.
#[must_use]
pub fn end() -> f64 {
    BEGIN + f64::from(DAYS) * DAY
}

fn workday(t: f64) -> bool {
    (t / DAY).floor() % 7.0 < 5.0
}

/// A day's rate, of 1 at nine o'clock.
fn shape(t: f64) -> f64 {
    let hour = t % DAY / 3600.0;
    let bell = |at: f64, wide: f64| (-((hour - at) / wide).powi(2) / 2.0).exp();
    let base = if (8.0..18.0).contains(&hour) { 0.12 } else { 0.004 };
    bell(9.0, 0.7) + 0.5 * bell(13.1, 0.4) + base
}

fn mean() -> f64 {
    (0..1440).map(|minute| shape(f64::from(minute) * 60.0)).sum::<f64>() / 1440.0
}

/// People who come by themselves, at a rate (a second) that varies: thinned from the highest (P. A. W.
/// Lewis and G. S. Shedler, "Simulation of Nonhomogeneous Poisson Processes by Thinning", 1979).
fn varying(chance: &mut impl Rng, rate: impl Fn(f64) -> f64) -> Vec<f64> {
    let highest =
        (0..7 * 1440).map(|minute| rate(f64::from(minute) * 60.0)).fold(0.0, f64::max) * 1.05;
    let mut all = poisson(chance, highest);
    all.retain(|t| chance.random_bool(rate(*t) / highest));
    all
}

/// Groups that come so often (a second), each within `span` seconds.
fn groups<R: Rng>(chance: &mut R, rate: f64, span: f64, size: impl Fn(&mut R) -> f64) -> Vec<f64> {
    let mut all = Vec::new();
    for begins in poisson(chance, rate) {
        let many = whole(size(chance));
        all.extend((0..many).map(|_| begins + span * chance.random::<f64>()));
    }
    all
}

/// Events that come so often (a second), each by itself.
fn poisson(chance: &mut impl Rng, rate: f64) -> Vec<f64> {
    let (pause, mut t, mut all) = (distribution(Exp::new(rate)), 0.0, Vec::new());
    loop {
        t += pause.sample(chance);
        if t >= f64::from(DAYS) * DAY {
            return all;
        }
        all.push(t);
    }
}

fn distribution<D, E: std::fmt::Debug>(made: Result<D, E>) -> D {
    made.expect("its parameters are above 0")
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count")]
fn whole(count: f64) -> u32 {
    count as u32
}
