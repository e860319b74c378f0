//! Logs: one JSON event a line, as CloudWatch Logs takes them. Fields `user`, `instance_id`,
//! `epoch`, `outcome`, `reason`; never a token, cookie, header or body.
//! The [`crate::audit`] trail is in it at every level.

use tracing::Subscriber;
use tracing_subscriber::{
    EnvFilter,
    fmt::{MakeWriter, format::FmtSpan},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use crate::{
    audit::TARGET,
    config::ConfigError,
    metrics::{Meter, definition::Function, emf},
};

/// What is logged: as `RUST_LOG` says, else from `info` on; and the audit trail, whatever it says.
#[must_use]
pub fn filter() -> EnvFilter {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    match format!("{TARGET}=info").parse() {
        Ok(directive) => filter.add_directive(directive),
        Err(_) => filter,
    }
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
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(false)
        .with_span_list(false)
        .with_span_events(FmtSpan::NONE)
        .without_time()
        .with_env_filter(filter())
        .with_writer(to)
        .finish()
}
