//! The store in simulated time: the real one answers in no time at all, but for the way there and back.
//!
//! Redis is a real server, so its replies take real time, in which the simulated clock must not
//! move. Its connections live in a runtime of their own, and a step blocks the world.

mod port;

use std::{
    fmt::{self, Debug, Write as _},
    sync::{Arc, LazyLock},
};

use futures::executor::block_on;
use hotdesk::store::{Answer, StoreError, redis::RedisStore};
use hotdesk_stack::redis::Redis;
use tokio::{
    runtime::{Builder, Runtime},
    sync::Mutex,
    task::unconstrained,
};

use super::{
    Violations,
    behind::{Aside, Behind},
    fate::{Fate, Outcome},
    gate::{Gate, Kind, READS},
    invariants,
    memory::MemoryStore,
    words::Words,
};
use crate::model::tables::Tables;

pub use super::behind::Copy;

/// What a run with a fate is told of that was not its seed's doing, and that no other run repeats.
pub const STALLED: &str = "Redis itself did not answer: this run is not its seed's alone";

/// The spares.
const POOL: &str = "ws:pool";

static ASIDE: LazyLock<Runtime> = LazyLock::new(|| {
    Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
});

/// A Redis whose start and connections know nothing of simulated time.
pub(super) fn start_redis() -> Redis {
    aside(async { ASIDE.spawn(Redis::start()).await.expect("no panic").expect("redis") })
}

/// Starts a stopped Redis again, empty.
pub(super) fn start_again(redis: Arc<Mutex<Redis>>) {
    aside(async {
        let again = ASIDE.spawn(async move {
            let mut redis = redis.lock().await;
            redis.start_again().await
        });
        again.await.expect("no panic").expect("redis");
    });
}

pub(super) fn aside<T>(future: impl Future<Output = T>) -> T {
    let _inside = ASIDE.enter();
    // Tokio would have a task that has done much yield to its scheduler, which is not to be had.
    block_on(unconstrained(future))
}

/// The store behind a gate. Clones are the same.
#[derive(Clone)]
pub struct WorldStore {
    behind: Behind,
    gate: Gate,
    /// Looks at the store after every step.
    watch: Arc<Watch>,
}

type Watch = dyn Fn(&Behind, &str) + Send + Sync;

impl WorldStore {
    pub(super) fn on_redis(url: &str, gate: &Gate, violations: &Violations) -> Self {
        let _inside = ASIDE.enter();
        let store = RedisStore::new(url, "").expect("a store");
        Self::new(Behind::Redis(store, Aside::new(url)), gate, violations)
    }

    pub(super) fn in_memory(gate: &Gate, violations: &Violations) -> Self {
        Self::new(Behind::Model(MemoryStore::default()), gate, violations)
    }

    fn new(behind: Behind, gate: &Gate, violations: &Violations) -> Self {
        let violations = Arc::clone(violations);
        let watch = move |behind: &Behind, step: &str| {
            let wrong = invariants::broken(behind);
            if !wrong.is_empty() {
                let wrong = wrong.join(", ");
                violations.lock().expect("not poisoned").push(format!("after {step}: {wrong}"));
            }
        };
        let nobody = |_: &Behind, _: &str| {};
        let watch: Arc<Watch> = if gate.is_watched() { Arc::new(watch) } else { Arc::new(nobody) };
        Self { behind, gate: gate.clone(), watch }
    }

    /// Where the server is, if there is one.
    pub(super) fn url(&self) -> Option<&str> {
        self.behind.url()
    }

    /// Everything in it, as in Redis.
    #[must_use]
    pub fn tables(&self) -> Tables {
        self.behind.tables()
    }

    /// How many people wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.behind.waiting()
    }

    /// What is wrong in it by itself.
    #[must_use]
    pub fn wrong(&self) -> Vec<String> {
        invariants::broken(&self.behind)
    }

    /// Forgets everything.
    pub fn flush(&self) {
        self.behind.flush();
    }

    /// All that it holds now.
    #[must_use]
    pub fn copy(&self) -> Copy {
        self.behind.copy()
    }

    /// Holds what it held then, as a replica does that was behind and takes over.
    pub fn fall_back(&self, copy: Copy) {
        self.behind.fall_back(copy);
    }

    /// A step: there, what becomes of it, and back.
    async fn step<T: Debug>(
        &self,
        name: &'static str,
        question: impl Fn(&mut Words) -> fmt::Result,
        run: impl FnOnce(&Behind) -> Answer<T>,
    ) -> Answer<T> {
        self.gate.enter(Kind::Store).await;
        let outcome = self.gate.fate().map_or(Outcome::Answered, Fate::store);
        let answer = match outcome {
            Outcome::Unreached => Err(StoreError::Away("unreachable".into())),
            Outcome::ReplyLost => {
                let _ = run(&self.behind);
                Err(StoreError::Away("the answer is lost".into()))
            }
            _ => run(&self.behind),
        };
        if outcome == Outcome::Answered && matches!(answer, Err(StoreError::Away(_))) {
            // In real time: this machine was too busy, or stood still.
            self.gate.fate().inspect(|fate| fate.hit(STALLED, 1));
        }
        if !READS.contains(&name) {
            (self.watch)(&self.behind, name);
        }
        let words = || {
            Words::of(|words| {
                question(words)?;
                write!(words, " -> {answer:?}")
            })
        };
        self.gate.leave(Kind::Store, name, words).await;
        answer
    }

    /// Does something while `ws:pool` has only `n` of its spares, whom the seed chooses: Redis would
    /// choose any.
    fn with_chosen<T>(&self, n: usize, behind: &Behind, run: impl FnOnce() -> T) -> T {
        let (Behind::Redis(_, aside), Some(fate)) = (behind, self.gate.fate()) else {
            return run();
        };
        let mut pool: Vec<String> =
            aside.ask(|redis| redis::cmd("SMEMBERS").arg(POOL).query(redis));
        if pool.len() <= n {
            return run();
        }
        pool.sort();
        let chosen = fate.some(pool.clone(), n);
        let others: Vec<&String> = pool.iter().filter(|id| !chosen.contains(id)).collect();
        aside.ask(|redis| redis::cmd("SREM").arg(POOL).arg(&others).exec(redis));
        let done = run();
        aside.ask(|redis| redis::cmd("SADD").arg(POOL).arg(&others).exec(redis));
        done
    }
}
