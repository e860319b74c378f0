//! Which snapshots of a home are kept: of the last seven days that have one the newest, and of the
//! last four weeks that have one (as `restic forget --keep-daily 7 --keep-weekly 4` counts).

use std::collections::BTreeSet;

use crate::clock::Ms;

/// Days of which one is kept.
pub const DAILY: usize = 7;

/// Weeks of which one is kept.
pub const WEEKLY: usize = 4;

const DAY: u64 = 86_400_000;

/// Since the Monday after 1970-01-01, which was a Thursday.
const FIRST_MONDAY: u64 = 4 * DAY;

/// Those of these times whose snapshots are kept.
#[must_use]
pub fn kept(taken: &[Ms]) -> BTreeSet<Ms> {
    let mut newest_first = taken.to_vec();
    newest_first.sort_unstable_by(|a, b| b.cmp(a));
    let day = |at: Ms| at.0 / DAY;
    let week = |at: Ms| (at.0 + 7 * DAY - FIRST_MONDAY) / (7 * DAY);
    let mut kept = newest_of_each(&newest_first, day, DAILY);
    kept.extend(newest_of_each(&newest_first, week, WEEKLY));
    kept
}

/// The newest of each span, of so many spans.
fn newest_of_each(newest_first: &[Ms], span: impl Fn(Ms) -> u64, most: usize) -> BTreeSet<Ms> {
    let (mut kept, mut last) = (BTreeSet::new(), None);
    for at in newest_first {
        if kept.len() == most {
            break;
        }
        if last != Some(span(*at)) {
            last = Some(span(*at));
            kept.insert(*at);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(days: impl IntoIterator<Item = u64>) -> Vec<Ms> {
        days.into_iter().map(|day| Ms(day * DAY + 1)).collect()
    }

    #[test]
    fn the_newest_is_always_kept() {
        for n in 0..40 {
            let taken = days(0..n);
            assert_eq!(kept(&taken).last(), taken.last());
        }
    }

    #[test]
    fn a_daily_user_keeps_a_week_of_days_and_a_month_of_weeks() {
        let kept = kept(&days(0..100));
        assert!(days(93..100).iter().all(|at| kept.contains(at)), "{kept:?}");
        // Of four weeks, the present one among them.
        assert!((9..=10).contains(&kept.len()), "{}", kept.len());
        assert!(kept.first().is_some_and(|at| at.0 / DAY >= 71), "{kept:?}");
    }

    #[test]
    fn whoever_works_once_a_month_keeps_what_there_is() {
        let taken = days([0, 30, 60, 90]);
        assert_eq!(kept(&taken), taken.into_iter().collect());
    }

    #[test]
    fn of_several_of_a_day_the_newest_is_kept() {
        let taken = [Ms(5 * DAY), Ms(5 * DAY + 10), Ms(5 * DAY + 20)];
        assert_eq!(kept(&taken), [taken[2]].into());
    }

    #[test]
    fn weeks_begin_on_mondays() {
        // 1970-01-04 was a Sunday.
        let taken = days([3, 4]);
        let mut many = taken.clone();
        many.extend(days(5..12));
        assert!(kept(&many).contains(&taken[0]), "the newest of its week");
        assert!(!kept(&many).contains(&taken[1]), "nor of the last seven days, nor of its week");
    }
}
