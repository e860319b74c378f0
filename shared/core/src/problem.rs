//! What clients are told: RFC 9457 problem documents. Details go to the log.

use serde::Serialize;

use crate::{
    error::{Error, Retry},
    store::StoreError,
};

/// Every problem that a client can meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No session, or one that is over.
    SignInNeeded,
    /// The seat token is missing, not ours, or over.
    SeatTokenInvalid,
    /// The user name belongs to another identity.
    NameTaken,
    /// A request that changes something came from another site.
    ForeignOrigin,
    /// The request is malformed.
    BadRequest,
    /// The body is larger than this route takes.
    TooLarge,
    /// The seat that the request names is over.
    Stale,
    /// No such route.
    NotFound,
    /// The route does not take this method.
    MethodNotAllowed,
    /// The control plane is being rebuilt or one of its parts does not answer.
    Unavailable,
    /// hotdesk's own mistake.
    Internal,
}

/// The JSON of a problem (RFC 9457, section 3.1).
#[derive(Debug, Serialize)]
pub struct Document {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    status: u16,
}

impl Problem {
    /// Status, slug of the type, title, and after how many seconds to try again: the one table.
    fn row(self) -> (u16, &'static str, &'static str, Option<u64>) {
        match self {
            Self::SignInNeeded => (401, "sign-in-needed", "Sign in first", None),
            Self::SeatTokenInvalid => {
                (401, "seat-token-invalid", "Open your workspace again", None)
            }
            Self::NameTaken => {
                (403, "name-taken", "This user name belongs to another account", None)
            }
            Self::ForeignOrigin => {
                (403, "foreign-origin", "This request came from another site", None)
            }
            Self::BadRequest => (400, "bad-request", "The request is malformed", None),
            Self::TooLarge => (413, "too-large", "The request is too large", None),
            Self::Stale => (409, "stale", "This workspace is no longer yours: open it again", None),
            Self::NotFound => (404, "not-found", "There is nothing here", None),
            Self::MethodNotAllowed => {
                (405, "method-not-allowed", "This method is not for this address", None)
            }
            Self::Unavailable => (503, "unavailable", "Try again in some seconds", Some(3)),
            Self::Internal => (500, "internal", "Something is wrong on our side", None),
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        self.row().0
    }

    /// The title, for pages.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.row().2
    }

    /// Seconds until a try may succeed, for `Retry-After`.
    #[must_use]
    pub fn retry_after(self) -> Option<u64> {
        self.row().3
    }

    /// The document. Its type is relative to the API's address.
    #[must_use]
    pub fn document(self) -> Document {
        let (status, slug, title, _) = self.row();
        Document { kind: format!("/problems/{slug}"), title, status }
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        match error.retry() {
            Retry::Soon | Retry::NextPass => Self::Unavailable,
            Retry::Never => Self::Internal,
        }
    }
}

impl From<&StoreError> for Problem {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Cold | StoreError::Away(_) => Self::Unavailable,
            StoreError::Corrupt(_) => Self::Internal,
        }
    }
}
