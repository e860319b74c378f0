//! What happened in a world, step by step: a number that stands for all of it, and the last steps in
//! words.

use std::{
    collections::VecDeque,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard},
};

use hotdesk::clock::Ms;

use super::clock::MORNING;

/// How many of the last steps are kept in words, if nobody asks for more.
pub const TOLD: usize = 50;

/// A line is cut after so many bytes.
const LINE: usize = 220;

/// The trace of a world. Clones are the same.
#[derive(Clone, Debug)]
pub struct Trace(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    steps: u64,
    /// With fixed keys: equal in every process.
    hasher: DefaultHasher,
    last: VecDeque<String>,
    /// So many of them.
    told: usize,
    /// Whether what was asked and answered is part of it.
    whole: bool,
}

impl Trace {
    /// One of nothing. If it is `whole`, what was asked and answered in each call is in it, and the
    /// store is looked at after each of its steps; both cost time.
    #[must_use]
    pub fn new(whole: bool) -> Self {
        Self::telling(TOLD, whole)
    }

    /// The same, and it tells so many of the last steps.
    #[must_use]
    pub fn telling(told: usize, whole: bool) -> Self {
        let (hasher, last) = (DefaultHasher::new(), VecDeque::new());
        Self(Arc::new(Mutex::new(Inner { steps: 0, hasher, last, told, whole })))
    }

    /// Whether what was asked and answered is to be told.
    ///
    /// # Panics
    /// If whoever told something panicked.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.inner().whole
    }

    /// Something has happened.
    ///
    /// # Panics
    /// If whoever told something panicked.
    pub fn step(&self, at: Ms, mut what: String) {
        cut(&mut what, LINE);
        let mut inner = self.inner();
        inner.steps += 1;
        (at, what.as_str()).hash(&mut inner.hasher);
        if inner.last.len() == inner.told {
            inner.last.pop_front();
        }
        inner.last.push_back(format!("{} {what}", time(at)));
    }

    /// How much has happened.
    ///
    /// # Panics
    /// If whoever told something panicked.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.inner().steps
    }

    /// What stands for all that has happened and when: equal for two runs if, and but for a chance of
    /// 1 in 2^64 only if, the same has happened in them.
    ///
    /// # Panics
    /// If whoever told something panicked.
    #[must_use]
    pub fn hash(&self) -> u64 {
        self.inner().hasher.finish()
    }

    /// The last steps, the latest last.
    ///
    /// # Panics
    /// If whoever told something panicked.
    #[must_use]
    pub fn story(&self) -> Vec<String> {
        self.inner().last.iter().cloned().collect()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("not poisoned")
    }
}

/// Shortens a text to so many bytes, or a few less.
pub(super) fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
}

/// The time since the world began, as `1d 02:03:04.567`.
fn time(at: Ms) -> String {
    let ms = at.since(MORNING).as_millis();
    let (s, ms) = (ms / 1000, ms % 1000);
    let (days, h, min, s) = (s / 86_400, s / 3600 % 24, s / 60 % 60, s % 60);
    let day = if days > 0 { format!("{days}d ") } else { String::new() };
    format!("{day}{h:02}:{min:02}:{s:02}.{ms:03}")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_last_steps_are_kept_and_all_of_them_count() {
        let told = |first: u64| {
            let trace = Trace::new(true);
            for n in first..first + 60 {
                trace.step(MORNING.plus(Duration::from_secs(n)), format!("step {n}"));
            }
            trace
        };
        let (one, same, other) = (told(0), told(0), told(1));
        assert_eq!((one.steps(), one.story().len()), (60, TOLD));
        assert_eq!(one.story()[0], "00:00:10.000 step 10");
        assert_eq!(one.hash(), same.hash());
        assert_ne!(one.hash(), other.hash());
    }

    #[test]
    fn a_long_line_is_cut_where_a_letter_ends() {
        let mut text = "ä".repeat(LINE);
        cut(&mut text, LINE - 1);
        assert_eq!(text.chars().count(), (LINE - 1) / 2 + 1);
    }
}
