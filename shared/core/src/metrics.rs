//! Metrics: what alarms and the dashboard look at.
//!
//! Each is defined once, in the table of [`definition`]: its name, unit, dimensions and the statistics
//! that are looked at. Whoever knows a fact hands its [`Reading`] to [`emit`]; a function that has a
//! [`Meter`] writes it as a line in CloudWatch's embedded metric format ([`emf`]), from which CloudWatch
//! Logs takes the metric. Nothing is sent, so nothing waits; `ping`, which has no meter, writes none.
//!
//! A reading is handed over after what it tells of is done, and not repeated: a function that dies in
//! between loses it, a flow that is repeated does not count twice. (CloudWatch itself takes a line "at
//! least once".) No reading has a field for a user or a box.

pub mod definition;
pub mod emf;
mod measure;

pub use definition::{DEFINITIONS, Definition, Reading};
use tracing::Subscriber;
use tracing_subscriber::Layer;

/// Where readings go. It is found by way of the `tracing` subscriber that it is a layer of, as the
/// events of the same function are: so each test has one of its own.
pub struct Meter(Box<To>);

type To = dyn Fn(&[Reading]) + Send + Sync;

impl Meter {
    /// One that hands readings on.
    pub fn new(to: impl Fn(&[Reading]) + Send + Sync + 'static) -> Self {
        Self(Box::new(to))
    }
}

impl<S: Subscriber> Layer<S> for Meter {}

/// Hands readings of one moment to the meter, if this function has one.
pub fn emit(readings: &[Reading]) {
    tracing::dispatcher::get_default(|dispatch| {
        if let Some(Meter(to)) = dispatch.downcast_ref() {
            to(readings);
        }
    });
}
