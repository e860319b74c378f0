//! Errors as AWS words them.

/// A call that AWS refuses: its code, its sentence and its HTTP status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AwsError {
    /// The error code that SDKs show, e.g. `ValidationError`.
    pub code: &'static str,
    /// The sentence for people.
    pub message: String,
    /// The HTTP status: 400 for the caller's fault, 5xx for the service's.
    pub status: u16,
}

impl AwsError {
    /// The caller's fault (HTTP 400).
    pub(crate) fn client(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), status: 400 }
    }

    /// Auto Scaling's code for nearly every refusal.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::client("ValidationError", message)
    }
}
