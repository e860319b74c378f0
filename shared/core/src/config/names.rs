//! Where the names of boxes are written, if they are.

use std::str::FromStr;

use envconfig::Envconfig;

use super::BaseUrl;
use crate::names::Which;

/// What a box's name begins with, as `WORKSPACE_URL` says it.
const BOX: &str = "https://{instanceId}.";

/// The longest instance id.
const LONGEST: usize = "i-0123456789abcdef0".len();

/// Names of boxes in DNS.
#[derive(Clone, Debug, Envconfig)]
pub struct NamesConfig {
    /// The hosted zone of Route 53; without one, nothing is written.
    #[envconfig(from = "WORKSPACE_ZONE", default = "")]
    zone: ZoneId,
    /// Which address of a box its name says: `public` or `private`.
    #[envconfig(from = "WORKSPACE_RECORD", default = "public")]
    record: Which,
    /// Where a box is, as browsers see it.
    #[envconfig(from = "WORKSPACE_URL")]
    workspace_url: Option<BaseUrl>,
}

/// Where the names of boxes are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneConfig {
    /// The id of the hosted zone.
    pub id: String,
    /// What follows the id of a box and a dot, without a dot at the end.
    pub domain: String,
    /// Which address of a box its name says.
    pub record: Which,
}

/// `WORKSPACE_URL` does not say what boxes are called.
#[derive(Debug, thiserror::Error)]
#[error(
    "with a WORKSPACE_ZONE, WORKSPACE_URL must be https://{{instanceId}}.<domain>, in lower case, \
     with nothing more than a port after it"
)]
pub struct NoDomain;

impl NamesConfig {
    /// Where the names of boxes are written, if they are.
    ///
    /// # Errors
    /// [`NoDomain`].
    pub fn zone(&self) -> Result<Option<ZoneConfig>, NoDomain> {
        let Some(id) = self.zone.0.clone() else { return Ok(None) };
        let url = self.workspace_url.as_ref().ok_or(NoDomain)?;
        let domain = domain(&url.0).ok_or(NoDomain)?.to_owned();
        Ok(Some(ZoneConfig { id, domain, record: self.record }))
    }
}

fn domain(url: &str) -> Option<&str> {
    let host = url.strip_prefix(BOX)?;
    let (domain, port) = host.split_once(':').unwrap_or((host, "443"));
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    // A whole name has at most 253 characters (RFC 1035, section 2.3.4, without length bytes).
    let fits = domain.len() + ".".len() + LONGEST <= 253;
    let named = domain.contains('.') && domain.split('.').all(label);
    (fits && named && port.parse::<u16>().is_ok()).then_some(domain)
}

/// The id of a hosted zone, or none.
#[derive(Clone, Debug)]
struct ZoneId(Option<String>);

/// Not the id of a hosted zone.
#[derive(Debug, thiserror::Error)]
#[error("must be empty or the id of a hosted zone: at most 32 of A-Z and 0-9")]
struct NoZone;

impl FromStr for ZoneId {
    type Err = NoZone;

    fn from_str(text: &str) -> Result<Self, NoZone> {
        let form = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        // Route 53 API Reference, "HostedZone": at most 32 characters.
        if !form || text.len() > 32 {
            return Err(NoZone);
        }
        Ok(Self((!text.is_empty()).then(|| text.to_owned())))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn zone(set: &[(&str, &str)]) -> Option<Result<Option<ZoneConfig>, NoDomain>> {
        let set: HashMap<String, String> =
            set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        NamesConfig::init_from_hashmap(&set).ok().map(|config| config.zone())
    }

    #[test]
    fn without_a_zone_any_address_will_do_and_nothing_is_written() {
        for url in ["http://{publicIp}:8080", "https://{instanceId}.desk.example"] {
            assert!(matches!(zone(&[("WORKSPACE_URL", url)]), Some(Ok(None))), "{url}");
            let set = [("WORKSPACE_URL", url), ("WORKSPACE_ZONE", "")];
            assert!(matches!(zone(&set), Some(Ok(None))), "{url}");
        }
        assert!(matches!(zone(&[]), Some(Ok(None))));
    }

    #[test]
    fn the_domain_is_what_follows_the_box() {
        for (url, domain) in [
            ("https://{instanceId}.workspaces.example.com", "workspaces.example.com"),
            ("https://{instanceId}.workspaces.example.com/", "workspaces.example.com"),
            ("https://{instanceId}.desk-1.example:8443", "desk-1.example"),
        ] {
            let set = [("WORKSPACE_URL", url), ("WORKSPACE_ZONE", "Z0AB1")];
            let expected =
                ZoneConfig { id: "Z0AB1".into(), domain: domain.into(), record: Which::Public };
            assert_eq!(zone(&set).unwrap().unwrap(), Some(expected));
        }
    }

    #[test]
    fn with_a_zone_an_address_that_is_no_name_of_a_box_is_fatal() {
        let long = format!("https://{{instanceId}}.{}example.com", "a.".repeat(115));
        for url in [
            "http://{instanceId}.desk.example",
            "https://{publicIp}",
            "https://{publicIp}:8080",
            "https://{privateIp}.desk.example",
            "https://desk.example/{instanceId}",
            "https://{instanceId}",
            "https://{instanceId}.",
            "https://{instanceId}.example",
            "https://{instanceId}..example.com",
            "https://{instanceId}.Desk.example",
            "https://{instanceId}.-desk.example",
            "https://{instanceId}.desk.example.",
            "https://{instanceId}.desk.example/box",
            "https://{instanceId}.desk.example:port",
            "https://{instanceId}.{privateIp}.desk.example",
            "https://{instanceId}-desk.example.com",
            "https://box-{instanceId}.desk.example",
            &long,
        ] {
            let set = [("WORKSPACE_URL", url), ("WORKSPACE_ZONE", "Z0AB1")];
            assert!(matches!(zone(&set), Some(Err(NoDomain))), "{url}");
        }
        assert!(matches!(zone(&[("WORKSPACE_ZONE", "Z0AB1")]), Some(Err(NoDomain))));
    }

    #[test]
    fn what_is_no_zone_and_no_address_is_fatal() {
        for (name, bad) in [
            ("WORKSPACE_ZONE", "/hostedzone/Z0AB1"),
            ("WORKSPACE_ZONE", "z0ab1"),
            ("WORKSPACE_ZONE", "Z0123456789012345678901234567890123"),
            ("WORKSPACE_RECORD", "both"),
            ("WORKSPACE_RECORD", ""),
            ("WORKSPACE_URL", "desk"),
        ] {
            assert!(zone(&[(name, bad)]).is_none(), "{name}={bad}");
        }
    }
}
