//! The boxes of a world: what their agents would say.

use std::{
    collections::BTreeMap,
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use hotdesk::{
    clock::{Clock, Ms},
    fleet::{Boxes, Drained, HomeAnswer, HomeOrder, Readiness},
    homes::Stage,
    id::{InstanceId, UserId, VolumeId},
    ledger::Farewell,
    seats::Addresses,
};

use super::{clock::WorldClock, disks::Disks};

/// From `running` until an agent says that it is ready.
const BOOT: Duration = Duration::from_secs(4);

/// From the device to the open home.
const MOUNT: Duration = Duration::from_secs(1);

/// From the drain order until the home is let go of.
const SAVE: Duration = Duration::from_secs(2);

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
    /// Boxes that were drained, and when first in that life of theirs.
    drained: Vec<(InstanceId, Ms)>,
}

struct Agent {
    instance: InstanceId,
    ready_at: Ms,
    heartbeat: Option<Ms>,
    /// Since when it lets nobody in.
    drained: Option<Ms>,
    /// The home that it was ordered to open.
    home: Option<Home>,
}

struct Home {
    user: UserId,
    volume: VolumeId,
    new: bool,
    /// When it saw the device.
    seen: Option<Ms>,
    open: bool,
}

impl Home {
    /// What the agent does by itself.
    fn go_on(&mut self, instance: &InstanceId, disks: &Disks, now: Ms) -> HomeAnswer {
        if self.open {
            return HomeAnswer::At(Stage::Mounted, None);
        }
        if !disks.is_attached(&self.volume, instance) {
            return HomeAnswer::At(Stage::Attaching, None);
        }
        if now.since(*self.seen.get_or_insert(now)) < MOUNT {
            return HomeAnswer::At(Stage::Mounting, None);
        }
        match disks.mount(&self.volume, &self.user, self.new) {
            Ok(()) => {
                self.open = true;
                HomeAnswer::At(Stage::Mounted, None)
            }
            Err(trouble) => HomeAnswer::At(Stage::Failed, Some(trouble)),
        }
    }
}

impl WorldBoxes {
    pub(super) fn new(clock: &WorldClock) -> Self {
        Self { disks: Disks::default(), clock: clock.clone(), inner: Arc::default() }
    }

    pub(super) fn started(&self, instance: &InstanceId, private_ip: Ipv4Addr) {
        let ready_at = self.clock.now().plus(BOOT);
        let agent = Agent {
            instance: instance.clone(),
            ready_at,
            heartbeat: None,
            drained: None,
            home: None,
        };
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
        let agent = agents.find(|agent| agent.instance == *instance && agent.drained.is_none());
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
        let agent = inner.up.values_mut().find(|agent| agent.instance == *instance);
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
        let agent = inner.up.values_mut().find(|agent| agent.instance == *instance)?;
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

    /// This box answers nothing but probes from now on.
    ///
    /// # Panics
    /// If an agent panicked.
    pub fn silence(&self, instance: &InstanceId) {
        self.inner().silent.push(instance.clone());
    }

    /// This box never comes to an end with the files.
    ///
    /// # Panics
    /// If an agent panicked.
    pub fn stick(&self, instance: &InstanceId) {
        self.inner().stuck.push(instance.clone());
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
                && agent.drained.is_none()
                && agent.home.is_none()
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
        if inner.silent.contains(instance) {
            return Drained::Unreachable;
        }
        let stuck = inner.stuck.contains(instance);
        let agent = inner.up.get_mut(&at.private_ip).filter(|agent| agent.instance == *instance);
        let Some(agent) = agent else { return Drained::Unreachable };
        let first = agent.drained.is_none();
        let since = *agent.drained.get_or_insert(now);
        let drained = match &mut agent.home {
            Some(home) if home.seen.is_some() && (stuck || now.since(since) < SAVE) => {
                Drained::Saving
            }
            Some(home) if home.seen.is_some() => {
                home.open = false;
                Drained::Done(Farewell::Saved)
            }
            _ => Drained::Done(Farewell::Nothing),
        };
        if first {
            inner.drained.push((instance.clone(), now));
        }
        drained
    }

    async fn open_home(&self, order: &HomeOrder, at: &Addresses) -> HomeAnswer {
        let now = self.clock.now();
        let mut inner = self.inner();
        if inner.silent.contains(&order.instance) {
            return HomeAnswer::Unreachable;
        }
        let agent = inner.up.get_mut(&at.private_ip);
        let Some(agent) = agent.filter(|agent| agent.instance == order.instance) else {
            return HomeAnswer::Unreachable;
        };
        let another = agent
            .home
            .as_ref()
            .is_some_and(|home| home.user != order.user || home.volume != order.volume);
        if agent.drained.is_some() || another {
            return HomeAnswer::Refused;
        }
        let home = agent.home.get_or_insert_with(|| Home {
            user: order.user.clone(),
            volume: order.volume.clone(),
            new: order.new,
            seen: None,
            open: false,
        });
        home.go_on(&agent.instance, &self.disks, now)
    }
}
