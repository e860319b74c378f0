//! The control plane of a function, from its environment.

use aws_config::SdkConfig;
use hotdesk::{
    clock::SystemClock,
    config::{
        self, ConfigError, FleetConfig, NamesConfig, SeatsConfig, SigningConfig, StoreConfig,
    },
    control::{ControlPlane, Policy},
    store::{StoreError, redis::RedisStore},
};

use crate::{AgentBoxes, AwsFleet, DynamoSeats, Tables, VolumeConfig, Zone, sdk_config};

/// The control plane on AWS.
pub type AwsControlPlane = ControlPlane<RedisStore, DynamoSeats, AwsFleet, AgentBoxes, SystemClock>;

/// Why a function cannot serve.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    /// Its configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// `REDIS_URL` is none.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No HTTP client.
    #[error(transparent)]
    Http(#[from] reqwest::Error),
}

/// The seats, the homes and the ledger, where the configuration says.
#[must_use]
pub fn dynamo_seats(config: SeatsConfig, sdk: &SdkConfig) -> DynamoSeats {
    let SeatsConfig { seats_table, homes_table, sessions_table, box_price } = config;
    let tables = Tables { seats: seats_table, homes: homes_table, sessions: sessions_table };
    DynamoSeats::new(aws_sdk_dynamodb::Client::new(sdk), tables, box_price.0)
}

/// The control plane as the environment configures it.
///
/// # Errors
/// [`SetupError`] names what is wrong; nothing is connected yet.
pub async fn control_plane() -> Result<AwsControlPlane, SetupError> {
    let store: StoreConfig = config::load()?;
    let seats: SeatsConfig = config::load()?;
    let fleet: FleetConfig = config::load()?;
    let signing: SigningConfig = config::load()?;
    let zone = config::load::<NamesConfig>()?.zone().map_err(ConfigError::from)?;
    let sdk = sdk_config().await;
    let (ec2, autoscaling) =
        (aws_sdk_ec2::Client::new(&sdk), aws_sdk_autoscaling::Client::new(&sdk));
    let key = fleet.homes.key.clone();
    let volumes =
        VolumeConfig { fleet: fleet.fleet().to_owned(), key: (!key.is_empty()).then_some(key) };
    let policy = Policy { names: zone.as_ref().map(|zone| zone.record), ..fleet.policy() };
    let zone =
        zone.map(|zone| Zone::new(aws_sdk_route53::Client::new(&sdk), &zone.id, &zone.domain));
    Ok(ControlPlane {
        store: RedisStore::open(&store)?,
        seats: dynamo_seats(seats, &sdk),
        fleet: AwsFleet::new(ec2, autoscaling, &fleet.asg_name, volumes).with_zone(zone),
        boxes: AgentBoxes::new(&fleet.probe_url.0, signing.signer()?)?,
        clock: SystemClock,
        policy,
    })
}
