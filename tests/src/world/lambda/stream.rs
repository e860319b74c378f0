//! The table's stream, and `provision`, which it wakes.

use std::{
    collections::BTreeSet,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

use tokio::time::{sleep, timeout};

use super::Lambdas;
use crate::{
    iam::on_behalf,
    seats::{Change, stream_event},
};

/// Lambda polls a shard four times a second (Lambda Developer Guide, DynamoDB streams).
const POLL: Duration = Duration::from_millis(250);

/// A world looks for changes that no function made, but a test, so often.
const QUIET: Duration = Duration::from_secs(30);

/// BatchSize of the stream.
const BATCH: usize = 100;

/// How often a record of the stream is tried.
const ATTEMPTS: usize = 5;

impl Lambdas {
    /// Whether the stream's records are lost.
    pub fn lose_records(&self, lost: bool) {
        self.0.streamless.store(lost, Ordering::Relaxed);
    }

    /// The table's stream: batches in order, each until it is done or given up.
    pub(in crate::world) async fn stream(self) {
        loop {
            let mut changes = self.app().plane.seats.table.take_changes();
            if self.0.streamless.load(Ordering::Relaxed) {
                changes.drain(..).for_each(|change| self.handled(&change, false));
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
            let handled = provision::handle(&app.plane, event, self.next_id());
            let run = self.0.gate.invoke("provision", handled);
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
            batch[..first_failed].iter().for_each(|change| self.handled(change, true));
            batch = &batch[first_failed..];
            attempt = if first_failed > 0 { 1 } else { attempt + 1 };
            if attempt > ATTEMPTS {
                self.handled(&batch[0], false);
                batch = &batch[1..];
                attempt = 1;
            }
            if !batch.is_empty() {
                sleep(Duration::from_secs(1)).await;
            }
        }
    }

    /// Notes what became of a record.
    fn handled(&self, change: &Change, handled: bool) {
        let Some(user) = change.key.strip_prefix("user#") else { return };
        let mut untold = self.0.untold.lock().expect("not poisoned");
        if handled {
            untold.remove(user);
        } else {
            untold.insert(user.to_owned());
        }
    }

    /// Users whose last record of the stream was lost or given up: no function heard of that change.
    pub(in crate::world) fn untold(&self) -> BTreeSet<String> {
        self.0.untold.lock().expect("not poisoned").clone()
    }
}
