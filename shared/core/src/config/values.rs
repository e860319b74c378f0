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

/// As [`BaseUrl`], but without TLS, which the boxes' own ports do not speak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainUrl(pub String);

impl FromStr for PlainUrl {
    type Err = NoPlainUrl;

    fn from_str(text: &str) -> Result<Self, NoPlainUrl> {
        match text.parse::<BaseUrl>() {
            Ok(url) if !url.is_https() => Ok(Self(url.0)),
            _ => Err(NoPlainUrl),
        }
    }
}

/// Not an `http` URL.
#[derive(Debug, thiserror::Error)]
#[error("must be an http:// URL")]
pub struct NoPlainUrl;

/// Not an `http` or `https` URL.
#[derive(Debug, thiserror::Error)]
#[error("must be an http:// or https:// URL")]
pub struct NoUrl;

/// A price in millionths of any currency, from a decimal such as `0.0832`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price(pub u64);

impl Price {
    /// That of so many.
    #[must_use]
    pub fn times(self, many: usize) -> Self {
        Self(self.0.saturating_mul(u64::try_from(many).unwrap_or(u64::MAX)))
    }
}

impl FromStr for Price {
    type Err = NoPrice;

    fn from_str(text: &str) -> Result<Self, NoPrice> {
        let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(rest) || whole.len() > 6 || rest.len() > 6 {
            return Err(NoPrice);
        }
        let millionths = format!("{whole}{rest:0<6}");
        millionths.parse().map(Self).map_err(|_| NoPrice)
    }
}

/// Not a decimal number with at most six digits before and after the point.
#[derive(Debug, thiserror::Error)]
#[error(
    "must be a decimal number such as 0.0832, with at most six digits before and after the point"
)]
pub struct NoPrice;

/// Words with commas between; none if empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(pub Vec<String>);

impl FromStr for Words {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
        Ok(Self(words.map(ToOwned::to_owned).collect()))
    }
}
