//! What a box is told about itself and its surroundings.
//!
//! These values end up inside nginx's configuration and inside HTML, where a quote or a `$` would
//! change the meaning, so they are checked once, when they come in.

use std::{fmt, net::SocketAddr, str::FromStr};

use clap::Args;
use hotdesk::id::InstanceId;

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

/// What both nginx and the agent know of their box.
#[derive(Clone, Debug, Args)]
pub struct Site {
    /// The box's instance id, the audience of its tickets
    #[arg(long, env = "HOTDESK_INSTANCE_ID")]
    pub instance: InstanceId,
    /// Where people go to get a workspace: the control plane's public address
    #[arg(long, env = "HOTDESK_HOME_URL")]
    pub home: WebUrl,
    /// Folder for sockets, the binding and the key of cookies; wiped at every boot
    #[arg(long, env = "HOTDESK_RUNTIME_DIR")]
    pub runtime: PlainPath,
    /// Unix socket on which the editor listens
    #[arg(long, env = "HOTDESK_EDITOR_SOCKET")]
    pub editor_socket: PlainPath,
    /// TLS, where browsers reach the box by https
    #[command(flatten)]
    pub tls: Option<Tls>,
}

/// The certificate that nginx shows. Cookies are `Secure` exactly where there is one.
#[derive(Clone, Debug, Args)]
#[group(requires_all = ["certificate", "key"])]
pub struct Tls {
    /// Certificate chain in PEM; without it the box is served by plain http
    #[arg(
        id = "certificate",
        long = "tls-certificate",
        env = "HOTDESK_TLS_CERTIFICATE",
        required = false
    )]
    pub certificate: PlainPath,
    /// Private key of the certificate in PEM
    #[arg(id = "key", long = "tls-key", env = "HOTDESK_TLS_KEY", required = false)]
    pub key: PlainPath,
}

/// What only nginx knows.
#[derive(Clone, Debug, Args)]
pub struct Front {
    /// Address and port that browsers reach
    #[arg(long, env = "HOTDESK_LISTEN")]
    pub listen: SocketAddr,
    /// Where heartbeats are forwarded to, with /ping after it
    #[arg(long, env = "HOTDESK_API_URL")]
    pub api: WebUrl,
    /// Seconds between two heartbeats of a visible tab
    #[arg(long, env = "HOTDESK_HEARTBEAT_SECONDS", default_value_t = 30,
          value_parser = clap::value_parser!(u32).range(1..=300))]
    pub heartbeat_seconds: u32,
    /// DNS server for the address of heartbeats, asked again as names expire; without one the
    /// name is looked up once
    #[arg(long, env = "HOTDESK_RESOLVER")]
    pub resolver: Option<std::net::IpAddr>,
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
