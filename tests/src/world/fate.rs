//! What one seed decides of every call of every function: how long it is on its way, so which one
//! completes next; whether the function dies or freezes before or after it; whether the table or the
//! store refuses it, or does it and the answer is lost; and how far the function's clock is off.

mod call;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::time::Instant;

use super::{chance::Chance, trace::Trace};

pub(super) use call::{Deed, Moment, Outcome};

/// How often a call goes wrong: the chances, from 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rates {
    /// The function dies before it.
    pub killed_before: f64,
    /// The function dies after it.
    pub killed_after: f64,
    /// The function freezes before it.
    pub frozen_before: f64,
    /// The function freezes after it.
    pub frozen_after: f64,
    /// The table throttles it.
    pub table_throttled: f64,
    /// Another transaction has the item.
    pub table_conflict: f64,
    /// The table does it, and the answer is lost.
    pub table_reply_lost: f64,
    /// The store does it, and the answer is lost.
    pub store_reply_lost: f64,
    /// The clocks of functions are off.
    pub clocks_off: bool,
}

/// See the module. Clones are the same.
#[derive(Clone, Debug)]
pub struct Fate(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    chance: Chance,
    rates: Rates,
    hits: BTreeMap<&'static str, u64>,
    trace: Trace,
    /// The store answers nobody until then.
    store_away: Option<Instant>,
    invocations: u64,
}

impl Fate {
    /// The fate of a seed: nothing goes wrong at first.
    #[must_use]
    pub fn new(seed: u64, trace: Trace) -> Self {
        Self(Arc::new(Mutex::new(Inner {
            chance: Chance::new(seed),
            rates: Rates::default(),
            hits: BTreeMap::new(),
            trace,
            store_away: None,
            invocations: 0,
        })))
    }

    /// From now on this often.
    ///
    /// # Panics
    /// If a call has panicked.
    pub fn set_rates(&self, rates: Rates) {
        self.inner().rates = rates;
    }

    /// The store answers nobody for so long.
    ///
    /// # Panics
    /// If a call has panicked.
    pub fn lose_store(&self, time: Duration) {
        self.inner().store_away = Some(Instant::now() + time);
    }

    /// What went wrong how often.
    ///
    /// # Panics
    /// If a call has panicked.
    #[must_use]
    pub fn hits(&self) -> BTreeMap<&'static str, u64> {
        self.inner().hits.clone()
    }

    /// Something went wrong so often more.
    ///
    /// # Panics
    /// If a call has panicked.
    pub fn hit(&self, what: &'static str, times: u64) {
        *self.inner().hits.entry(what).or_default() += times;
    }

    /// What has happened.
    ///
    /// # Panics
    /// If a call has panicked.
    #[must_use]
    pub fn trace(&self) -> Trace {
        self.inner().trace.clone()
    }

    /// A source of chance for something else.
    ///
    /// # Panics
    /// If a call has panicked.
    #[must_use]
    pub fn fork(&self) -> Chance {
        self.inner().chance.fork()
    }

    /// Some of these, so many at most, in no order.
    pub(super) fn some<T>(&self, mut of: Vec<T>, most: usize) -> Vec<T> {
        let mut inner = self.inner();
        let mut taken = Vec::new();
        while taken.len() < most && !of.is_empty() {
            let n = inner.chance.below(of.len());
            taken.push(of.swap_remove(n));
        }
        taken
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("not poisoned")
    }
}

impl Inner {
    fn hit(&mut self, what: &'static str) {
        *self.hits.entry(what).or_default() += 1;
    }
}
