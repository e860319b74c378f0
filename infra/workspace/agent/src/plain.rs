//! Values that end up inside nginx's configuration and inside HTML, where a quote or a `$` would
//! change the meaning. They are checked once, when they come in.

use std::{fmt, str::FromStr};

/// Why a value cannot be put into the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SiteError {
    /// Not `http://` or `https://` and a host, or with a query, a quote or the like.
    #[error("expected a plain http or https address without query, such as https://desk.example")]
    Url,
    /// With a quote, a backslash, a dollar sign or a control character.
    #[error("a path for nginx has no quotes, backslashes, dollar signs or control characters")]
    Path,
}

/// An address of a web server, without a slash at its end, safe in nginx and in HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebUrl(String);

impl WebUrl {
    /// The address of `path` there; `path` begins with a slash and is as plain as the address.
    #[must_use]
    pub(crate) fn join(&self, path: &str) -> Self {
        Self(format!("{}{path}", self.0))
    }

    /// Whether it is reached by TLS.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl FromStr for WebUrl {
    type Err = SiteError;

    fn from_str(text: &str) -> Result<Self, SiteError> {
        let text = text.trim_end_matches('/');
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let plain = |b: u8| b.is_ascii_alphanumeric() || b"-._~:/[]".contains(&b);
        match rest {
            Some(rest) if !rest.is_empty() && !rest.starts_with('/') && rest.bytes().all(plain) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(SiteError::Url),
        }
    }
}

impl fmt::Display for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A path that may stand between double quotes in nginx's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlainPath(String);

impl PlainPath {
    /// The path of `name` below this one; `name` is as plain as the path.
    pub(crate) fn join(&self, name: &str) -> Self {
        Self(format!("{}/{name}", self.0.trim_end_matches('/')))
    }
}

impl FromStr for PlainPath {
    type Err = SiteError;

    fn from_str(text: &str) -> Result<Self, SiteError> {
        let bad = |c: char| c.is_control() || matches!(c, '"' | '\'' | '\\' | '$');
        if text.is_empty() || text.chars().any(bad) {
            return Err(SiteError::Path);
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for PlainPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<std::path::Path> for PlainPath {
    fn as_ref(&self) -> &std::path::Path {
        self.0.as_ref()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_would_change_the_configuration_is_refused() {
        for bad in [
            "",
            "desk.example",
            "ftp://a",
            "http://",
            "http:///x",
            "http://a\"b",
            "http://a'b",
            "http://a$b",
            "http://a;b",
            "http://a b",
            "http://a?b",
            "http://a\nb",
            "http://a&b",
            "http://a<b",
            "http://a\\b",
            "http://a{b",
            "javascript:alert(1)",
        ] {
            assert_eq!(bad.parse::<WebUrl>(), Err(SiteError::Url), "{bad:?}");
        }
        for (good, plain) in [
            ("http://localhost:9000/", "http://localhost:9000"),
            ("https://desk.example/api", "https://desk.example/api"),
            ("http://[::1]:80", "http://[::1]:80"),
        ] {
            assert_eq!(good.parse::<WebUrl>().unwrap().to_string(), plain);
        }
    }

    #[test]
    fn a_path_may_have_spaces_but_nothing_that_ends_a_string() {
        assert!("/tmp/my boxes/é".parse::<PlainPath>().is_ok());
        for bad in ["", "/a\"b", "/a'b", "/a\\b", "/a$b", "/a\nb"] {
            assert_eq!(bad.parse::<PlainPath>(), Err(SiteError::Path), "{bad:?}");
        }
    }
}
