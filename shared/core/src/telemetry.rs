//! Logs: one JSON event a line, as CloudWatch Logs takes them. Fields `user`, `instance_id`,
//! `epoch`, `outcome`, `reason`; never a token, cookie, header or body.
//! The [`crate::audit`] trail is in it at every level.

use tracing::{Level, Subscriber};
use tracing_subscriber::{
    filter::Targets,
    fmt::{self, MakeWriter},
    layer::SubscriberExt,
    registry,
    util::SubscriberInitExt,
};

use crate::{
    audit::TARGET,
    config::ConfigError,
    metrics::{Meter, definition::Function, emf},
};

/// What is logged: as `RUST_LOG` says (`debug`, or `hotdesk=debug,info`), else from `info` on; and the audit
/// trail, whatever it says. By target and level alone: filters by span and field bring a regex engine, which
/// was a tenth of the smallest function.
fn filter() -> Targets {
    let said = std::env::var("RUST_LOG").ok().and_then(|said| said.parse::<Targets>().ok());
    said.unwrap_or_else(|| Targets::new().with_default(Level::INFO))
        .with_target(TARGET, Level::INFO)
}

/// Sends events to standard output.
pub fn init() {
    subscriber(std::io::stdout).init();
}

/// As [`init`], and metrics as that function's.
///
/// # Errors
/// [`ConfigError::Variable`].
pub fn init_metered(function: Function) -> Result<(), ConfigError> {
    metered(std::io::stdout, emf::meter(function)?).init();
    Ok(())
}

/// As [`subscriber`], with a meter for what is emitted under it.
pub fn metered<W>(to: W, meter: Meter) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    subscriber(to).with(meter)
}

/// What writes events there, one a line. CloudWatch stamps each line itself.
pub fn subscriber<W>(to: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = fmt::layer()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .without_time()
        .with_writer(to);
    registry().with(filter()).with(lines)
}
