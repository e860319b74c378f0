//! What can go wrong in a flow, and who acts on it: one table for HTTP and for retries.

use crate::{fleet::FleetError, seats::SeatsError, store::StoreError, token::TokenError};

/// A flow that did not get to its end. What it had begun, the next pass takes up.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The fast store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The durable seats.
    #[error(transparent)]
    Seats(#[from] SeatsError),
    /// The fleet.
    #[error(transparent)]
    Fleet(#[from] FleetError),
    /// Something that hotdesk signs could not be signed.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// When to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// In some seconds: it passes by itself.
    Soon,
    /// With the next pass: others are at the same boxes.
    NextPass,
    /// Not before somebody mended something: an alarm.
    Never,
}

impl Error {
    /// When to try again.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self {
            Self::Store(StoreError::Cold | StoreError::Away(_))
            | Self::Seats(SeatsError::Busy(_) | SeatsError::Away(_))
            | Self::Fleet(FleetError::Throttled(_) | FleetError::Away(..)) => Retry::Soon,
            Self::Fleet(FleetError::Refused(_)) => Retry::NextPass,
            Self::Fleet(FleetError::Broken(..))
            | Self::Store(StoreError::Corrupt(_))
            | Self::Seats(SeatsError::Corrupt(_))
            | Self::Token(_) => Retry::Never,
        }
    }

    /// A stable word for logs and metrics.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Store(StoreError::Cold) => "store.cold",
            Self::Store(StoreError::Away(_)) => "store.away",
            Self::Store(StoreError::Corrupt(_)) => "store.corrupt",
            Self::Seats(SeatsError::Busy(_)) => "seats.busy",
            Self::Seats(SeatsError::Away(_)) => "seats.away",
            Self::Seats(SeatsError::Corrupt(_)) => "seats.corrupt",
            Self::Fleet(FleetError::Throttled(_)) => "fleet.throttled",
            Self::Fleet(FleetError::Refused(_)) => "fleet.refused",
            Self::Fleet(FleetError::Away(..)) => "fleet.away",
            Self::Fleet(FleetError::Broken(..)) => "fleet.broken",
            Self::Token(_) => "token",
        }
    }

    /// The whole chain of causes, for the log; never for a client.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            text.push_str(": ");
            text.push_str(&error.to_string());
            cause = error.source();
        }
        text
    }
}
