//! What agents answer to the functions.

use std::time::Duration;

use hotdesk::{
    clock::{Clock, Ms},
    fleet::{Boxes, Drained, HomeAnswer, HomeOrder, Readiness},
    id::InstanceId,
    ledger::Farewell,
    seats::Addresses,
};

use super::{DRAINED, WorldBoxes, agent::Home};

/// From the drain order until the home is let go of.
const SAVE: Duration = Duration::from_secs(2);

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
        if let Some(home) = agent.home.as_mut().filter(|home| first && home.seen.is_some()) {
            // It did not wait for an order. An opening that is under way ends.
            home.go_on(instance, &self.disks, now);
        }
        let since = *agent.drained.get_or_insert(now);
        let drained = match &mut agent.home {
            Some(home) if home.mounted && (stuck || now.since(since) < SAVE) => Drained::Saving,
            Some(home) if home.mounted => {
                home.open = false;
                Drained::Done(Farewell::Saved)
            }
            _ => Drained::Done(Farewell::Nothing),
        };
        if first {
            if inner.drained.len() == DRAINED {
                inner.drained.pop_front();
            }
            inner.drained.push_back((instance.clone(), now));
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
            mounted: false,
        });
        home.go_on(&agent.instance, &self.disks, now)
    }
}
