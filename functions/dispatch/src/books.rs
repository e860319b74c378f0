//! What the tables know of a user besides their seat: the home and the last sessions.

use std::{slice, time::Duration};

use hotdesk::{
    error::Error,
    homes::{Home, Homes},
    id::UserId,
    ledger::Session,
    seats::SeatsError,
};
use tracing::warn;

/// How many sessions a user is shown.
const OWN_SESSIONS: usize = 5;

/// Longer than that nobody waits for the first page: DynamoDB answers in milliseconds, and its client
/// goes on asking for 15 s.
const PATIENCE: Duration = Duration::from_secs(2);

/// The home and the last sessions of a user.
pub(crate) struct Books {
    /// None if they never had one.
    pub(crate) home: Option<Home>,
    /// Newest first.
    pub(crate) sessions: Vec<Session>,
}

/// Reads both tables side by side.
pub(crate) async fn read(
    homes: &impl Homes,
    user: &UserId,
    limit: usize,
) -> Result<Books, SeatsError> {
    let users = slice::from_ref(user);
    let (found, sessions) = tokio::try_join!(homes.homes(users), homes.sessions(user, limit))?;
    Ok(Books { home: found.into_iter().next(), sessions })
}

/// The same for the user's own page; `None`, and a line in the log, where the tables do not answer
/// soon.
pub(crate) async fn in_time(homes: &impl Homes, user: &UserId) -> Option<Books> {
    match tokio::time::timeout(PATIENCE, read(homes, user, OWN_SESSIONS)).await {
        Ok(Ok(books)) => Some(books),
        Ok(Err(e)) => {
            let e = Error::from(e);
            warn!(%user, code = e.code(), error = e.chain(), "home and sessions not read");
            None
        }
        Err(_) => {
            warn!(%user, "home and sessions not read: no answer in time");
            None
        }
    }
}
