//! Where functions die: every call of a function to AWS, to the table or to the store goes through
//! one gate, which counts it and can end the function right after it.

use std::{
    collections::BTreeMap,
    future::{Future, pending},
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, timeout},
};

/// Lambda ends a function after this time.
const LIMIT: Duration = Duration::from_secs(60);

/// Steps of the store, and calls on the tables and the zone, that change nothing: to die after one is to
/// die after the call before it. So it is with what EC2 and Auto Scaling describe.
const READS: [&str; 19] = [
    "view",
    "known",
    "demand",
    "workspace",
    "idle",
    "walk",
    "revoked",
    "user",
    "instance",
    "users",
    "instances",
    "page",
    "scan",
    "homes",
    "due_homes",
    "sessions",
    "names",
    "GetChange",
    "ListResourceRecordSets",
];

tokio::task_local! {
    /// The end of the invocation that this task is.
    static END: Arc<Notify>;
}

/// Which calls are counted as places to die at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To EC2, Auto Scaling or DynamoDB.
    Aws,
    /// To Redis.
    Store,
}

/// The gate of a world. Clones are the same gate.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<Mutex<Plan>>);

#[derive(Debug, Default)]
struct Plan {
    /// Calls since the gate was armed that may have changed something.
    passed: Vec<String>,
    /// After how many of them the function that made it dies.
    fatal: Option<usize>,
    /// When each of them was over.
    times: Vec<Instant>,
    /// What was called how often, ever.
    counts: BTreeMap<String, usize>,
    latency: Duration,
    /// The next call of that name is the last thing its function does for a while.
    pause: Option<(String, Duration)>,
}

impl Gate {
    /// Counts calls anew; the function that makes the `fatal`-th one (from 1) dies after it.
    ///
    /// # Panics
    /// If a function panicked at the gate.
    pub fn arm(&self, fatal: Option<usize>) {
        let mut plan = self.plan();
        plan.passed.clear();
        plan.times.clear();
        plan.fatal = fatal;
    }

    /// The calls since the gate was armed, in order.
    ///
    /// # Panics
    /// If a function panicked at the gate.
    #[must_use]
    pub fn passed(&self) -> Vec<String> {
        self.plan().passed.clone()
    }

    /// When the last call of that name since the gate was armed was over.
    ///
    /// # Panics
    /// If a function panicked at the gate.
    #[must_use]
    pub fn last(&self, call: &str) -> Option<Instant> {
        let plan = self.plan();
        let of = |passed: &String| passed.split_once(' ').is_some_and(|(_, name)| name == call);
        let at = plan.passed.iter().rposition(of)?;
        Some(plan.times[at])
    }

    /// What was called how often.
    ///
    /// # Panics
    /// If a function panicked at the gate.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.plan().counts.clone()
    }

    /// How long each call to AWS takes.
    ///
    /// # Panics
    /// If a function panicked at the gate.
    pub fn set_latency(&self, latency: Duration) {
        self.plan().latency = latency;
    }

    /// The function that makes the next step of the store of that name is paused after it, as a
    /// frozen execution environment is. (A call of the SDK has timeouts of its own, which a frozen
    /// one would not notice.)
    ///
    /// # Panics
    /// If a function panicked at the gate.
    pub fn pause_after(&self, call: &str, time: Duration) {
        self.plan().pause = Some((call.to_owned(), time));
    }

    /// Before a call to AWS: the way there.
    pub(super) async fn enter(&self) {
        let latency = self.plan().latency;
        if !latency.is_zero() {
            tokio::time::sleep(latency).await;
        }
    }

    /// After a call: the function may be dead now.
    pub(super) async fn leave(&self, kind: Kind, call: &str) {
        let Ok(end) = END.try_with(Arc::clone) else { return };
        let (dies, pause) = {
            let mut plan = self.plan();
            let pause = plan.pause.take_if(|(paused, _)| paused == call);
            *plan.counts.entry(call.to_owned()).or_default() += 1;
            let counts = !READS.contains(&call) && !call.starts_with("Describe");
            if counts {
                plan.passed.push(format!("{kind:?} {call}"));
                plan.times.push(Instant::now());
            }
            (counts && plan.fatal == Some(plan.passed.len()), pause)
        };
        if let Some((_, time)) = pause {
            tokio::time::sleep(time).await;
        }
        if dies {
            end.notify_one();
            pending::<()>().await;
        }
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.0.lock().expect("not poisoned")
    }
}

/// Runs an invocation of a function: `None` if it died or was ended by Lambda.
pub async fn invoke<T>(function: impl Future<Output = T>) -> Option<T> {
    let end = Arc::new(Notify::new());
    let run = async {
        tokio::select! {
            biased;
            () = end.notified() => None,
            done = timeout(LIMIT, function) => done.ok(),
        }
    };
    END.scope(Arc::clone(&end), run).await
}
