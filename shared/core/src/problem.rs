//! What clients are told: RFC 9457 problem documents. Details go to the log.

use http::StatusCode;
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
    /// The identity provider's answer does not fit to what was begun here.
    SignInFailed,
    /// The identity provider knows them, and they are not let in.
    AccountRefused,
    /// The user name belongs to another identity.
    NameTaken,
    /// Only operators may do this.
    NotOperator,
    /// A request that changes something came from another site.
    ForeignOrigin,
    /// The request is malformed.
    BadRequest,
    /// The body is larger than this route takes.
    TooLarge,
    /// The body is of a kind that this route does not take.
    UnsupportedMediaType,
    /// The seat that the request names is over.
    Stale,
    /// The home's user has a box: nothing else may be done with it.
    HomeInUse,
    /// Something else is being done with the home.
    HomeBusy,
    /// That user has no home.
    NoHome,
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
    detail: &'static str,
}

/// What clients are told of a problem: a row of the one table.
struct Row {
    status: u16,
    slug: &'static str,
    title: &'static str,
    detail: &'static str,
    retry_after: Option<u64>,
}

impl Problem {
    /// All of them.
    pub const ALL: [Self; 18] = [
        Self::SignInNeeded,
        Self::SeatTokenInvalid,
        Self::SignInFailed,
        Self::AccountRefused,
        Self::NameTaken,
        Self::NotOperator,
        Self::ForeignOrigin,
        Self::BadRequest,
        Self::TooLarge,
        Self::UnsupportedMediaType,
        Self::Stale,
        Self::HomeInUse,
        Self::HomeBusy,
        Self::NoHome,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Unavailable,
        Self::Internal,
    ];

    fn row(self) -> Row {
        let row =
            |status, slug, title, detail| Row { status, slug, title, detail, retry_after: None };
        match self {
            Self::SignInNeeded => row(
                401,
                "sign-in-needed",
                "Sign in first",
                "There is no session, or it is over. Your workspace and its files are where they were.",
            ),
            Self::SeatTokenInvalid => row(
                401,
                "seat-token-invalid",
                "Open your workspace again",
                "The heartbeat did not say whose it is, or too late. Opening the workspace mends it.",
            ),
            Self::SignInFailed => row(
                400,
                "sign-in-failed",
                "Sign in once more",
                "Signing in took too long, was begun in another window, or was broken off.",
            ),
            Self::AccountRefused => row(
                403,
                "account-refused",
                "This account is not let in",
                "Your organisation's sign-in knows it, but hotdesk is not open to it. \
                 Whoever runs hotdesk here can tell why.",
            ),
            Self::NotOperator => row(
                403,
                "not-an-operator",
                "This is for operators",
                "Nothing was changed. Whoever runs hotdesk here says who is one.",
            ),
            Self::NameTaken => row(
                403,
                "name-taken",
                "This user name belongs to another account",
                "Somebody with another account signed in under this name first. \
                 Whoever runs hotdesk here can tell the two apart.",
            ),
            Self::ForeignOrigin => row(
                403,
                "foreign-origin",
                "This request came from another site",
                "Nothing was changed. Use the buttons on hotdesk's own pages.",
            ),
            Self::BadRequest => row(
                400,
                "bad-request",
                "The request is malformed",
                "Nothing was changed. The API's description says what is expected here.",
            ),
            Self::TooLarge => row(
                413,
                "too-large",
                "The request is too large",
                "Nothing was changed. No request to hotdesk needs more than 4 kB.",
            ),
            Self::UnsupportedMediaType => row(
                415,
                "unsupported-media-type",
                "This kind of body is not taken here",
                "Nothing was changed. Send application/x-www-form-urlencoded.",
            ),
            Self::Stale => row(
                409,
                "stale",
                "This workspace is not open any more",
                "It was stopped, or opened anew since. Open it again to go on.",
            ),
            Self::HomeInUse => row(
                409,
                "home-in-use",
                "This home is in use",
                "Nothing was changed. Its user has a box, or had one a moment ago: stop it first.",
            ),
            Self::HomeBusy => row(
                409,
                "home-busy",
                "Something else is being done with this home",
                "Nothing was changed. Its page says what it is; try again once that is done.",
            ),
            Self::NoHome => row(
                404,
                "no-home",
                "There is no such home",
                "Nobody of that name has one, or nothing is left of it.",
            ),
            Self::NotFound => {
                row(404, "not-found", "There is nothing here", "No page has this address.")
            }
            Self::MethodNotAllowed => row(
                405,
                "method-not-allowed",
                "This method is not for this address",
                "The header Allow says which methods are.",
            ),
            Self::Unavailable => Row {
                retry_after: Some(3),
                ..row(
                    503,
                    "unavailable",
                    "hotdesk needs a moment",
                    "A part of it does not answer right now. Nobody loses a box for it.",
                )
            },
            Self::Internal => row(
                500,
                "internal",
                "Something is wrong on our side",
                "It is in hotdesk's log. Whoever runs it here can find it by the time.",
            ),
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.row().status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// Its name in addresses.
    #[must_use]
    pub fn slug(self) -> &'static str {
        self.row().slug
    }

    /// The title, for pages.
    #[must_use]
    pub fn title(self) -> &'static str {
        self.row().title
    }

    /// What it means for whoever meets it, in a sentence or two.
    #[must_use]
    pub fn detail(self) -> &'static str {
        self.row().detail
    }

    /// Seconds until a try may succeed, for `Retry-After`.
    #[must_use]
    pub fn retry_after(self) -> Option<u64> {
        self.row().retry_after
    }

    /// The document. Its type is relative to the API's address, where a page explains it.
    #[must_use]
    pub fn document(self) -> Document {
        let Row { status, slug, title, detail, .. } = self.row();
        Document { kind: format!("/problems/{slug}"), title, status, detail }
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
