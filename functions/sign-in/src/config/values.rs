//! What a setting may be: texts, lists and domains.

use std::{collections::BTreeSet, fmt, str::FromStr};

/// Why a setting cannot be what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// Nothing where something is needed.
    #[error("must not be empty")]
    Empty,
    /// Not a URL that may be used here.
    #[error("must be an https:// URL, or an http:// URL of this machine")]
    Url,
    /// More than an origin.
    #[error("must be a scheme, a host and perhaps a port, such as https://desk.example")]
    Origin,
    /// Not the name of a domain.
    #[error("must be the name of a domain such as example.com")]
    Domain,
}

/// A text that is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Required(String);

impl Required {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Required {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Self, Unfit> {
        let text = text.trim();
        if text.is_empty() { Err(Unfit::Empty) } else { Ok(Self(text.to_owned())) }
    }
}

/// A text that may be empty, which is none. It may be a secret, so it is not shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Optional(Option<String>);

impl Optional {
    /// The text, if any.
    #[must_use]
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl FromStr for Optional {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Self, Unfit> {
        let text = text.trim();
        Ok(Self((!text.is_empty()).then(|| text.to_owned())))
    }
}

impl fmt::Debug for Optional {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Some(..)" } else { "None" })
    }
}

/// Texts between commas, without the spaces around them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List(BTreeSet<String>);

impl List {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is one of them.
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.0.contains(text)
    }
}

impl FromStr for List {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Self, Unfit> {
        let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
        Ok(Self(items.map(str::to_owned).collect()))
    }
}

/// Names of domains in ASCII (international ones as `xn--...`), between commas, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domains(List);

impl Domains {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this is one of them, in whatever case (RFC 4343).
    #[must_use]
    pub fn contains(&self, domain: &str) -> bool {
        self.0.contains(&domain.to_ascii_lowercase())
    }
}

fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    text.split('.').all(label)
}

impl FromStr for Domains {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Self, Unfit> {
        let list: List = text.to_ascii_lowercase().parse()?;
        if list.0.iter().all(|domain| is_domain(domain)) {
            Ok(Self(list))
        } else {
            Err(Unfit::Domain)
        }
    }
}

/// The name of a domain in ASCII, in lower case, if any.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain(Option<String>);

impl Domain {
    /// The name.
    #[must_use]
    pub fn get(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl FromStr for Domain {
    type Err = Unfit;

    fn from_str(text: &str) -> Result<Self, Unfit> {
        let text = text.trim().to_ascii_lowercase();
        match text.as_str() {
            "" => Ok(Self(None)),
            domain if is_domain(domain) => Ok(Self(Some(text))),
            _ => Err(Unfit::Domain),
        }
    }
}
