//! Tours on which functions send all that they can.

mod dispatch;
mod homes;
mod lifecycle;
mod never;
mod provision;
mod reaper;

use std::thread::{self, Builder, Scope};

use super::stage::{Stage, simulated};
use homes::Hand;

/// A call of a function that waits for a call of the real adapter is a deep one.
const STACK: usize = 64 << 20;

/// All tours, side by side.
pub(crate) fn all(stage: &Stage) {
    thread::scope(|scope| {
        for (n, hand) in (1..).zip([Hand::Reaper, Hand::Lifecycle, Hand::Provision]) {
            spawn(scope, move || simulated(homes::tour(stage, n, hand)));
        }
        spawn(scope, || simulated(reaper::tour(stage, 4)));
        spawn(scope, || simulated(lifecycle::tour(stage, 5)));
        spawn(scope, || simulated(provision::tour(stage, 6)));
        spawn(scope, || simulated(never::tour(stage, 7)));
        spawn(scope, || simulated(dispatch::tour(stage, 8)));
    });
}

fn spawn<'scope>(scope: &'scope Scope<'scope, '_>, tour: impl FnOnce() + Send + 'scope) {
    Builder::new().stack_size(STACK).spawn_scoped(scope, tour).unwrap();
}
