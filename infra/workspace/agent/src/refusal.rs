//! Why somebody is not let in, and what each reason means in HTTP and on the page.

use askama::Template;
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use hotdesk::token::TokenError;
use hotdesk_pages::Allow;
use serde::Serialize;

use crate::plain::WebUrl;

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
    /// A page of another origin is behind the request.
    #[error("a page of another origin asks")]
    Foreign,
    /// The control plane has taken the box back.
    #[error("box was drained")]
    Drained,
    /// The home of the box's user is not there yet.
    #[error("home is not there yet")]
    NoHome,
    /// The box has another home than the one that was ordered.
    #[error("box has another home")]
    OtherHome,
    /// Users of this box have no homes.
    #[error("box has no homes")]
    NoHomes,
    /// The agent has no public keys yet.
    #[error("no public keys to check tickets with")]
    NoKeys,
    /// More tickets in a minute than an agent remembers.
    #[error("too many tickets at once")]
    Busy,
    /// The binding or a cookie could not be written.
    #[error("the agent cannot write its state")]
    Unwritable,
}

impl Refusal {
    /// Those that an answer of `/auth` can name to nginx.
    const OF_PASSES: [Self; 6] = [
        Self::NoCookie,
        Self::BadCookie,
        Self::SessionOver,
        Self::OtherUser,
        Self::Foreign,
        Self::Drained,
    ];

    /// The word for it, in the audit trail and between nginx and the agent.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NoTicket => "no-ticket",
            Self::Ticket(TokenError::Audience) => "ticket-of-another-box",
            Self::Ticket(TokenError::Expired) => "ticket-over",
            Self::Ticket(TokenError::Invalid | TokenError::Signing) => "bad-ticket",
            Self::Used => "used-ticket",
            Self::BeforeBoot => "before-boot",
            Self::SessionOver => "session-over",
            Self::OtherUser => "other-user",
            Self::NoCookie => "no-cookie",
            Self::BadCookie => "bad-cookie",
            Self::Foreign => "foreign-origin",
            Self::Drained => "drained",
            Self::NoHome => "no-home",
            Self::OtherHome => "other-home",
            Self::NoHomes => "no-homes",
            Self::NoKeys => "no-keys",
            Self::Busy => "busy",
            Self::Unwritable => "unwritable",
        }
    }

    /// The refusal of a pass with that word.
    pub(crate) fn of_pass(word: &str) -> Option<Self> {
        Self::OF_PASSES.into_iter().find(|refusal| refusal.word() == word)
    }

    /// The one table of refusals to HTTP. `auth_request` of nginx passes 401 and 403 on, so reasons
    /// of cookies have only those; it turns everything else into 500, for which nginx has the page
    /// that waits.
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
            Self::OtherUser | Self::Foreign | Self::Drained | Self::OtherHome | Self::NoHomes => {
                StatusCode::FORBIDDEN
            }
            Self::Busy | Self::NoKeys | Self::NoHome => StatusCode::SERVICE_UNAVAILABLE,
            Self::Unwritable => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What it means, what to do, and the words on the button that does it.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::OtherUser => (
                "This is not your workspace",
                "This box is somebody else's. Your own is one click away.",
                "Open your workspace",
            ),
            Self::NoCookie | Self::BadCookie => (
                "This workspace is not open in this browser",
                "It is somebody else's, or your session here has ended. \
                 Your own is one click away.",
                "Open your workspace",
            ),
            Self::NoTicket | Self::Ticket(_) | Self::Used | Self::BeforeBoot => (
                "This link does not open a workspace any more",
                "Links to a workspace work once and for a minute. A new one is one click away.",
                "Open your workspace",
            ),
            Self::SessionOver => (
                "You have been signed out",
                "Your workspace is where it was. Sign in to go on.",
                "Sign in and open it",
            ),
            Self::Foreign => (
                "Another page asked for this",
                "This workspace answers its own pages only. Open it by itself.",
                "Open your workspace",
            ),
            Self::Drained => (
                "This workspace was closed",
                "Its box was taken back: it was stopped, or the access to it was ended. \
                 What you may have is one click away.",
                "Open a workspace",
            ),
            Self::Busy
            | Self::NoKeys
            | Self::Unwritable
            | Self::NoHome
            | Self::OtherHome
            | Self::NoHomes => (
                "This workspace cannot open right now",
                "Something is wrong with this box, and not with you. Please try again.",
                "Try again",
            ),
        }
    }

    /// The page that says so, with its status.
    #[must_use]
    pub fn page(self, home: &WebUrl) -> Response {
        let (title, text, action) = self.words();
        let view = |nonce| Page { nonce, title, text, action, home };
        let Ok(page) = hotdesk_pages::page(self.status(), Allow::default(), view) else {
            return self.status().into_response();
        };
        let mut response = page.into_response();
        // The address of this page may hold a ticket.
        let nobody = HeaderValue::from_static("no-referrer");
        response.headers_mut().insert(header::REFERRER_POLICY, nobody);
        response
    }

    /// The same for programs (RFC 9457).
    #[must_use]
    pub fn document(self) -> Response {
        let (title, detail, _) = self.words();
        let document = Document { title, status: self.status().as_u16(), detail };
        let headers = [
            (header::CONTENT_TYPE, "application/problem+json"),
            (header::CACHE_CONTROL, "no-store"),
            (header::VARY, "accept"),
        ];
        (self.status(), headers, serde_json::to_string(&document).unwrap_or_default())
            .into_response()
    }
}

#[derive(Serialize)]
struct Document {
    title: &'static str,
    status: u16,
    detail: &'static str,
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct Page<'a> {
    nonce: String,
    title: &'a str,
    text: &'a str,
    action: &'a str,
    home: &'a WebUrl,
}
