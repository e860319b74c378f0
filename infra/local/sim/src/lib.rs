//! A simulator of EC2 with EBS, and of Auto Scaling: a pure core and its HTTP face.
//!
//! [`cloud`] is a deterministic state machine: it holds one Auto Scaling group, its instances
//! and their volumes, is told the time with every call, does no input or output and uses no randomness but its own
//! seed; its documentation says where which rule of AWS is. [`http`] puts AWS's query protocol in
//! front of it, so that the real SDKs talk to it, over a network or in the same process. What goes
//! wrong between the two, [`faults`] says.
//!
//! Every rule of AWS in here names its source in a comment, or says that it is unverified. Where
//! AWS's behaviour is unknown, the simulator takes the reading that is harder on its callers, and
//! what it does not simulate it refuses instead of ignoring.
//!
//! ```no_run
//! # async fn run(clock: fn() -> u64) -> std::io::Result<()> {
//! use hotdesk_sim::{GroupSpec, Settings, Sim, http};
//!
//! let sim = Sim::new(Settings::default(), GroupSpec::named("hotdesk"), clock());
//! let shared = http::Shared::new(sim, clock);
//! let (sender, mut effects) = tokio::sync::mpsc::channel(64);
//! tokio::spawn(http::drive(shared.clone(), sender));
//! tokio::spawn(async move { while let Some(_effect) = effects.recv().await {} });
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:9002").await?;
//! axum::serve(listener, http::router(shared)).await
//! # }
//! ```

pub mod cloud;
pub mod faults;
pub mod http;

pub use cloud::{
    Activity, ActivityStatus, AttachmentStatus, AwsError, Call, Conditions, Device, Effect, Filter,
    Group, GroupSpec, Hold, HookResult, HookSpec, HookTarget, Instance, InstanceState, Lifecycle,
    Member, Modification, ModificationState, Page, Process, Reply, Settings, Sim, Snapshot,
    SnapshotState, SpotError, StateChange, Transition, Volume, VolumeAttachment, VolumeRequest,
    VolumeState,
};
