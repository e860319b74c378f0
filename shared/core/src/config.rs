//! Configuration from the environment: parsed once, bounded, fatal before serving.
//!
//! Each function takes the parts that it needs, so that a missing setting is missed only by the
//! function that uses it.

mod homes;
mod names;
mod values;

use std::time::Duration;

use envconfig::Envconfig;
pub use homes::HomeConfig;
pub use names::{NamesConfig, NoDomain, ZoneConfig};
pub use values::{
    BaseUrl, Bounded, NoPlainUrl, NoPrice, NoUrl, OutOfBounds, PlainUrl, Price, Words,
};

use crate::{
    control::{Policy, Reuse},
    spares::{self, Spares},
    token::{KeyError, SEAT_TOKEN_MIN, Signer, Verifier},
};

/// What is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A variable is missing or out of bounds.
    #[error("{0}")]
    Variable(#[from] envconfig::Error),
    /// A key is none.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Boxes have names, and no domain for them.
    #[error(transparent)]
    Names(#[from] NoDomain),
}

/// Where the fast store is.
#[derive(Clone, Debug, Envconfig)]
pub struct StoreConfig {
    /// `redis://host:port`, or `rediss://user:password@host:port` by TLS.
    #[envconfig(from = "REDIS_URL")]
    pub redis_url: String,
    /// The authorities of the server's certificate, in PEM; those that browsers trust if empty, among
    /// which are ElastiCache's (ElastiCache User Guide, "In-transit encryption": Amazon Trust Services).
    #[envconfig(from = "REDIS_CA", default = "")]
    pub redis_ca: String,
    /// Goes before every key.
    #[envconfig(from = "KEY_PREFIX", default = "")]
    pub key_prefix: String,
}

/// Where the durable seats are.
#[derive(Clone, Debug, Envconfig)]
pub struct SeatsConfig {
    /// The DynamoDB table of the seats.
    #[envconfig(from = "SEATS_TABLE")]
    pub seats_table: String,
    /// That of the homes.
    #[envconfig(from = "HOMES_TABLE")]
    pub homes_table: String,
    /// That of the ledger.
    #[envconfig(from = "SESSIONS_TABLE")]
    pub sessions_table: String,
    /// What a box costs an hour, for the ledger, in any currency.
    #[envconfig(from = "BOX_PRICE_PER_HOUR", default = "0")]
    pub box_price: Price,
}

/// How long somebody keeps a box, as the operator decided.
#[derive(Clone, Debug, Envconfig)]
pub struct TimesConfig {
    /// Seconds without a heartbeat after which a box is taken back.
    #[envconfig(from = "IDLE_TIMEOUT_SECONDS", default = "300")]
    idle_timeout: Bounded<5, 604_800>,
    /// Seconds after which a seat ends of which nobody says that they are still there; 0 is never.
    #[envconfig(from = "MAX_LIFETIME_SECONDS", default = "0")]
    max_lifetime: Bounded<0, 31_536_000>,
}

impl TimesConfig {
    /// The times.
    #[must_use]
    pub fn times(&self) -> Times {
        Times {
            idle: Duration::from_secs(self.idle_timeout.0),
            longest: unless_zero(self.max_lifetime.0),
        }
    }
}

/// How long somebody keeps a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// Without a heartbeat.
    pub idle: Duration,
    /// Without saying that they stay, whatever their heartbeats; `None` is for ever.
    pub longest: Option<Duration>,
}

fn unless_zero(seconds: u64) -> Option<Duration> {
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

/// How many boxes run unassigned.
#[derive(Clone, Debug, Envconfig)]
pub struct SparesConfig {
    /// A number, a schedule, or `auto`: see [`crate::spares`].
    #[envconfig(from = "SPARES", default = "1")]
    spares: spares::Kind,
    /// Of those who come, how many may wait for a boot, with `auto`.
    #[envconfig(from = "SPARE_WAIT_PROBABILITY", default = "0.01")]
    promise: spares::Promise,
    /// The time zone of a schedule.
    #[envconfig(from = "SPARES_TIME_ZONE", default = "UTC")]
    zone: spares::Zone,
}

impl SparesConfig {
    /// How many.
    #[must_use]
    pub fn spares(&self) -> Spares {
        self.spares.clone().with(self.promise, &self.zone)
    }
}

/// The fleet and what the operator decided about it.
#[derive(Clone, Debug, Envconfig)]
pub struct FleetConfig {
    /// The Auto Scaling group.
    #[envconfig(from = "ASG_NAME")]
    pub asg_name: String,
    /// Where the agents' probe port is; `{privateIp}` stands for a box's address.
    #[envconfig(from = "PROBE_URL", default = "http://{privateIp}:8081")]
    pub probe_url: PlainUrl,
    /// How long somebody keeps a box.
    #[envconfig(nested)]
    pub times: TimesConfig,
    /// Stopped boxes that are kept to be started again.
    #[envconfig(from = "MAX_STANDBY", default = "5")]
    pub max_standby: Bounded<0, 1000>,
    /// Seconds after which a stopped box is terminated, so that old images die out; 0 is never.
    #[envconfig(from = "MAX_STANDBY_AGE_SECONDS", default = "604800")]
    pub max_standby_age: Bounded<0, 31_536_000>,
    /// Boxes that run unassigned.
    #[envconfig(nested)]
    pub spares: SparesConfig,
    /// The least number of boxes that run.
    #[envconfig(from = "MIN_BOXES", default = "1")]
    pub min_boxes: Bounded<0, 1000>,
    /// What becomes of a box that is taken back: `clean` or `never`.
    #[envconfig(from = "BOX_REUSE", default = "clean")]
    pub box_reuse: Reuse,
    /// What a box costs an hour, for the metrics, in any currency.
    #[envconfig(from = "BOX_PRICE_PER_HOUR", default = "0")]
    pub box_price: Price,
    /// The tag `Fleet` of volumes and snapshots; the group's name if empty.
    #[envconfig(from = "FLEET", default = "")]
    pub fleet: String,
    /// Homes.
    #[envconfig(nested)]
    pub homes: HomeConfig,
}

impl FleetConfig {
    /// The operator's decisions, but for names of boxes ([`NamesConfig`]).
    #[must_use]
    pub fn policy(&self) -> Policy {
        let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let Times { idle, longest } = self.times.times();
        Policy {
            idle_timeout: idle,
            max_lifetime: longest,
            max_standby: count(self.max_standby.0),
            max_standby_age: unless_zero(self.max_standby_age.0),
            spares: self.spares.spares(),
            min_boxes: count(self.min_boxes.0),
            reuse: self.box_reuse,
            box_price: self.box_price,
            homes: self.homes.policy(self.fleet()),
            names: None,
        }
    }

    /// The tag `Fleet`.
    #[must_use]
    pub fn fleet(&self) -> &str {
        if self.fleet.is_empty() { &self.asg_name } else { &self.fleet }
    }
}

/// The key of whoever only signs.
#[derive(Clone, Debug, Envconfig)]
pub struct SigningConfig {
    #[envconfig(from = "SIGNING_KEY")]
    signing_key: String,
}

impl SigningConfig {
    /// The key itself.
    ///
    /// # Errors
    /// [`ConfigError::Key`]; the key is not in it.
    pub fn signer(&self) -> Result<Signer, ConfigError> {
        Ok(Signer::from_jwk(&self.signing_key)?)
    }
}

/// Keys of whoever signs tokens and checks them.
#[derive(Clone, Debug, Envconfig)]
pub struct KeyConfig {
    #[envconfig(from = "SIGNING_KEY")]
    signing_key: String,
    #[envconfig(from = "PUBLIC_KEYS")]
    public_keys: String,
    #[envconfig(nested)]
    times: TimesConfig,
}

impl KeyConfig {
    /// The keys themselves.
    ///
    /// # Errors
    /// [`ConfigError::Key`]; the key is not in it.
    pub fn keys(&self) -> Result<(Signer, Verifier), ConfigError> {
        Ok((Signer::from_jwk(&self.signing_key)?, Verifier::from_jwks(&self.public_keys)?))
    }

    /// How long a seat token lives: whoever comes back before the reaper can still ping.
    #[must_use]
    pub fn seat_token_lifetime(&self) -> Duration {
        SEAT_TOKEN_MIN.max(self.times.times().idle + Duration::from_secs(120))
    }
}

/// Where people and pages are sent.
#[derive(Clone, Debug, Envconfig)]
pub struct WebConfig {
    /// Where the API is, as browsers see it; also the only `Origin` that may change anything.
    #[envconfig(from = "BASE_URL")]
    pub base_url: BaseUrl,
    /// Where a box is, as browsers see it; `{instanceId}`, `{publicIp}`, `{privateIp}` stand for
    /// the box's.
    #[envconfig(from = "WORKSPACE_URL")]
    pub workspace_url: BaseUrl,
}

impl WebConfig {
    /// With these addresses.
    ///
    /// # Errors
    /// [`NoUrl`] if one of them is none.
    pub fn new(base_url: &str, workspace_url: &str) -> Result<Self, NoUrl> {
        let (base_url, workspace_url) = (base_url.parse()?, workspace_url.parse()?);
        Ok(Self { base_url, workspace_url })
    }
}

/// The name of the session cookie of an API at `base_url`: with the `__Host-` prefix (RFC 6265bis)
/// where it can be, which is where browsers come by https.
#[must_use]
pub fn session_cookie(base_url: &BaseUrl) -> &'static str {
    if base_url.is_https() { "__Host-hotdesk" } else { "hotdesk" }
}

/// A part of the configuration.
///
/// # Errors
/// [`ConfigError::Variable`] names the variable that is missing or wrong.
pub fn load<T: Envconfig>() -> Result<T, ConfigError> {
    Ok(T::init_from_env()?)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn fleet(name: &str, value: &str) -> Result<FleetConfig, envconfig::Error> {
        let set = [("ASG_NAME", "hotdesk"), (name, value)].map(|(k, v)| (k.into(), v.into()));
        FleetConfig::init_from_hashmap(&HashMap::from(set))
    }

    #[test]
    fn numbers_out_of_bounds_are_fatal() {
        for (name, bad) in [
            ("IDLE_TIMEOUT_SECONDS", "0"),
            ("IDLE_TIMEOUT_SECONDS", "-1"),
            ("IDLE_TIMEOUT_SECONDS", "soon"),
            ("SPARES", "1001"),
            ("SPARES", "1; mon 9-10=2"),
            ("SPARE_WAIT_PROBABILITY", "1"),
            ("SPARES_TIME_ZONE", "Berlin"),
            ("MIN_BOXES", ""),
            ("MAX_STANDBY", "-1"),
            ("MAX_LIFETIME_SECONDS", "never"),
            ("PROBE_URL", "box:8081"),
            ("PROBE_URL", "https://box:8081"),
            ("BOX_REUSE", "always"),
            ("HOME_SIZE_GIB", "0"),
            ("HOME_ARCHIVE_DAYS", "soon"),
        ] {
            assert!(fleet(name, bad).is_err(), "{name}={bad}");
        }
        let policy = fleet("SPARES", "3").unwrap().policy();
        let expected = Policy {
            idle_timeout: Duration::from_secs(300),
            max_lifetime: None,
            spares: Spares::Fixed(3),
            min_boxes: 1,
            max_standby: 5,
            max_standby_age: Some(Duration::from_secs(7 * 86_400)),
            reuse: Reuse::Clean,
            box_price: Price(0),
            homes: crate::control::HomePolicy {
                fleet: "hotdesk".into(),
                size: 20,
                archive_after: None,
                keep_deleted: Duration::from_secs(30 * 86_400),
                lost_zones: Vec::new(),
            },
            names: None,
        };
        assert_eq!(policy, expected);
        let zones =
            fleet("LOST_ZONES", "eu-west-1a, eu-west-1b").unwrap().policy().homes.lost_zones;
        assert_eq!(zones, ["eu-west-1a", "eu-west-1b"]);
        assert_eq!(fleet("SPARES", "3").unwrap().fleet(), "hotdesk");
        assert_eq!(fleet("BOX_REUSE", "never").unwrap().policy().reuse, Reuse::Never);
    }

    #[test]
    fn a_price_is_a_decimal() {
        assert_eq!("0.0832".parse::<Price>().unwrap(), Price(83_200));
        assert_eq!("12".parse::<Price>().unwrap(), Price(12_000_000));
        for bad in ["", ".", "1.", "-1", "1,5", "0.1234567", "1e3", "1234567"] {
            assert!(bad.parse::<Price>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_session_cookie_is_bound_to_its_host_where_browsers_come_by_https() {
        assert_eq!(session_cookie(&"https://desk.example/".parse().unwrap()), "__Host-hotdesk");
        assert_eq!(session_cookie(&"http://localhost:9000".parse().unwrap()), "hotdesk");
    }
}
