//! Lambda: who invokes the functions, how often again, and where what fails ends.

mod stream;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio::time::sleep;

use super::{
    GROUP, WorldPlane, boxes::WorldBoxes, clock::WorldClock, gate::Gate, seats::WorldSeats,
    store::WorldStore,
};
use crate::iam::on_behalf;

/// The pauses before the second and third attempt of an event (Lambda Developer Guide, "How Lambda
/// handles errors and retries with asynchronous invocation").
const PAUSES: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

/// So many dead letters are kept.
const DEAD_LETTERS: usize = 20;

type App = lifecycle::App<WorldStore, WorldSeats, hotdesk_aws::AwsFleet, WorldBoxes, WorldClock>;

/// The functions that nobody calls by HTTP. Clones are the same.
#[derive(Clone)]
pub struct Lambdas(Arc<Inner>);

struct Inner {
    app: Mutex<Arc<App>>,
    invocations: AtomicUsize,
    outcomes: Mutex<BTreeMap<String, usize>>,
    gate: Gate,
    /// The last of them.
    dead_letters: Mutex<VecDeque<Value>>,
    /// The stream's records are lost.
    streamless: AtomicBool,
    /// Users of whom a record was lost, or given up, since the last one that was handled.
    untold: Mutex<BTreeSet<String>>,
}

impl Lambdas {
    pub(super) fn new(plane: &WorldPlane, gate: &Gate) -> Self {
        Self(Arc::new(Inner {
            app: Mutex::new(app(plane)),
            invocations: AtomicUsize::default(),
            outcomes: Mutex::default(),
            gate: gate.clone(),
            dead_letters: Mutex::default(),
            streamless: AtomicBool::default(),
            untold: Mutex::default(),
        }))
    }

    pub(super) fn deploy(&self, plane: &WorldPlane) {
        *self.0.app.lock().expect("not poisoned") = app(plane);
    }

    fn app(&self) -> Arc<App> {
        Arc::clone(&self.0.app.lock().expect("not poisoned"))
    }

    /// One pass of the idle-reaper; what it did, if it got to its end without an error.
    pub async fn pass(&self) -> Option<hotdesk::control::Pass> {
        let (app, id) = (self.app(), self.next_id());
        let run = self.0.gate.invoke("idle-reaper", idle_reaper::handle(&app.plane, id));
        let done = on_behalf("idle-reaper", run).await;
        self.note("idle-reaper", done.as_ref().map(|done| done.as_ref().err().map(|e| e.code())));
        done?.ok()
    }

    /// An event for `lifecycle`: tried three times, then a dead letter.
    ///
    /// # Panics
    /// If the event is no envelope.
    pub async fn event(&self, event: Value) {
        let id = self.next_id();
        let mut pauses = PAUSES.into_iter();
        loop {
            let envelope = serde_json::from_value(event.clone()).expect("an envelope");
            let app = self.app();
            let handled = lifecycle::handle(&app, envelope, id.clone());
            let run = self.0.gate.invoke("lifecycle", handled);
            let done = on_behalf("lifecycle", run).await;
            let code = |e: &lifecycle::Error| match e {
                lifecycle::Error::Flow(e) => e.code(),
                lifecycle::Error::Event(_) => "event",
            };
            self.note("lifecycle", done.as_ref().map(|done| done.as_ref().err().map(code)));
            if let Some(Ok(())) = done {
                return;
            }
            match pauses.next() {
                Some(pause) => sleep(pause).await,
                None => return self.bury(event),
            }
        }
    }

    fn bury(&self, event: Value) {
        let mut dead_letters = self.0.dead_letters.lock().expect("not poisoned");
        if dead_letters.len() == DEAD_LETTERS {
            dead_letters.pop_front();
        }
        dead_letters.push_back(event);
    }

    /// How often each function ended how: `ok`, `killed`, or an error's code.
    ///
    /// # Panics
    /// If a function panicked.
    #[must_use]
    pub fn outcomes(&self) -> BTreeMap<String, usize> {
        self.0.outcomes.lock().expect("not poisoned").clone()
    }

    /// Events that were given up, the last twenty of them.
    ///
    /// # Panics
    /// If a function panicked.
    #[must_use]
    pub fn dead_letters(&self) -> Vec<Value> {
        self.0.dead_letters.lock().expect("not poisoned").iter().cloned().collect()
    }

    fn note(&self, function: &str, outcome: Option<Option<&'static str>>) {
        let outcome = outcome.map_or("killed", |error| error.unwrap_or("ok"));
        let mut outcomes = self.0.outcomes.lock().expect("not poisoned");
        *outcomes.entry(format!("{function} {outcome}")).or_default() += 1;
    }

    fn next_id(&self) -> String {
        format!("request-{}", self.0.invocations.fetch_add(1, Ordering::Relaxed))
    }
}

fn app(plane: &WorldPlane) -> Arc<App> {
    Arc::new(App { plane: plane.clone(), group: GROUP.into() })
}
