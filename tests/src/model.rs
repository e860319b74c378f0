//! The reference model: the steps of [`hotdesk::store::Store`] as a pure state machine.
//!
//! It is more abstract than Redis on purpose. A user is in one phase and a box in one phase, so
//! "pool, stopping, standby, waking, GONE and users' boxes are disjoint" and "`ws:pings` is exactly
//! the RUNNING users" hold by construction; [`Model::tables`] says which Redis tables that state
//! means, and the property tests compare those with the real ones after every step.

mod adopt;
mod fleet;
mod index;
mod known;
mod logins;
mod queue;
pub mod tables;
mod users;

use std::{collections::BTreeMap, time::Duration};

pub use index::Index;

use hotdesk::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::Addresses,
    store::{ASKING, Limit, Warning},
};

/// The store said nothing: it was not rebuilt yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cold;

/// What a step of the model gives back.
pub type Answer<T> = Result<T, Cold>;

/// Where a user stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Never heard of, but for an epoch.
    #[default]
    None,
    /// No box, no wait.
    Stopped,
    /// Queued; asked last then.
    Starting {
        /// When.
        asked: Ms,
    },
    /// Has the box.
    Running(InstanceId),
    /// The box is being stopped.
    Stopping(InstanceId),
}

/// A user.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct User {
    /// Where they stand.
    pub phase: Phase,
    /// Of their last seat.
    pub epoch: Option<Epoch>,
    /// Their last heartbeat.
    pub last_seen: Option<Ms>,
    /// The last change of phase.
    pub ts: Option<Ms>,
    /// Since when they wait or have the box; kept when a box dies, so that they queue in front.
    pub since: Option<Ms>,
    /// What AWS does to their box, which they are to be told with their next heartbeat.
    pub warning: Option<Warning>,
    /// When the time of their seat is over, which they are to be told likewise.
    pub ends: Option<Ms>,
    /// When they said last that they stay.
    pub stayed: Option<Ms>,
}

/// What a box is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BoxPhase {
    /// In the pool.
    Spare,
    /// A user's.
    Running,
    /// Being stopped, since the stamp.
    Stopping(Ms),
    /// Parked since then.
    Standby(Ms),
    /// Being started again since then.
    Waking(Ms),
    /// Dead.
    Gone,
}

/// A box.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Machine {
    /// What it is.
    pub phase: BoxPhase,
    /// Since when.
    pub since: Ms,
    /// Where, if the store was told.
    pub addresses: Option<Addresses>,
}

/// Chooses one of the spares, as SPOP does at random; asked only if there is one.
pub type Pick<'a> = &'a dyn Fn(&[InstanceId]) -> InstanceId;

/// The store's state.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Model {
    /// Since when the store was built; `None` is cold.
    pub ready: Option<Ms>,
    /// The users.
    pub users: BTreeMap<UserId, User>,
    /// The boxes.
    pub boxes: BTreeMap<InstanceId, Machine>,
    /// Boxes that a launch hook holds, since when.
    pub arriving: BTreeMap<InstanceId, Ms>,
    /// How long the last boots took, newest first.
    pub boots: Vec<Duration>,
    /// How many came without a box, by day and slot of ten seconds.
    pub logins: BTreeMap<u64, BTreeMap<usize, u16>>,
    /// How many spares keep the promise, and until when that holds.
    pub spares: Option<(usize, Ms)>,
    /// What keeps the fleet from growing, and until when that is believed.
    pub limit: Option<(Limit, Ms)>,
    /// Whose sessions are revoked, and until when.
    pub revoked: BTreeMap<UserId, Ms>,
    /// Where reconciling is in the table, once it was noted.
    pub walk: Option<String>,
    /// For models with many users. Without it all are looked at.
    pub index: Option<Index>,
}

impl Model {
    /// The spares, in order.
    #[must_use]
    pub fn pool(&self) -> Vec<InstanceId> {
        if let Some(index) = &self.index {
            return index.spares();
        }
        let spares = self.boxes.iter().filter(|(_, b)| b.phase == BoxPhase::Spare);
        spares.map(|(id, _)| id.clone()).collect()
    }

    fn warm(&self) -> Answer<()> {
        self.ready.map(drop).ok_or(Cold)
    }

    fn phase(&self, instance: &InstanceId) -> Option<BoxPhase> {
        self.boxes.get(instance).map(|b| b.phase)
    }

    fn user(&mut self, user: &UserId) -> &mut User {
        self.users.entry(user.clone()).or_default()
    }

    fn user_phase(&self, user: &UserId) -> Phase {
        self.users.get(user).map_or(Phase::None, |u| u.phase.clone())
    }

    /// Who has the box, and whether they use it (or it is being stopped).
    #[must_use]
    pub fn holder(&self, instance: &InstanceId) -> Option<(UserId, bool)> {
        if let Some(index) = &self.index {
            let user = index.holder(instance)?;
            return Some((user.clone(), matches!(self.users[user].phase, Phase::Running(_))));
        }
        self.users.iter().find_map(|(name, user)| match &user.phase {
            Phase::Running(i) if i == instance => Some((name.clone(), true)),
            Phase::Stopping(i) if i == instance => Some((name.clone(), false)),
            _ => None,
        })
    }

    fn set(&mut self, instance: &InstanceId, phase: BoxPhase, now: Ms) {
        let addresses = self.boxes.get(instance).and_then(|b| b.addresses.clone());
        self.boxes.insert(instance.clone(), Machine { phase, since: now, addresses });
        self.arriving.remove(instance);
        if let Some(index) = &mut self.index {
            index.note_box(instance, phase);
        }
    }

    fn forget_box(&mut self, instance: &InstanceId) {
        self.boxes.remove(instance);
        if let Some(index) = &mut self.index {
            index.note_box(instance, BoxPhase::Gone);
        }
    }

    fn still_asks(asked: Ms, now: Ms) -> bool {
        asked >= now.minus(ASKING)
    }
}
