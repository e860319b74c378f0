//! The pure core: EC2 instances and the Auto Scaling group that owns them.
//!
//! Time passes only in [`Sim::advance`] and [`Sim::call`]. Whatever happens by itself (a boot that
//! ends, a hook that times out, a group that notices that it is short of members) has a due time in
//! the state; [`Sim::next_due`] is the earliest of them, and `advance` runs them in their order.
//! A [`Sim`] is plain data: a clone goes on from where it is, independently.

mod address;
mod calls;
mod capacity;
mod describe;
mod effect;
mod error;
mod events;
mod group;
mod hooks;
mod instances;
mod machine;
mod membership;
mod random;
mod removal;
mod settings;
mod sim;
mod standby;
mod tags;
pub(crate) mod time;
mod view;

pub use calls::{Call, Filter, HookTarget, Page, Process, Reply};
pub use effect::Effect;
pub use error::AwsError;
pub use settings::{GroupSpec, HookResult, HookSpec, Settings, Transition};
pub use sim::Sim;
pub use view::{Activity, Group, Hold, Instance, InstanceState, Lifecycle, Member, StateChange};
