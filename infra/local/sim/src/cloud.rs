//! The pure core: EC2 instances, the Auto Scaling group that owns them, and the volumes that are
//! attached to them.
//!
//! Time passes only in [`Sim::advance`] and [`Sim::call`]. Whatever happens by itself (a boot that
//! ends, a hook that times out, a group that notices that it is short of members) has a due time in
//! the state; [`Sim::next_due`] is the earliest of them, and `advance` runs them in their order.
//! A [`Sim`] is plain data: a clone goes on from where it is, independently.
//!
//! Where the rules are, each with its source:
//!
//! | rule | module |
//! | --- | --- |
//! | an instance's states and how long they take; a new public address at each start; when EC2 forgets | `power`, `address` |
//! | which state a start, stop or termination needs; batches that fail whole; ids that are not found | `instances` |
//! | what each zone has room for; a start without room | `room` |
//! | one-time Spot: no stop, two minutes' warning, rebalance recommendation | `instances`, `spot` |
//! | limits of tags; tags without conditions | `tags` |
//! | volumes made and deleted; tokens; limits | `volumes` |
//! | which instance takes a volume, and lets go of it; device names | `attach`, `attachments` |
//! | volumes that grow | `growth` |
//! | snapshots: what they hold, and how many at once | `snapshots` |
//! | ids and those that are not found | `ids` |
//! | a zone that is lost | `disaster` |
//! | filters, pages and their limits | `filter`, `describe`, `storage` |
//! | token buckets of requests and instances | `buckets` |
//! | Describe calls that show the past | `lag` |
//! | bounds of the desired capacity; protection; suspended processes | `group` |
//! | health replacement; launches and when they are tried again; who goes at scale-in | `capacity` |
//! | which zone a member is launched in; rebalancing | `zones` |
//! | a member's way through its lifecycle | `steps` |
//! | hooks that wait, time out and are answered | `hooks` |
//! | standby, MinSize and MaxSize | `standby` |
//! | termination of one member | `removal` |
//! | the log of activities, and what it says of launches that fail | `activities`, `activity` |
//! | events | `events` |

mod activities;
mod activity;
mod address;
mod attach;
mod attachments;
mod buckets;
mod calls;
mod capacity;
mod conditions;
mod describe;
mod disaster;
mod disk;
mod disk_view;
mod effect;
mod error;
pub(crate) mod events;
mod filter;
mod group;
mod growth;
mod hooks;
mod ids;
mod index;
mod instances;
mod lag;
mod machine;
mod machines;
mod membership;
mod parameters;
mod power;
pub(crate) mod random;
mod removal;
mod reply;
mod room;
mod settings;
mod shelf;
mod sim;
mod snapshots;
mod spot;
mod standby;
mod steps;
mod storage;
mod tags;
pub(crate) mod time;
mod timeline;
mod view;
mod volumes;
mod zones;

pub use activity::{Activity, ActivityStatus};
pub use calls::Call;
pub use conditions::Conditions;
pub use disk_view::{
    AttachmentStatus, Device, Modification, ModificationState, Snapshot, SnapshotState, Volume,
    VolumeAttachment, VolumeState,
};
pub use effect::Effect;
pub use error::AwsError;
pub use parameters::{Filter, HookTarget, Page, Process, VolumeRequest};
pub use reply::Reply;
pub use settings::{GroupSpec, HookResult, HookSpec, Settings, Transition};
pub use sim::Sim;
pub use spot::SpotError;
pub use view::{Group, Hold, Instance, InstanceState, Lifecycle, Member, StateChange};
