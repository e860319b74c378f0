//! What a flow asks of its ports, as data, and what it is told.

use std::collections::BTreeMap;

use hotdesk::{
    clock::Ms,
    fleet::{Group, Hook, Machines, Members, Refused, Sizes, Verdict},
    id::{Epoch, InstanceId, UserId},
    ledger::{Ending, Farewell},
    seats::{Addresses, BoxItem, Items, Open, Page, Seat, Truth, UserItem, Write},
    store::{
        Admit, Adopt, BeginStop, Claim, Demand, Dropped, Duty, Evict, FinishStop, Idle, Known,
        Leave, Lock, Rebuild, Spare, Stop, Touch, Unlock, View,
    },
};

/// A step: of the store, of the table, of EC2 and Auto Scaling, or of a box.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// Of the store.
    Store(StoreCall),
    /// Of the table.
    Table(TableCall),
    /// Of EC2 and Auto Scaling.
    Cloud(CloudCall),
    /// Whether the agent of that box is ready.
    Readiness(usize),
    /// When an agent last saw a heartbeat.
    LastHeartbeat(usize),
    /// A box is told to let nobody in any more.
    Drain(InstanceId),
}

/// A step of the store, named as the methods of [`hotdesk::store::Store`]; what time it is then, the
/// explorer says.
#[expect(missing_docs, reason = "named as the methods of the port")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreCall {
    Claim(UserId),
    Touch(UserId, InstanceId, Epoch),
    Admit(InstanceId, Addresses),
    Adopt(Vec<Truth>),
    Idle(Ms),
    BeginStop(UserId, Epoch, Ms),
    Leave(UserId, Epoch),
    Retire(usize),
    Orphan(InstanceId),
    FinishStop(InstanceId, Ms),
    Wake(usize),
    DropBox(InstanceId),
    Evict(InstanceId),
    Demand,
    Rebuild(Vec<Truth>, Vec<Spare>),
    View,
    Known(Vec<InstanceId>),
    Arriving(Vec<InstanceId>),
    Lock(Duty),
    Unlock(Duty),
    Release(Duty),
    /// A mutant's: takes a spare out of the pool.
    Pop,
    /// A mutant's: gives a box to a user.
    Give(UserId, InstanceId),
}

/// A call on the table, named as the methods of [`hotdesk::seats::Seats`].
#[expect(missing_docs, reason = "named as the methods of the port")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TableCall {
    Open(Seat),
    End(Seat, Ending),
    Part(Seat, Farewell),
    Park(InstanceId),
    CloseAndPark(Seat),
    CloseDead(Seat),
    Bury(InstanceId),
    Waking(InstanceId),
    GiveUpWake(InstanceId),
    Clear(InstanceId),
    User(UserId),
    Instance(InstanceId),
    Users(Vec<UserId>),
    Instances(Vec<InstanceId>),
    Page,
    Scan,
}

/// A call to EC2 or Auto Scaling, named as the methods of [`hotdesk::fleet::Fleet`].
#[expect(missing_docs, reason = "named as the methods of the port")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloudCall {
    Group,
    Sizes,
    Members(Vec<InstanceId>),
    Machines(Vec<InstanceId>),
    EnterStandby(Vec<InstanceId>),
    ExitStandby(Vec<InstanceId>),
    Stop(Vec<InstanceId>),
    Start(Vec<InstanceId>),
    Terminate(InstanceId, bool),
    SetDesired(usize),
    AnswerHook(Hook, Verdict),
}

/// What a call gives back.
#[expect(missing_docs, reason = "named as what they hold")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The store is cold.
    Cold,
    /// No answer.
    Away,
    /// AWS refuses.
    Refused,
    Unit(()),
    Claim(Claim),
    Touch(Touch),
    Admit(Admit),
    Adopt(Adopt),
    Idle(Vec<Idle>),
    BeginStop(BeginStop),
    Leave(Leave),
    Stops(Vec<Stop>),
    Orphan(Option<Stop>),
    FinishStop(FinishStop),
    Ids(Vec<InstanceId>),
    Dropped(Dropped),
    Evict(Evict),
    Demand(Demand),
    Rebuild(Rebuild),
    View(View),
    Known(Vec<Known>),
    Lock(Lock),
    Unlock(Unlock),
    Open(Open),
    Write(Write),
    User(Option<UserItem>),
    Users(Vec<UserItem>),
    Instance(Option<BoxItem>),
    Instances(Vec<(InstanceId, BoxItem)>),
    Page(Page),
    Items(Items),
    Group(Group),
    Sizes(Sizes),
    Members(Members),
    Machines(Machines),
    Outcomes(Refused),
    Ready(bool),
    Heartbeat(Option<Ms>),
}

impl Reply {
    /// No instance was refused.
    #[must_use]
    pub fn all_done() -> Self {
        Self::Outcomes(BTreeMap::new())
    }
}
