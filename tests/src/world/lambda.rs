//! Lambda: who invokes the functions, how often again, and where what fails ends.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::{
    GROUP, WorldPlane, boxes::WorldBoxes, clock::WorldClock, gate::invoke, seats::WorldSeats,
    store::WorldStore,
};
use crate::{
    iam::on_behalf,
    seats::{Change, stream_event},
};

/// The pauses before the second and third attempt of an event (Lambda Developer Guide, "How Lambda
/// handles errors and retries with asynchronous invocation").
const PAUSES: [Duration; 2] = [Duration::from_secs(60), Duration::from_secs(120)];

/// Lambda polls a shard four times a second (Lambda Developer Guide, DynamoDB streams).
const POLL: Duration = Duration::from_millis(250);

/// A world looks for changes that no function made, but a test, so often.
const QUIET: Duration = Duration::from_secs(30);

/// BatchSize of the stream.
const BATCH: usize = 100;

/// How often a record of the stream is tried.
const ATTEMPTS: usize = 5;

type App = lifecycle::App<WorldStore, WorldSeats, hotdesk_aws::AwsFleet, WorldBoxes, WorldClock>;

/// The functions that nobody calls by HTTP. Clones are the same.
#[derive(Clone)]
pub struct Lambdas(Arc<Inner>);

struct Inner {
    app: Mutex<Arc<App>>,
    invocations: AtomicUsize,
    outcomes: Mutex<BTreeMap<String, usize>>,
    dead_letters: Mutex<Vec<Value>>,
    /// The stream's records are lost.
    streamless: AtomicBool,
}

impl Lambdas {
    pub(super) fn new(plane: &WorldPlane) -> Self {
        Self(Arc::new(Inner {
            app: Mutex::new(app(plane)),
            invocations: AtomicUsize::default(),
            outcomes: Mutex::default(),
            dead_letters: Mutex::default(),
            streamless: AtomicBool::default(),
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
        let done = on_behalf("idle-reaper", invoke(idle_reaper::handle(&app.plane, id))).await;
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
            let run = invoke(lifecycle::handle(&app, envelope, id.clone()));
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
                None => return self.0.dead_letters.lock().expect("not poisoned").push(event),
            }
        }
    }

    /// Whether the stream's records are lost.
    pub fn lose_records(&self, lost: bool) {
        self.0.streamless.store(lost, Ordering::Relaxed);
    }

    /// The table's stream: batches in order, each until it is done or given up.
    pub(super) async fn stream(self) {
        loop {
            let mut changes = self.app().plane.seats.table.take_changes();
            if self.0.streamless.load(Ordering::Relaxed) {
                changes.clear();
            }
            if changes.is_empty() {
                // Not polled while nobody calls: days may pass.
                let called = Arc::clone(&self.app().plane.seats.called);
                let _ = timeout(QUIET, called.notified()).await;
                sleep(POLL).await;
            }
            for batch in changes.chunks(BATCH) {
                self.deliver(batch).await;
            }
        }
    }

    /// A batch, from the first record that failed again and again; a record that fails too often is
    /// given up alone.
    ///
    /// # Panics
    /// If a function panicked.
    pub async fn deliver(&self, mut batch: &[Change]) {
        let mut attempt = 1;
        while !batch.is_empty() {
            let (app, event) = (self.app(), stream_event(batch));
            let run = invoke(provision::handle(&app.plane, event, self.next_id()));
            let done = on_behalf("provision", run).await;
            self.note("provision", done.as_ref().map(|done| done.as_ref().err().map(|e| e.code())));
            let first_failed = match done {
                Some(Ok(response)) => {
                    let failures = response.batch_item_failures.into_iter();
                    let failed: Vec<_> = failures.filter_map(|f| f.item_identifier).collect();
                    let is_failed = |change: &Change| failed.contains(&change.sequence_number());
                    batch.iter().position(is_failed).unwrap_or(batch.len())
                }
                None | Some(Err(_)) => 0,
            };
            batch = &batch[first_failed..];
            attempt = if first_failed > 0 { 1 } else { attempt + 1 };
            if attempt > ATTEMPTS {
                batch = &batch[1..];
                attempt = 1;
            }
            if !batch.is_empty() {
                sleep(Duration::from_secs(1)).await;
            }
        }
    }

    /// How often each function ended how: `ok`, `killed`, or an error's code.
    ///
    /// # Panics
    /// If a function panicked.
    #[must_use]
    pub fn outcomes(&self) -> BTreeMap<String, usize> {
        self.0.outcomes.lock().expect("not poisoned").clone()
    }

    /// Events that were given up.
    ///
    /// # Panics
    /// If a function panicked.
    #[must_use]
    pub fn dead_letters(&self) -> Vec<Value> {
        self.0.dead_letters.lock().expect("not poisoned").clone()
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
