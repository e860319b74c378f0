//! The audit trail: who did what, when, from where, and with what result, one line each.
//!
//! Lines are log events of the target `audit`, with the fields of [`Line`] and no others, so that a
//! subscription filter of the log group can carry them elsewhere. There is no field for a token, a
//! cookie or a body.

use std::net::IpAddr;

use crate::{clock::Ms, id::UserId};

/// The target of the events.
pub const TARGET: &str = "audit";

/// What was done, or tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// Somebody came back from the identity provider.
    SignIn,
    /// Somebody ended their session.
    SignOut,
    /// A box was given to a user.
    Assign,
    /// A user's box is to be stopped.
    Stop,
    /// An operator ended somebody's sessions.
    Revoke,
    /// An operator asked for something to become of a home, or somebody else tried to.
    Home,
    /// A ticket came to a box.
    Open,
    /// A box was told to let nobody in any more.
    Drain,
    /// A request that was refused before it was anything else.
    Request,
}

impl What {
    /// Its name in the log.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign-in",
            Self::SignOut => "sign-out",
            Self::Assign => "assign",
            Self::Stop => "stop",
            Self::Revoke => "revoke",
            Self::Home => "home",
            Self::Open => "open",
            Self::Drain => "drain",
            Self::Request => "request",
        }
    }
}

/// A line of the trail.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// What was done.
    pub what: What,
    /// When, ms since 1970.
    pub at: Ms,
    /// Who did it; `None` where nobody is signed in, or where hotdesk itself did it.
    pub who: Option<&'a UserId>,
    /// To what: a box, another user, an address of the API.
    pub on: Option<&'a str>,
    /// Where the request came from.
    pub from: Option<IpAddr>,
    /// `done`, or `refused: ` and a word.
    pub result: &'a str,
}

impl Line<'_> {
    /// Writes it.
    pub fn log(&self) {
        tracing::info!(
            target: TARGET,
            what = self.what.name(),
            at = self.at.0,
            who = self.who.map(UserId::as_str),
            on = self.on,
            from = self.from.map(tracing::field::display),
            result = self.result,
        );
    }
}
