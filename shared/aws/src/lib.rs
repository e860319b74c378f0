//! The adapters of hotdesk's ports to AWS: seats in DynamoDB, the fleet in EC2 and Auto Scaling,
//! the agents on the boxes over HTTP.
//!
//! Retries are the SDK's own (standard mode: three tries, with back-off), within timeouts that keep
//! every function inside its 60 s.

mod boxes;
mod error;
mod failure;
mod fleet;
mod seats;
mod setup;
pub mod tags;

use std::time::Duration;

use aws_config::{BehaviorVersion, SdkConfig, timeout::TimeoutConfig};

pub use boxes::AgentBoxes;
pub use failure::failure;
pub use fleet::AwsFleet;
pub use seats::{DynamoSeats, record::Record};
pub use setup::{AwsControlPlane, SetupError, control_plane};

/// The SDK's configuration from the environment, with timeouts of our own: the default has none,
/// and a call that hangs would outlive its function.
pub async fn sdk_config() -> SdkConfig {
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(2))
        .operation_attempt_timeout(Duration::from_secs(6))
        .operation_timeout(Duration::from_secs(15))
        .build();
    aws_config::defaults(BehaviorVersion::latest()).timeout_config(timeouts).load().await
}
