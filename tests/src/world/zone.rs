//! A hosted zone in memory, in front of which the real SDK sits: Route 53 as its documentation says.
//!
//! It is as unkind as it may be: until a change is in sync, any name server may still say what was
//! said before.

mod inner;
mod request;

use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use hotdesk::{
    clock::Clock,
    names::{NOWHERE, Which},
};
use hotdesk_sim::{Instance, InstanceState, http::Shared};
use inner::{Answer, Inner, Record};

use super::clock::WorldClock;

/// The id of the zone.
pub const ZONE: &str = "ZWORLD";

/// What follows the id of a box and a dot.
pub const DOMAIN: &str = "desk.invalid";

/// The zone. Clones are the same.
#[derive(Clone)]
pub struct Zone {
    clock: WorldClock,
    inner: Arc<Mutex<Inner>>,
}

impl Zone {
    pub(super) fn new(clock: &WorldClock, which: Option<Which>) -> Self {
        let inner = Inner::new(which);
        Self { clock: clock.steady(), inner: Arc::new(Mutex::new(inner)) }
    }

    pub(super) fn expect(&self, which: Option<Which>) {
        self.inner().which = which;
    }

    /// From now on every call is answered with this status and code; `None`: no more.
    ///
    /// # Panics
    /// If a call panicked.
    pub fn fail(&self, fault: Option<(u16, &'static str)>) {
        self.inner().fault = fault;
    }

    /// From now on changes are on their way for so long.
    ///
    /// # Panics
    /// If a call panicked.
    pub fn slow(&self, way: Duration) {
        self.inner().way = way;
    }

    /// What the zone itself says of a box's name, the name servers aside.
    ///
    /// # Panics
    /// If a call panicked.
    #[must_use]
    pub fn says(&self, instance: &str) -> Option<Ipv4Addr> {
        let inner = self.inner();
        inner.now(&host(instance)).map(|record| record.address)
    }

    /// Somebody writes a name by hand.
    ///
    /// # Panics
    /// If a call panicked.
    pub fn write(&self, instance: &str, address: Option<Ipv4Addr>) {
        let now = self.clock.now();
        let record = address.map(|address| Record { address, ttl: 300 });
        self.inner().names.entry(host(instance)).or_default().push((record, now));
    }

    /// Forgets what nobody can see or ask for any more.
    pub(super) fn tidy(&self) {
        self.inner().tidy(self.clock.now());
    }

    /// What is wrong with the name of a box to which somebody is sent now.
    pub(super) fn misleads(&self, name: &str, cloud: &Shared) -> Option<String> {
        let (now, inner) = (self.clock.now(), self.inner());
        let which = inner.which?;
        let instances = cloud.look(|sim| sim.instances());
        let id = name.split('.').next()?;
        let instance = instances.into_iter().find(|instance| instance.id == id)?;
        // To a box that has just died, of which hotdesk does not know yet, no name can lead.
        let address =
            address(&instance, which).filter(|_| instance.state == InstanceState::Running)?;
        let said = inner.said(name, now);
        let right = BTreeSet::from([Some(address)]);
        (said != right).then(|| format!("at {now} {name} is {said:?}, and the box at {address}"))
    }

    /// What the names should not say once nothing moves any more.
    pub(super) fn unrest(&self, instances: &[Instance]) -> Vec<String> {
        let inner = self.inner();
        let Some(which) = inner.which else { return Vec::new() };
        let should: BTreeMap<String, Ipv4Addr> = instances
            .iter()
            .filter_map(|instance| {
                let address = match (instance.state, which) {
                    (InstanceState::Running, _) | (InstanceState::Stopped, Which::Private) => {
                        address(instance, which)
                    }
                    (InstanceState::Stopped, Which::Public) => Some(NOWHERE),
                    _ => None,
                };
                Some((host(&instance.id), address?))
            })
            .collect();
        let says: BTreeMap<String, Ipv4Addr> = inner
            .names
            .keys()
            .filter_map(|name| Some((name.clone(), inner.now(name)?.address)))
            .collect();
        if says == should { Vec::new() } else { vec![format!("names: {says:?}, not {should:?}")] }
    }

    /// Answers a call; the action goes to the gate.
    pub(super) fn answer(
        &self,
        method: &str,
        path: &str,
        query: &str,
        body: &[u8],
    ) -> (&'static str, Answer) {
        let now = self.clock.now();
        let mut inner = self.inner();
        let action = match (method, path.contains("/change/")) {
            ("POST", _) => "ChangeResourceRecordSets",
            (_, true) => "GetChange",
            (_, false) => "ListResourceRecordSets",
        };
        if let Some(refused) = inner.refuses(now) {
            return (action, refused);
        }
        let answer = match action {
            "ChangeResourceRecordSets" => inner.change(&request::changes(body), now),
            "GetChange" => inner.get(path, now),
            _ => inner.list(query),
        };
        (action, answer)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("not poisoned")
    }
}

fn host(instance: &str) -> String {
    format!("{instance}.{DOMAIN}")
}

fn address(instance: &Instance, which: Which) -> Option<Ipv4Addr> {
    match which {
        Which::Public => instance.public_ip,
        Which::Private => instance.private_ip,
    }
}
