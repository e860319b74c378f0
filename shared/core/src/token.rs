//! Signed tokens: sessions, tickets, seat tokens and orders, all EdDSA (Ed25519) JWTs with a key id.
//!
//! | token | audience | carried | lives |
//! | --- | --- | --- | --- |
//! | [`SessionClaims`] | `session` | HttpOnly cookie of the API | an hour, renewed until the session's end |
//! | [`TicketClaims`] | the instance's id | address of one redirect | 60 s, one use |
//! | [`SeatClaims`] | `ping` | HttpOnly cookie of the box | 15 min, renewed by ping |
//! | [`DrainClaims`] | `drain:` and the instance's id | body of a request to the agent | 30 s |
//! | [`HomeClaims`] | `home:` and the instance's id | body of a request to the agent | 30 s |
//!
//! The audience keeps one kind from passing for another. Time is the caller's, so expiry is
//! checked here and not by the JWT crate, which would read the machine's clock.

mod algorithms;
mod claims;
mod keys;
mod remembered;

pub use algorithms::install;
pub use claims::{
    Claims, DrainClaims, HomeClaims, ORDER_LIFETIME, SEAT_TOKEN_MIN, SeatClaims, SessionClaims,
    TICKET_LIFETIME, TicketClaims,
};
pub use keys::{KeyError, Signer, Verifier, generate};

/// Why a token is not accepted. Carries no part of the token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// Not a JWT of ours: malformed, wrong algorithm, unknown key, bad signature, missing claims.
    #[error("token is not signed by a known key or lacks a claim")]
    Invalid,
    /// Signed by us, for something else.
    #[error("token is meant for another audience")]
    Audience,
    /// Its time is over.
    #[error("token has expired")]
    Expired,
    /// The claims could not be signed.
    #[error("token could not be signed")]
    Signing,
}
