//! What the cloud tells: boxes that start and stop, and events on their way to `lifecycle`.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::Duration,
};

use hotdesk::{
    clock::Clock,
    id::InstanceId,
    seats::{BoxItem, UserState},
};
use hotdesk_sim::{Effect, http::Shared};
use serde_json::Value;
use tokio::sync::mpsc;

use super::{WorldPlane, check::cloud, lambda::Lambdas};

/// How long EventBridge takes: typically half a second.
const USUAL: Duration = Duration::from_millis(500);

type Way = dyn Fn(&Value) -> Vec<Duration> + Send + Sync;

/// What becomes of an event: after which times it is delivered; never, if there are none. Clones
/// are the same.
#[derive(Clone)]
pub struct Deliveries(Arc<Mutex<Arc<Way>>>);

impl Default for Deliveries {
    fn default() -> Self {
        let usual: Arc<Way> = Arc::new(|_| vec![USUAL]);
        Self(Arc::new(Mutex::new(usual)))
    }
}

impl Deliveries {
    /// From now on, this decides.
    ///
    /// # Panics
    /// If a way panicked.
    pub fn set(&self, way: impl Fn(&Value) -> Vec<Duration> + Send + Sync + 'static) {
        *self.0.lock().expect("not poisoned") = Arc::new(way);
    }

    fn of(&self, event: &Value) -> Vec<Duration> {
        let way = Arc::clone(&self.0.lock().expect("not poisoned"));
        way(event)
    }
}

/// Acts on what happens in the cloud.
pub(super) struct Follower {
    pub(super) plane: WorldPlane,
    pub(super) lambdas: Lambdas,
    pub(super) deliveries: Deliveries,
    pub(super) violations: Arc<Mutex<Vec<String>>>,
    pub(super) forgiven: Arc<Mutex<BTreeSet<InstanceId>>>,
    /// The cloud, to be looked at whenever something happens in it; where that is dear, nobody does.
    pub(super) watched: Option<Shared>,
}

impl Follower {
    pub(super) async fn follow(self, mut effects: mpsc::Receiver<Effect>) {
        while let Some(effect) = effects.recv().await {
            if let Some(cloud) = &self.watched {
                self.violations.lock().expect("not poisoned").extend(cloud::wrong(cloud));
            }
            match effect {
                Effect::Event(event) => {
                    for wait in self.deliveries.of(&event) {
                        let (lambdas, event) = (self.lambdas.clone(), event.clone());
                        tokio::spawn(async move {
                            tokio::time::sleep(wait).await;
                            lambdas.event(event).await;
                        });
                    }
                }
                Effect::BoxStarted { id, private_ip, .. } => {
                    let id = id.parse().expect("an instance id");
                    self.plane.boxes.started(&id, private_ip);
                }
                Effect::BoxStopped { id } => {
                    let id = id.parse().expect("an instance id");
                    self.plane.boxes.stopped(&id);
                    self.in_use(&id).await;
                }
                disk => {
                    if let Effect::VolumeDetached { id, instance } = &disk {
                        self.plane.boxes.detached(id, instance);
                    }
                    self.plane.boxes.disks.follow(&disk);
                }
            }
        }
    }

    /// A box that stops while its user's seat is open stops under a live user.
    async fn in_use(&self, id: &InstanceId) {
        if self.forgiven.lock().expect("not poisoned").contains(id) {
            return;
        }
        let table = &self.plane.seats.table;
        use hotdesk::seats::Seats as _;
        let Ok(Some(BoxItem::Seat { user, .. })) = table.instance(id).await else { return };
        let item = table.user(&user).await.expect("an answer");
        if item.is_some_and(|item| item.state == UserState::Open && item.seat.instance == *id) {
            let at = self.plane.clock.now();
            let violation = format!("{id} stopped under {user} at {at}");
            self.violations.lock().expect("not poisoned").push(violation);
        }
    }
}
