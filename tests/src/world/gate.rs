//! Where functions die: every call of a function to AWS, to the table or to the store goes through
//! one gate, which counts it and can end the function right after it. A world with a [`Fate`] has that
//! decide of each call.

mod plan;

use std::{
    collections::BTreeMap,
    future::Future,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    clock::WorldClock,
    fate::{Deed, Fate, Moment},
    invocation::Invocation,
};

pub use super::invocation::invoke;

/// Steps of the store, and calls on the tables and the zone, that change nothing: to die after one is to
/// die after the call before it. So it is with what EC2 and Auto Scaling describe.
pub(super) const READS: [&str; 19] = [
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

/// Which calls are counted as places to die at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To EC2, Auto Scaling or Route 53.
    Aws,
    /// To DynamoDB.
    Table,
    /// To Redis.
    Store,
}

/// The gate of a world. Clones are the same gate.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    plan: Arc<Mutex<Plan>>,
    fate: Option<(Fate, WorldClock)>,
}

#[derive(Debug, Default)]
struct Plan {
    /// Somebody wants to know what passes.
    armed: bool,
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
    /// A gate at which this fate decides.
    pub(super) fn of(fate: Option<Fate>, clock: &WorldClock) -> Self {
        Self { fate: fate.map(|fate| (fate, clock.steady())), ..Self::default() }
    }

    /// Who decides, if anybody does.
    pub(super) fn fate(&self) -> Option<&Fate> {
        self.fate.as_ref().map(|(fate, _)| fate)
    }

    /// Whether everything is looked at after every step: it is where somebody decides, but in runs in
    /// which that would be dear. Tests look for themselves.
    pub(super) fn is_watched(&self) -> bool {
        self.fate().is_some_and(|fate| fate.trace().is_whole())
    }

    /// Runs an invocation of a function: `None` if it died or was ended by Lambda.
    pub(super) async fn invoke<T>(
        &self,
        function: &str,
        run: impl Future<Output = T>,
    ) -> Option<T> {
        let Some(fate) = self.fate() else { return invoke(run).await };
        let (number, ahead) = fate.invocation();
        let name = format!("{function}#{number}");
        let done = Invocation::new(name.clone(), ahead).run(run).await;
        if done.is_none() {
            self.tell(|| format!("{name} is dead"));
        }
        done
    }

    /// Something happens, if anybody writes it down.
    pub(super) fn tell(&self, what: impl FnOnce() -> String) {
        if let Some((fate, clock)) = &self.fate {
            use hotdesk::clock::Clock as _;
            fate.trace().step(clock.now(), what());
        }
    }

    /// Before a call: the way there; the function may be dead before it is made.
    pub(super) async fn enter(&self, kind: Kind) {
        let latency = self.plan().latency;
        match self.fate() {
            Some(fate) => self.pass(fate, kind, Moment::Before).await,
            None if kind != Kind::Store && !latency.is_zero() => {
                tokio::time::sleep(latency).await;
            }
            None => {}
        }
    }

    /// After a call: the function may be dead now. What it was is told in words, if anybody listens.
    pub(super) async fn leave(&self, kind: Kind, call: &str, words: impl FnOnce() -> String) {
        let Some(invocation) = Invocation::this() else { return };
        let (dies, pause) = {
            let mut plan = self.plan();
            let pause = plan.pause.take_if(|(paused, _)| paused == call);
            *plan.counts.entry(call.to_owned()).or_default() += 1;
            let counts = !READS.contains(&call) && !call.starts_with("Describe");
            if counts && plan.armed {
                let kind = if kind == Kind::Store { "Store" } else { "Aws" };
                plan.passed.push(format!("{kind} {call}"));
                plan.times.push(Instant::now());
            }
            (counts && plan.armed && plan.fatal == Some(plan.passed.len()), pause)
        };
        if let Some(fate) = self.fate() {
            let whole = fate.trace().is_whole();
            let name = &invocation.name;
            self.tell(|| match whole {
                true => format!("{name} {call} {}", words()),
                false => format!("{name} {call}"),
            });
            self.pass(fate, kind, Moment::After).await;
        }
        if let Some((_, time)) = pause {
            invocation.freeze(time).await;
        }
        if dies {
            invocation.die().await;
        }
    }

    /// A way there or back, and what becomes of the function then.
    async fn pass(&self, fate: &Fate, kind: Kind, moment: Moment) {
        let Some(invocation) = Invocation::this() else { return };
        let way = fate.way(kind);
        if !way.is_zero() {
            tokio::time::sleep(way).await;
        }
        match fate.deed(moment) {
            Deed::GoOn => {}
            Deed::Die => {
                self.tell(|| format!("{} is killed ({moment:?})", invocation.name));
                invocation.die().await;
            }
            Deed::Freeze(time) => {
                self.tell(|| format!("{} freezes for {time:?}", invocation.name));
                invocation.freeze(time).await;
            }
        }
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().expect("not poisoned")
    }
}
