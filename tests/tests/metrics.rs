//! Metrics: what is emitted and when, the format that it is written in, and that alarms, dashboard and
//! runbook speak of what there is.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod metrics {
    pub(crate) mod noted;

    mod errors;
    mod format;
    mod functions;
    mod people;
    mod queue;
    mod runbook;
    mod template;
    mod watch;
}
