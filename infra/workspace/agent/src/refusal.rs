//! Why somebody is not let in, and what each reason means in HTTP and on the page.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use hotdesk::token::TokenError;

use crate::site::WebUrl;

/// Why somebody is not let in. Carries nothing of a token, and never says whose box it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The address to open a box has no ticket.
    #[error("no ticket")]
    NoTicket,
    /// Not a ticket of ours for this box, or its time is over.
    #[error("ticket refused")]
    Ticket(#[from] TokenError),
    /// The ticket has opened the box already.
    #[error("ticket was used before")]
    Used,
    /// The ticket was signed before the agent began, so it may have been used then.
    #[error("ticket is older than the agent")]
    BeforeBoot,
    /// The session behind the ticket or the cookie is over.
    #[error("session is over")]
    SessionOver,
    /// The box is bound to somebody else.
    #[error("box is bound to another user")]
    OtherUser,
    /// No cookie of this box.
    #[error("no cookie of this box")]
    NoCookie,
    /// A cookie that this box did not sign.
    #[error("cookie was not signed by this box")]
    BadCookie,
    /// More tickets in a minute than an agent remembers.
    #[error("too many tickets at once")]
    Busy,
    /// The binding or a cookie could not be written.
    #[error("the agent cannot write its state")]
    Unwritable,
}

impl Refusal {
    /// The one table of refusals to HTTP. `auth_request` of nginx passes 401 and 403 on and turns
    /// everything else into 500, so reasons of cookies have only those.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::NoTicket => StatusCode::BAD_REQUEST,
            Self::Ticket(_)
            | Self::Used
            | Self::BeforeBoot
            | Self::SessionOver
            | Self::NoCookie
            | Self::BadCookie => StatusCode::UNAUTHORIZED,
            Self::OtherUser => StatusCode::FORBIDDEN,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unwritable => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::OtherUser => {
                ("This is not your workspace", "It is somebody else's. Your own is one click away.")
            }
            Self::NoCookie | Self::BadCookie => (
                "This workspace is not open in this browser",
                "It is somebody else's, or your session here has ended. \
                 Your own is one click away.",
            ),
            Self::NoTicket | Self::Ticket(_) | Self::Used | Self::BeforeBoot => (
                "This link does not open a workspace any more",
                "Links to a workspace work once and for a minute.",
            ),
            Self::SessionOver => {
                ("You have been signed out", "Your files are safe. Sign in to go on.")
            }
            Self::Busy | Self::Unwritable => (
                "This workspace cannot open right now",
                "Something is wrong with this box, and not with you. Please try again.",
            ),
        }
    }

    /// The page that says so, with its status.
    #[must_use]
    pub fn page(self, home: &WebUrl) -> Response {
        let (title, text) = self.words();
        let page = Page { title, text, home: &format!("{home}/dispatch") };
        let mut response = match page.render() {
            Ok(html) => (self.status(), Html(html)).into_response(),
            Err(_) => self.status().into_response(),
        };
        let headers = response.headers_mut();
        for (name, value) in [
            (header::CACHE_CONTROL, "no-store"),
            // The address of this page may hold a ticket.
            (header::REFERRER_POLICY, "no-referrer"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (
                header::CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
                 form-action 'none'; frame-ancestors 'none'",
            ),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct Page<'a> {
    title: &'a str,
    text: &'a str,
    home: &'a str,
}
