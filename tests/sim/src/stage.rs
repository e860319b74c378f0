//! A world with its people, and what is watched while they live in it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hotdesk::{
    id::InstanceId,
    ledger::{Ending, Why},
    seats::Seat,
};
use hotdesk_sim::InstanceState;
use hotdesk_tests::world::{World, fate::Fate};
use tokio::{sync::Notify, time::Instant};

use crate::{plan::Plan, registry::Registry};

/// Two functions' clocks are so far apart: one noted a heartbeat, the other compares.
const APART: Duration = Duration::from_secs(2);

/// No function is older: what a box saw before that, whoever asked it was told.
const OLDEST: Duration = Duration::from_secs(65);

/// See the module.
pub struct Stage {
    /// The world.
    pub world: World,
    /// What its seed decides.
    pub fate: Fate,
    /// What was planned.
    pub plan: Plan,
    /// What people know.
    pub registry: Registry,
    /// Nobody comes or goes any more.
    quiet: AtomicBool,
    hushed: Notify,
    /// When the last seat ended.
    disturbed: std::sync::Mutex<Instant>,
}

impl Stage {
    /// A world at its beginning.
    pub async fn new(seed: u64, plan: Plan, fate: Fate) -> Arc<Self> {
        let world = World::begin(plan.beginning(seed, &fate)).await;
        let stage = Arc::new(Self {
            world,
            fate,
            plan,
            registry: Registry::default(),
            quiet: AtomicBool::new(false),
            hushed: Notify::new(),
            disturbed: std::sync::Mutex::new(Instant::now()),
        });
        let watching = Arc::downgrade(&stage);
        stage.world.plane.seats.on_end(move |seat, ending| {
            if let Some(stage) = watching.upgrade() {
                stage.ends(seat, ending);
            }
        });
        stage
    }

    /// Somebody does something, or something happens to the world.
    pub(crate) fn tell(&self, what: impl FnOnce() -> String) {
        self.fate.trace().step(self.world.now(), what());
    }

    /// Something is not as promised.
    pub(crate) fn violation(&self, what: String) {
        self.tell(|| format!("VIOLATION: {what}"));
        self.world.violations.lock().expect("not poisoned").push(what);
    }

    /// From now on nobody comes or goes.
    pub(crate) fn hush(&self) {
        self.quiet.store(true, Ordering::Relaxed);
        self.hushed.notify_waiters();
    }

    /// Whether nobody comes or goes any more.
    pub(crate) fn is_quiet(&self) -> bool {
        self.quiet.load(Ordering::Relaxed)
    }

    /// Waits so long, or until nobody comes or goes any more.
    pub(crate) async fn pause(&self, time: Duration) {
        let hushed = self.hushed.notified();
        if self.is_quiet() {
            return;
        }
        tokio::select! {
            biased;
            () = hushed => {}
            () = tokio::time::sleep(time) => {}
        }
    }

    /// How long ago the last seat ended.
    pub(crate) fn undisturbed(&self) -> Duration {
        self.disturbed.lock().expect("not poisoned").elapsed()
    }

    /// The end of a seat was decided: was it to be?
    fn ends(&self, seat: &Seat, ending: &Ending) {
        *self.disturbed.lock().expect("not poisoned") = Instant::now();
        let Seat { user, instance, epoch, .. } = seat;
        let idle = self.world.plane.policy.idle_timeout.saturating_sub(APART);
        match ending.why {
            Why::Idle => {
                let pinged = self.registry.pinged(user, *epoch);
                if let Some(ago) = pinged.filter(|ago| *ago < idle) {
                    self.violation(format!(
                        "{user} loses {instance} as idle, and pinged {ago:?} ago ({epoch})"
                    ));
                }
                let saw = self.world.plane.boxes.saw(instance).map(|at| self.world.now().since(at));
                if let Some(ago) = saw.filter(|ago| (OLDEST..idle).contains(ago)) {
                    self.violation(format!(
                        "{user} loses {instance} as idle, and it saw them {ago:?} ago"
                    ));
                }
            }
            Why::Left if self.registry.has_left(user, *epoch) => {}
            Why::Lifetime if self.world.plane.policy.max_lifetime.is_some() => {}
            Why::Lost if !self.lives(instance) => {}
            why => self.violation(format!("the seat of {user} on {instance} ends: {why:?}")),
        }
    }

    fn lives(&self, instance: &InstanceId) -> bool {
        let instances = self.world.cloud.look(|sim| sim.instances());
        instances.iter().any(|known| {
            let over = [InstanceState::ShuttingDown, InstanceState::Terminated];
            known.id == instance.as_str() && !over.contains(&known.state)
        })
    }
}

#[cfg(test)]
mod tests;
