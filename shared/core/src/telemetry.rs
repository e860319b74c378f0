//! Logs: one JSON event a line, as CloudWatch Logs takes them. Fields `user`, `instance_id`,
//! `epoch`, `outcome`, `reason`; never a token, cookie, header or body.

use tracing_subscriber::{EnvFilter, fmt::format::FmtSpan};

/// Sends events to standard output. The level is `RUST_LOG`'s, else `info`.
pub fn init() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_span_events(FmtSpan::NONE)
        // CloudWatch stamps each line itself.
        .without_time()
        .with_env_filter(filter)
        .init();
}
