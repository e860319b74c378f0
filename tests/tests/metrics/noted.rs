//! What was emitted.

use std::sync::{Arc, Mutex};

use hotdesk::{
    metrics::{Meter, Reading},
    telemetry,
};
use tracing::subscriber::DefaultGuard;

/// All readings of this thread, in order. Clones are the same.
#[derive(Clone, Default)]
pub(crate) struct Noted(Arc<Mutex<Vec<Reading>>>);

impl Noted {
    /// From now on, until the guard goes.
    pub(crate) fn listen() -> (Self, DefaultGuard) {
        let noted = Self::default();
        let to = noted.clone();
        let meter = Meter::new(move |readings| to.0.lock().unwrap().extend_from_slice(readings));
        let subscriber = telemetry::metered(std::io::sink, meter);
        (noted, tracing::subscriber::set_default(subscriber))
    }

    /// Those since the last time.
    pub(crate) fn take(&self) -> Vec<Reading> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// Of those, the numbers of one metric.
    pub(crate) fn of(&self, name: &str) -> Vec<f64> {
        let all = self.0.lock().unwrap();
        let some = all.iter().filter(|reading| reading.definition().name == name);
        some.map(Reading::number).collect()
    }
}
