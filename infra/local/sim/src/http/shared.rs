//! The core, shared between the HTTP face and the task that moves its time on.

use std::{
    future::pending,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::{Notify, mpsc},
    time::sleep,
};

use crate::{AwsError, Call, Effect, Reply, Sim};

/// A simulated cloud in real time; clones are the same cloud.
#[derive(Clone)]
pub struct Shared(Arc<Inner>);

struct Inner {
    /// Locked for the moment of one call only, never across an await.
    sim: Mutex<Sim>,
    clock: Box<dyn Fn() -> u64 + Send + Sync>,
    /// A call may have made something due sooner than the driver sleeps.
    changed: Notify,
}

impl Shared {
    /// Puts `sim` under `clock`, which says the time in ms since 1970. Where the clock steps back,
    /// the cloud waits for it.
    pub fn new(sim: Sim, clock: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        Self(Arc::new(Inner {
            sim: Mutex::new(sim),
            clock: Box::new(clock),
            changed: Notify::new(),
        }))
    }

    /// Answers a call at the time it is now.
    ///
    /// # Errors
    /// What AWS would answer.
    pub fn call(&self, call: Call) -> Result<Reply, AwsError> {
        let reply = self.lock().call((self.0.clock)(), call);
        self.0.changed.notify_one();
        reply
    }

    /// Looks at the cloud as it is now.
    pub fn look<T>(&self, look: impl FnOnce(&Sim) -> T) -> T {
        let mut sim = self.lock();
        sim.advance((self.0.clock)());
        look(&sim)
    }

    /// Moves time on; says what happened and how long nothing else is due.
    fn turn(&self) -> (Vec<Effect>, Option<Duration>) {
        let mut sim = self.lock();
        let now = (self.0.clock)();
        sim.advance(now);
        let rest = sim.next_due().map(|due| Duration::from_millis(due.saturating_sub(now)));
        (sim.take_effects(), rest)
    }

    fn lock(&self) -> MutexGuard<'_, Sim> {
        self.0.sim.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Moves the cloud on by its clock and sends what happens in it, in order. Ends when the receiver
/// is dropped. Time does not wait for a full channel: what happens meanwhile follows.
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
