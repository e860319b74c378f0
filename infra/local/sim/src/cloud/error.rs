//! Errors as AWS words them.

use std::borrow::Cow;

/// A call that AWS refuses: its code, its sentence and its HTTP status.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct AwsError {
    /// The error code that SDKs show, e.g. `ValidationError`.
    pub code: Cow<'static, str>,
    /// The sentence for people.
    pub message: String,
    /// The HTTP status: 400 for the caller's fault, 5xx for the service's.
    pub status: u16,
}

impl AwsError {
    /// The caller's fault (HTTP 400).
    pub(crate) fn client(code: &'static str, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), status: 400 }
    }

    /// Auto Scaling's code for nearly every refusal.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::client("ValidationError", message)
    }

    /// EC2 throttles: the code from ec2-api-throttling, sentence and status as users report them
    /// [cloudfoundry/bosh-aws-cpi-release issue 61].
    pub(crate) fn request_limit_exceeded() -> Self {
        let message = "Request limit exceeded.".into();
        Self { code: "RequestLimitExceeded".into(), message, status: 503 }
    }

    /// Auto Scaling throttles, as users report it [adobe/shredder issue 21].
    pub(crate) fn rate_exceeded() -> Self {
        Self::client("Throttling", "Rate exceeded")
    }

    /// It is one of the two that say that the caller is too fast.
    #[must_use]
    pub fn throttles(&self) -> bool {
        matches!(self.code.as_ref(), "RequestLimitExceeded" | "Throttling")
    }
}
