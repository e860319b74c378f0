//! What the functions are told, in the place of what the template tells them in AWS.

use std::env;

use hotdesk_aws::Tables;

use crate::{
    cloud::GROUP,
    identity::{self, Identity},
    moto::{Moto, REGION},
    ports,
    redis::Redis,
    settings::Settings,
};

/// The API's address: where users begin.
pub const API: &str = "http://localhost:9000";

/// The table of the durable seats.
pub const SEATS: &str = "seats";

/// The table of the homes.
pub const HOMES: &str = "homes";

/// The ledger.
pub const SESSIONS: &str = "sessions";

/// What a box is said to cost an hour, in dollars: as much as a t3.large in us-east-1 (EC2's price
/// list, 2026).
const PRICE: &str = "0.0832";

/// GiB of a home: so few that a desk's disk takes many.
const HOME_SIZE: u32 = 8;

/// The names of the tables.
#[must_use]
pub fn tables() -> Tables {
    Tables { seats: SEATS.into(), homes: HOMES.into(), sessions: SESSIONS.into() }
}

/// What the functions log, and cargo-lambda, which reads the same variable: it has its whole
/// configuration in the span around each of its lines.
const LOG: &str = "info,cargo_lambda=warn,cargo_lambda_watch=info,watchexec=off,\
    tokio_graceful_shutdown=warn";

/// The variables of AWS's own in the shell that started us: none may reach a function, or it might
/// speak to the real AWS with somebody's real credentials.
pub fn foreign() -> impl Iterator<Item = String> {
    env::vars_os().filter_map(|(name, _)| name.into_string().ok()).filter(|n| n.starts_with("AWS_"))
}

/// All variables of the functions. `keys`: the private JWK and the public set.
#[must_use]
pub fn of_functions(
    settings: &Settings,
    redis: &Redis,
    moto: &Moto,
    identity: &Identity,
    (signing_key, public_keys): &(String, String),
) -> Vec<(&'static str, String)> {
    let simulator = format!("http://127.0.0.1:{}", ports::SIMULATOR);
    let moto = moto.endpoint();
    vec![
        ("REDIS_URL", redis.url().into()),
        ("KEY_PREFIX", String::new()),
        ("ASG_NAME", GROUP.into()),
        ("SEATS_TABLE", SEATS.into()),
        ("HOMES_TABLE", HOMES.into()),
        ("SESSIONS_TABLE", SESSIONS.into()),
        ("BOX_PRICE_PER_HOUR", PRICE.into()),
        ("HOME_SIZE_GIB", HOME_SIZE.to_string()),
        ("IDLE_TIMEOUT_SECONDS", settings.idle.to_string()),
        ("MAX_LIFETIME_SECONDS", settings.lifetime.to_string()),
        ("SPARES", settings.spares.clone()),
        ("MIN_BOXES", "0".into()),
        ("MAX_STANDBY", "5".into()),
        ("HEARTBEAT_SECONDS", settings.heartbeat().to_string()),
        ("WORKSPACE_URL", format!("http://{{publicIp}}:{}", ports::BOX)),
        ("PROBE_URL", format!("http://{{privateIp}}:{}", ports::PROBE)),
        ("BASE_URL", API.into()),
        ("OIDC_ISSUER", identity::ISSUER.into()),
        ("OIDC_CLIENT_ID", identity::CLIENT_ID.into()),
        ("OIDC_CLIENT_SECRET", identity.client_secret().into()),
        ("USER_CLAIM", "preferred_username".into()),
        ("GROUPS_CLAIM", "groups".into()),
        ("OPERATOR_GROUP", "operators".into()),
        ("FLEET", "local".into()),
        ("BOX_REUSE", settings.box_reuse.to_string()),
        ("SIGNING_KEY", signing_key.clone()),
        ("PUBLIC_KEYS", public_keys.clone()),
        ("AWS_REGION", REGION.into()),
        ("AWS_ACCESS_KEY_ID", "local".into()),
        ("AWS_SECRET_ACCESS_KEY", "local".into()),
        ("AWS_CONFIG_FILE", "/dev/null".into()),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".into()),
        ("AWS_EC2_METADATA_DISABLED", "true".into()),
        ("AWS_ENDPOINT_URL_EC2", simulator.clone()),
        ("AWS_ENDPOINT_URL_AUTO_SCALING", simulator),
        ("AWS_ENDPOINT_URL_DYNAMODB", moto.into()),
        ("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", moto.into()),
        ("RUST_LOG", env::var("RUST_LOG").unwrap_or_else(|_| LOG.into())),
    ]
}
