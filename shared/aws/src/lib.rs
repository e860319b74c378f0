//! The adapters of hotdesk's ports to AWS: seats, homes and the ledger in DynamoDB, the fleet in EC2
//! and Auto Scaling, volumes in EBS, names in Route 53, the agents on the boxes over HTTP.

mod boxes;
mod ebs;
mod error;
mod failure;
mod fleet;
mod names;
mod sdk;
mod seats;
mod setup;
pub mod tags;

pub use boxes::AgentBoxes;
pub use ebs::VolumeConfig;
pub use failure::failure;
pub use fleet::AwsFleet;
pub use names::Zone;
pub use sdk::{sdk_config, with_our_defaults};
pub use seats::{DynamoSeats, Tables, record::Record};
pub use setup::{AwsControlPlane, SetupError, control_plane, dynamo_seats};
