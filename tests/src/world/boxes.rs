//! The boxes of a world: what their agents would say.

use std::{
    collections::BTreeMap,
    mem,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use hotdesk::{
    clock::{Clock, Ms},
    fleet::{Boxes, Drained, Readiness},
    id::InstanceId,
    seats::Addresses,
};

use super::clock::WorldClock;

/// From `running` until an agent says that it is ready.
const BOOT: Duration = Duration::from_secs(4);

/// The agents. Clones are the same.
#[derive(Clone)]
pub struct WorldBoxes {
    clock: WorldClock,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    /// By private address, while they run.
    up: BTreeMap<String, Agent>,
    /// These never get ready.
    broken: Vec<InstanceId>,
    /// No box of the fleet gets ready.
    all_broken: bool,
    /// Boxes that were drained, and when first in that life of theirs.
    drained: Vec<(InstanceId, Ms)>,
}

struct Agent {
    instance: InstanceId,
    ready_at: Ms,
    heartbeat: Option<Ms>,
    drained: bool,
}

impl WorldBoxes {
    pub(super) fn new(clock: &WorldClock) -> Self {
        Self { clock: clock.clone(), inner: Arc::default() }
    }

    pub(super) fn started(&self, instance: &InstanceId, private_ip: Ipv4Addr) {
        let ready_at = self.clock.now().plus(BOOT);
        let agent = Agent { instance: instance.clone(), ready_at, heartbeat: None, drained: false };
        self.inner().up.insert(private_ip.to_string(), agent);
    }

    pub(super) fn stopped(&self, instance: &InstanceId) {
        self.inner().up.retain(|_, agent| agent.instance != *instance);
    }

    /// The page on this box tells its agent that somebody is there; false if the box is not up, or
    /// lets nobody in.
    ///
    /// # Panics
    /// If an agent panicked.
    pub fn heartbeat(&self, instance: &InstanceId) -> bool {
        let now = self.clock.now();
        let mut inner = self.inner();
        let mut agents = inner.up.values_mut();
        let agent = agents.find(|agent| agent.instance == *instance && !agent.drained);
        agent.map(|agent| agent.heartbeat = Some(now)).is_some()
    }

    /// Every time that a box which let people in was drained: which, and when.
    ///
    /// # Panics
    /// If an agent panicked.
    #[must_use]
    pub fn drained(&self) -> Vec<(InstanceId, Ms)> {
        self.inner().drained.clone()
    }

    /// The boxes that are up and let nobody in.
    ///
    /// # Panics
    /// If an agent panicked.
    #[must_use]
    pub fn closed(&self) -> Vec<InstanceId> {
        let inner = self.inner();
        let closed = inner.up.values().filter(|agent| agent.drained);
        closed.map(|agent| agent.instance.clone()).collect()
    }

    /// This box never gets ready.
    ///
    /// # Panics
    /// If an agent panicked.
    pub fn break_box(&self, instance: &InstanceId) {
        self.inner().broken.push(instance.clone());
    }

    /// Whether boxes get ready at all.
    ///
    /// # Panics
    /// If an agent panicked.
    pub fn break_all(&self, broken: bool) {
        self.inner().all_broken = broken;
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("not poisoned")
    }
}

impl Boxes for WorldBoxes {
    async fn readiness(&self, at: &Addresses) -> Readiness {
        let inner = self.inner();
        let ready = inner.up.get(&at.private_ip).is_some_and(|agent| {
            agent.ready_at <= self.clock.now()
                && !agent.drained
                && !inner.all_broken
                && !inner.broken.contains(&agent.instance)
        });
        if ready { Readiness::Ready } else { Readiness::NotReady }
    }

    async fn last_heartbeat(&self, at: &Addresses) -> Option<Ms> {
        self.inner().up.get(&at.private_ip)?.heartbeat
    }

    async fn drain(&self, instance: &InstanceId, at: &Addresses) -> Drained {
        let now = self.clock.now();
        let mut inner = self.inner();
        let agent = inner.up.get_mut(&at.private_ip).filter(|agent| agent.instance == *instance);
        let Some(agent) = agent else { return Drained::Unreachable };
        if !mem::replace(&mut agent.drained, true) {
            inner.drained.push((instance.clone(), now));
        }
        Drained::Done
    }
}
