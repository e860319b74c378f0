//! What a setting may be: numbers within bounds, and addresses.

use std::{fmt, str::FromStr};

/// A number between `MIN` and `MAX`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounded<const MIN: u64, const MAX: u64>(pub u64);

impl<const MIN: u64, const MAX: u64> FromStr for Bounded<MIN, MAX> {
    type Err = OutOfBounds;

    fn from_str(text: &str) -> Result<Self, OutOfBounds> {
        let number = text.parse().ok().filter(|n| (MIN..=MAX).contains(n));
        number.map(Self).ok_or(OutOfBounds { min: MIN, max: MAX })
    }
}

/// Not a number, or too small or too large.
#[derive(Debug)]
pub struct OutOfBounds {
    min: u64,
    max: u64,
}

impl fmt::Display for OutOfBounds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "must be a whole number from {} to {}", self.min, self.max)
    }
}

impl std::error::Error for OutOfBounds {}

/// An `http` or `https` URL without a slash at its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(pub String);

impl BaseUrl {
    /// Whether it is reached by TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl FromStr for BaseUrl {
    type Err = NoUrl;

    fn from_str(text: &str) -> Result<Self, NoUrl> {
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        match host {
            Some(host) if !host.is_empty() && !text.chars().any(char::is_whitespace) => {
                Ok(Self(text.trim_end_matches('/').to_owned()))
            }
            _ => Err(NoUrl),
        }
    }
}

/// Not an `http` or `https` URL.
#[derive(Debug, thiserror::Error)]
#[error("must be an http:// or https:// URL")]
pub struct NoUrl;
