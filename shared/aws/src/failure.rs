//! Failed invocations say so to Lambda, with a type that alarms can tell apart.

use hotdesk::error::Error;
use lambda_runtime::Diagnostic;
use tracing::error;

/// The failure of a flow, as Lambda reports it.
#[must_use]
pub fn failure(error: &Error) -> Diagnostic {
    error!(code = error.code(), error = error.chain(), "invocation failed");
    Diagnostic { error_type: error.code().to_owned(), error_message: error.to_string() }
}
