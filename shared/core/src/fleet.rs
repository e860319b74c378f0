//! The fleet: the instances of one Auto Scaling group, and the box behind each.
//!
//! [`Fleet`] is the port to EC2 and Auto Scaling, [`Boxes`] the port to the agents. What AWS lists
//! is late (EC2 API reference, "Eventual consistency"): absence from a list proves nothing.

use std::{collections::BTreeMap, future::Future};

use crate::{
    clock::Ms,
    homes::{Stage, Trouble as HomeTrouble},
    id::{Epoch, InstanceId, UserId, VolumeId},
    ledger::Farewell,
    names::Names,
    seats::Addresses,
    volumes::Ebs,
};

/// The name of the launch hook, as whoever creates the group must name it: a box found at
/// Pending:Wait is held by it.
pub const LAUNCH_HOOK: &str = "hotdesk-launch";

/// The name of the terminate hook, likewise.
pub const TERMINATE_HOOK: &str = "hotdesk-terminate";

/// Where a member stands in its group (Auto Scaling User Guide, "Instance lifecycle").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Lifecycle {
    /// Launching, its hook not reached yet or already answered; or on its way out of standby.
    Pending,
    /// Launching, held by its hook.
    PendingWait,
    /// In service.
    InService,
    /// On its way into standby.
    EnteringStandby,
    /// In standby: a member without health checks, which may be stopped and started.
    Standby,
    /// On its way out, held by its hook.
    TerminatingWait,
    /// On its way out, or out.
    Terminating,
    /// Anything else: detached, or of a warm pool.
    Other,
}

/// A member of the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Which.
    pub instance: InstanceId,
    /// Where it stands.
    pub lifecycle: Lifecycle,
    /// Whether the group takes it for healthy.
    pub healthy: bool,
    /// Whether scale-in passes it by.
    pub protected: bool,
}

/// Members by id.
pub type Members = BTreeMap<InstanceId, Member>;

/// How large the group is meant to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// DesiredCapacity: members that are not in standby.
    pub desired: usize,
    /// MaxSize.
    pub max: usize,
}

/// The group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// How large it is meant to be.
    pub sizes: Sizes,
    /// Whether it may replace members to balance its zones (process AZRebalance), which standby
    /// makes it want to (Auto Scaling User Guide, "Suspend and resume processes").
    pub balances: bool,
    /// Its members.
    pub members: Members,
}

impl Group {
    /// Where a box stands, if the group lists it.
    #[must_use]
    pub fn lifecycle(&self, instance: &InstanceId) -> Option<Lifecycle> {
        self.members.get(instance).map(|member| member.lifecycle)
    }

    /// How many members run, and are paid for: those in standby are stopped within moments.
    #[must_use]
    pub fn running(&self) -> usize {
        let runs = |member: &&Member| match member.lifecycle {
            Lifecycle::Pending
            | Lifecycle::PendingWait
            | Lifecycle::InService
            | Lifecycle::EnteringStandby => true,
            Lifecycle::Standby
            | Lifecycle::TerminatingWait
            | Lifecycle::Terminating
            | Lifecycle::Other => false,
        };
        self.members.values().filter(runs).count()
    }
}

/// The state of an instance (EC2 API reference, "InstanceState").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Power {
    /// Starting.
    Pending,
    /// On.
    Running,
    /// Shutting down, to be started again.
    Stopping,
    /// Off.
    Stopped,
    /// Shutting down for good, or gone.
    Terminated,
}

/// An instance as EC2 describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Machine {
    /// Which.
    pub instance: InstanceId,
    /// Its state.
    pub power: Power,
    /// Where it is.
    pub addresses: Addresses,
    /// When it was launched or last started (EC2 API reference, `LaunchTime`).
    pub launched: Ms,
    /// Its availability zone.
    pub zone: String,
    /// What is attached at [`crate::volumes::HOME_DEVICE`], or about to be, or about to be no more.
    pub home: Option<VolumeId>,
}

/// Instances by id.
pub type Machines = BTreeMap<InstanceId, Machine>;

/// A launch or terminate hook that holds an instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The hook's name.
    pub name: String,
    /// The instance it holds.
    pub instance: InstanceId,
}

/// How a hook is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Go on: into service, or to its end.
    Continue,
    /// Terminate the instance that was launched.
    Abandon,
}

/// Why AWS does not do something with one instance. None of these is an error: lists are late, and
/// others move the same boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// Not in its present state, or not at the group's present sizes; the next pass looks again.
    NotNow,
    /// AWS has no machine for it at the moment.
    NoCapacity,
    /// Not listed (any more, or yet).
    Unlisted,
    /// Never: such as stopping a one-time Spot instance.
    Never,
}

/// The instances of a call that AWS did nothing with, and why.
pub type Refused = BTreeMap<InstanceId, Refusal>;

/// Why the group launches nothing, though it should.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// AWS has no machine of that kind there at the moment, or none at the price that is offered.
    NoCapacity,
    /// Anything else, such as a quota, an image or a permission, in AWS's words: for the log, never
    /// for a client.
    LaunchFailed(String),
}

/// Why a call to the fleet failed as a whole.
#[derive(Debug, thiserror::Error)]
pub enum FleetError {
    /// The account's rate is used up; the SDK's own retries were in vain.
    #[error("the AWS API is throttled")]
    Throttled(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// AWS says that this cannot be done now with this group; the code is its.
    #[error("AWS refused: {0}")]
    Refused(String),
    /// No answer, or an internal error.
    #[error("the AWS API did not answer: {0}")]
    Away(String, #[source] Box<dyn std::error::Error + Send + Sync>),
    /// A permission, the group, or the request itself is wrong: somebody must mend it.
    #[error("the AWS API will never do this: {0}")]
    Broken(String, #[source] Box<dyn std::error::Error + Send + Sync>),
}

/// What a call to the fleet gives back.
pub type Answer<T> = Result<T, FleetError>;

macro_rules! calls {
    ($($(#[$doc:meta])* fn $name:ident(&self $(, $arg:ident: $ty:ty)*) -> $out:ty;)*) => {
        /// The port to EC2 and Auto Scaling. Lists of instances are sent in batches of what each API
        /// takes. A batch that AWS refuses whole is repeated one by one, and those that are to
        /// blame are returned. After an error, some of the instances may have been dealt with.
        pub trait Fleet: Ebs + Names {
            $($(#[$doc])* fn $name(&self $(, $arg: $ty)*) -> impl Future<Output = Answer<$out>> + Send;)*
        }
    };
}

calls! {
    /// The group and its members.
    fn group(&self) -> Group;
    /// The group without its members.
    fn sizes(&self) -> Sizes;
    /// Why the last launch of those failed that have ended and had begun at that time or later;
    /// `None` if it did not, or if there was none. Moves and terminations are no launches.
    fn trouble(&self, since: Ms) -> Option<Trouble>;
    /// These members, as far as a group lists them.
    fn members(&self, instances: &[InstanceId]) -> Members;
    /// These instances, as far as EC2 lists them.
    fn machines(&self, instances: &[InstanceId]) -> Machines;
    /// Into standby, desired lowered with them. All should be InService.
    fn enter_standby(&self, instances: &[InstanceId]) -> Refused;
    /// Out of standby, desired raised with them. All should be in standby, and running.
    fn exit_standby(&self, instances: &[InstanceId]) -> Refused;
    /// Stops instances that are in standby.
    fn stop(&self, instances: &[InstanceId]) -> Refused;
    /// Starts stopped instances; those that AWS does not start for being called too fast are refused
    /// ([`Refusal::NotNow`]).
    fn start(&self, instances: &[InstanceId]) -> Refused;
    /// Terminates a member. With one that is in service, desired can be lowered, so that the group
    /// puts no other in its place; it is not where the group may be no smaller. One that is a member
    /// no more is no error.
    fn terminate(&self, instance: &InstanceId, lower: bool) -> ();
    /// Sets desired to an absolute number.
    fn set_desired(&self, desired: usize) -> ();
    /// Answers the hook that holds the instance.
    fn answer_hook(&self, hook: &Hook, verdict: Verdict) -> ();
    /// Restarts the hook's timer.
    fn extend_hook(&self, hook: &Hook) -> ();
    /// Tags boxes with their owner; `None` is UNASSIGNED.
    fn tag_owner(&self, instances: &[InstanceId], owner: Option<&UserId>) -> Refused;
    /// Has scale-in pass these members by.
    fn protect(&self, instances: &[InstanceId]) -> Refused;
    /// Keeps the group from replacing members to balance its zones.
    fn suspend_balancing(&self) -> ();
}

/// What an agent said of its box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It can open an editor.
    Ready,
    /// Not yet, or it cannot be reached.
    NotReady,
}

/// What became of an order to a box to let nobody in any more and to let go of the user's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drained {
    /// Whoever was in is out until it boots anew, and this became of the files.
    Done(Farewell),
    /// It is at it: the order is to be repeated.
    Saving,
    /// It did not answer, or not that.
    Unreachable,
}

/// An order to a box to open a home.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HomeOrder {
    /// Whose it is.
    pub user: UserId,
    /// The box.
    pub instance: InstanceId,
    /// The seat's epoch.
    pub epoch: Epoch,
    /// The volume.
    pub volume: VolumeId,
    /// Its size, GiB.
    pub size: u32,
    /// Nobody had it mounted yet: if it is blank, a file system is made.
    pub new: bool,
    /// Of what time the files are, if newer ones were lost or somebody restored them.
    pub files_of: Option<Ms>,
}

/// What a box says to such an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HomeAnswer {
    /// How far it is, and why it cannot.
    At(Stage, Option<HomeTrouble>),
    /// It is not to be had for this: another user's, or drained.
    Refused,
    /// It did not answer, or not that.
    Unreachable,
}

/// The port to the agents on the boxes. Nothing here fails: a box that does not answer is not ready
/// and knows of no heartbeat.
pub trait Boxes: Send + Sync {
    /// Whether the box can open an editor.
    fn readiness(&self, at: &Addresses) -> impl Future<Output = Readiness> + Send;
    /// When the box last saw a heartbeat; `None` if never, or if it does not say.
    fn last_heartbeat(&self, at: &Addresses) -> impl Future<Output = Option<Ms>> + Send;
    /// Orders the box to let nobody in until it boots anew, and to let go of its user's files. Only
    /// for one whose user's seat is ending.
    fn drain(&self, instance: &InstanceId, at: &Addresses) -> impl Future<Output = Drained> + Send;
    /// Orders the box to open a home; to be repeated until it is mounted.
    fn open_home(
        &self,
        order: &HomeOrder,
        at: &Addresses,
    ) -> impl Future<Output = HomeAnswer> + Send;
}
