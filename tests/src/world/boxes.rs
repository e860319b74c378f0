//! The boxes of a world: what their agents would say.

mod agent;
mod meddle;
mod port;

use std::{
    collections::{BTreeMap, VecDeque},
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use agent::Agent;
use hotdesk::{
    clock::{Clock, Ms},
    fleet::HomeAnswer,
    homes::Stage,
    id::InstanceId,
};

use super::{clock::WorldClock, disks::Disks};

/// From `running` until an agent says that it is ready.
const BOOT: Duration = Duration::from_secs(4);

/// So many drained boxes are remembered.
const DRAINED: usize = 10_000;

/// The agents. Clones are the same.
#[derive(Clone)]
pub struct WorldBoxes {
    /// What is on the volumes.
    pub disks: Disks,
    clock: WorldClock,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    /// By private address, while they run.
    up: BTreeMap<String, Agent>,
    /// The private addresses of those that run.
    at: BTreeMap<InstanceId, String>,
    /// How many boots there were.
    boots: u64,
    /// These never get ready.
    broken: Vec<InstanceId>,
    /// No box of the fleet gets ready.
    all_broken: bool,
    /// These answer nothing but probes.
    silent: Vec<InstanceId>,
    /// These never come to an end with the files.
    stuck: Vec<InstanceId>,
    /// A home that went from under a running box.
    pulled: Vec<String>,
    /// The last boxes that were drained, and when first in that life of theirs.
    drained: VecDeque<(InstanceId, Ms)>,
}

impl Inner {
    fn agent(&mut self, instance: &InstanceId) -> Option<&mut Agent> {
        self.up.get_mut(self.at.get(instance)?)
    }
}

impl WorldBoxes {
    pub(super) fn new(clock: &WorldClock) -> Self {
        Self { disks: Disks::default(), clock: clock.steady(), inner: Arc::default() }
    }

    pub(super) fn started(&self, instance: &InstanceId, private_ip: Ipv4Addr) {
        let ready_at = self.clock.now().plus(BOOT);
        let mut inner = self.inner();
        inner.boots += 1;
        let agent = Agent {
            instance: instance.clone(),
            boot: inner.boots,
            ready_at,
            heartbeat: None,
            drained: None,
            home: None,
        };
        inner.at.insert(instance.clone(), private_ip.to_string());
        inner.up.insert(private_ip.to_string(), agent);
    }

    pub(super) fn stopped(&self, instance: &InstanceId) {
        let mut inner = self.inner();
        let is_there = inner.agent(instance).is_some_and(|agent| agent.instance == *instance);
        let at = inner.at.remove(instance);
        at.filter(|_| is_there).and_then(|at| inner.up.remove(&at));
    }

    /// The page on this box tells its agent that somebody is there; false if the box is not up, or
    /// lets nobody in.
    ///
    /// # Panics
    /// If an agent panicked.
    pub fn heartbeat(&self, instance: &InstanceId) -> bool {
        let now = self.clock.now();
        let mut inner = self.inner();
        let agent = inner.agent(instance).filter(|agent| agent.drained.is_none());
        agent.map(|agent| agent.heartbeat = Some(now)).is_some()
    }

    /// Which boot of it is up and lets people in: whoever was let in by another one is out.
    ///
    /// # Panics
    /// If an agent panicked.
    #[must_use]
    pub fn boot(&self, instance: &InstanceId) -> Option<u64> {
        let mut inner = self.inner();
        let agent = inner.agent(instance).filter(|agent| agent.drained.is_none());
        agent.map(|agent| agent.boot)
    }

    /// When the box last saw a heartbeat in this life of its.
    ///
    /// # Panics
    /// If an agent panicked.
    #[must_use]
    pub fn saw(&self, instance: &InstanceId) -> Option<Ms> {
        self.inner().agent(instance)?.heartbeat
    }

    /// The last ten thousand times that a box which let people in was drained: which, and when.
    ///
    /// # Panics
    /// If an agent panicked.
    #[must_use]
    pub fn drained(&self) -> Vec<(InstanceId, Ms)> {
        self.inner().drained.iter().cloned().collect()
    }

    /// The boxes that are up and let nobody in.
    ///
    /// # Panics
    /// If an agent panicked.
    #[must_use]
    pub fn closed(&self) -> Vec<InstanceId> {
        let inner = self.inner();
        let closed = inner.up.values().filter(|agent| agent.drained.is_some());
        closed.map(|agent| agent.instance.clone()).collect()
    }

    /// The user of this box writes into their home, if it is open.
    ///
    /// # Panics
    /// If an agent panicked.
    pub fn write(&self, instance: &InstanceId, note: &str) -> bool {
        let now = self.clock.now();
        let mut inner = self.inner();
        let agent = inner.agent(instance);
        let Some(agent) = agent.filter(|agent| agent.drained.is_none()) else { return false };
        let Some(home) = &mut agent.home else { return false };
        let open = home.go_on(instance, &self.disks, now) == HomeAnswer::At(Stage::Mounted, None);
        if open {
            self.disks.write(&home.volume, note);
        }
        open
    }

    /// What the user of this box reads in their home; `None` while it is not open.
    ///
    /// # Panics
    /// If an agent panicked.
    #[must_use]
    pub fn read(&self, instance: &InstanceId) -> Option<Vec<String>> {
        let now = self.clock.now();
        let mut inner = self.inner();
        let agent = inner.agent(instance)?;
        let home = agent.home.as_mut()?;
        let open = home.go_on(instance, &self.disks, now) == HomeAnswer::At(Stage::Mounted, None);
        open.then(|| self.disks.of_volume(&home.volume).map(|files| files.notes))?
    }

    /// A volume is gone from a box: a running one must have let go of it.
    pub(super) fn detached(&self, volume: &str, instance: &str) {
        let mut inner = self.inner();
        let agent = inner.up.values().find(|agent| agent.instance.as_str() == instance);
        let open = agent.and_then(|agent| agent.home.as_ref());
        if open.is_some_and(|home| home.open && home.volume.as_str() == volume) {
            inner.pulled.push(format!("{volume} went from under {instance}"));
        }
    }

    /// Homes that went from under a running box.
    pub(super) fn pulled(&self) -> Vec<String> {
        self.inner().pulled.clone()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("not poisoned")
    }
}
