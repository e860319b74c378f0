//! The core, shared between the HTTP face and the task that moves its time on.

use std::{
    collections::BTreeMap,
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, mpsc},
    time::sleep,
};

use super::{
    counts::{Calls, Counts, End},
    late::Late,
};
use crate::{
    AwsError, Call, Effect, Reply, Sim,
    cloud::random::Random,
    faults::{Active, CallFate, Faults, Rule, RuleError},
};

/// A simulated cloud in real time, or in any other that its clock tells; clones are the same cloud.
#[derive(Clone)]
pub struct Shared(Arc<Inner>);

struct Inner {
    /// Locked for a moment only, never across an await.
    state: Mutex<State>,
    clock: Box<dyn Fn() -> u64 + Send + Sync>,
    /// Something may be due sooner than the driver sleeps.
    changed: Notify,
}

struct State {
    sim: Sim,
    faults: Faults,
    late: Late,
    counts: Counts,
    request_ids: Random,
}

impl Shared {
    /// Puts `sim` under `clock`, which says the time in ms since 1970. Where the clock steps back,
    /// the cloud waits for it.
    pub fn new(sim: Sim, clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        // Other seeds, so that faults do not go with the choices of the cloud.
        let seed = sim.seed();
        let state = State {
            faults: Faults::new(!seed),
            request_ids: Random::new(seed.rotate_left(32)),
            late: Late::default(),
            counts: Counts::default(),
            sim,
        };
        Self(Arc::new(Inner {
            state: Mutex::new(state),
            clock: Box::new(clock),
            changed: Notify::new(),
        }))
    }

    /// Answers a call at the time it is now, as it is: no fault happens to it, and it is not
    /// counted.
    ///
    /// # Errors
    /// What AWS would answer.
    pub fn call(&self, call: Call) -> Result<Reply, AwsError> {
        let reply = self.lock().sim.call((self.0.clock)(), call);
        self.0.changed.notify_one();
        reply
    }

    /// Looks at the cloud as it is now.
    pub fn look<T>(&self, look: impl FnOnce(&Sim) -> T) -> T {
        look(&self.now().sim)
    }

    /// Does something to the cloud as it is now: what happens to it behind its callers' backs, and
    /// the conditions that it is under.
    pub fn act<T>(&self, act: impl FnOnce(&mut Sim) -> T) -> T {
        let result = act(&mut self.now().sim);
        self.0.changed.notify_one();
        result
    }

    /// Replaces the rules of what goes wrong; events that are late already stay so.
    ///
    /// # Errors
    /// A rule makes no sense; the old ones stay then.
    pub fn set_faults(&self, rules: Vec<Rule>) -> Result<(), RuleError> {
        self.lock().faults.set(rules)
    }

    /// The rules of what goes wrong, and what they have done.
    pub fn faults(&self) -> Vec<Active> {
        self.lock().faults.active()
    }

    /// How many calls were answered, and how, by action.
    pub fn calls(&self) -> BTreeMap<String, Calls> {
        self.lock().counts.by_action()
    }

    /// Moves time on; says what happened that the world outside hears of, and how long nothing else
    /// is due. For those who pump by themselves; all others have [`drive`].
    pub fn turn(&self) -> (Vec<Effect>, Option<Duration>) {
        let mut state = self.lock();
        let now = (self.0.clock)();
        let State { sim, faults, late, .. } = &mut *state;
        sim.advance(now);
        let delivered = late.deliver(now, sim.take_effects(), faults);
        let due = sim.next_due().into_iter().chain(late.next_due()).min();
        (delivered, due.map(|due| Duration::from_millis(due.saturating_sub(now))))
    }

    /// What becomes of the next call of an action.
    pub(super) fn fate(&self, action: &str) -> CallFate {
        self.lock().faults.call(action)
    }

    pub(super) fn count(&self, action: &str, end: End) {
        self.lock().counts.count(action, end);
    }

    pub(super) fn request_id(&self) -> String {
        self.lock().request_ids.uuid().to_string()
    }

    /// The state at the time it is now.
    fn now(&self) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        state.sim.advance((self.0.clock)());
        state
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Moves the cloud on by its clock and sends what happens in it, in order but for events that are
/// late. Ends when the receiver is dropped. Time does not wait for a full channel: what happens
/// meanwhile follows.
pub async fn drive(shared: Shared, effects: mpsc::Sender<Effect>) {
    loop {
        let (happened, rest) = shared.turn();
        for effect in happened {
            if effects.send(effect).await.is_err() {
                return;
            }
        }
        let due = async {
            match rest {
                Some(rest) => sleep(rest).await,
                None => pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            () = shared.0.changed.notified() => {}
            () = effects.closed() => return,
        }
    }
}
