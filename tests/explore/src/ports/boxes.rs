//! The port to the agents.

use hotdesk::{
    clock::Ms,
    fleet::{Boxes, Drained, HomeAnswer, HomeOrder, Readiness},
    id::InstanceId,
    ledger::Farewell,
    seats::Addresses,
};

use super::{Ports, unexplored};
use crate::{
    call::{Call, Reply},
    names::box_at,
};

impl Boxes for Ports {
    async fn readiness(&self, at: &Addresses) -> Readiness {
        match box_at(at) {
            Some(n) if self.call(Call::Readiness(n)).await == Reply::Ready(true) => {
                Readiness::Ready
            }
            _ => Readiness::NotReady,
        }
    }

    async fn last_heartbeat(&self, at: &Addresses) -> Option<Ms> {
        let n = box_at(at)?;
        match self.call(Call::LastHeartbeat(n)).await {
            Reply::Heartbeat(at) => at,
            _ => None,
        }
    }

    // Files are not explored: a box has let go of them at once, or is not asked.
    async fn drain(&self, instance: &InstanceId, _: &Addresses) -> Drained {
        self.call(Call::Drain(instance.clone())).await;
        Drained::Done(Farewell::Saved)
    }

    async fn open_home(&self, _: &HomeOrder, _: &Addresses) -> HomeAnswer {
        unexplored("open_home")
    }
}
