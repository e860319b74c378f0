//! The reconcile table: what the group, EC2, the store and the items say of each box, and what
//! follows. The store is read first, then the items, the group, and EC2 last, so that each later
//! source is at least as fresh as the one it is compared with.
//!
//! | AWS | store, item | do |
//! | --- | --- | --- |
//! | InService, running | nothing or waking, absent | probe, admit |
//! | InService, running | waking | delete the item, admit |
//! | InService, unhealthy | pool | stop |
//! | Standby, running | waking / anything else | ExitStandby / stop |
//! | Standby, stopped | waking for over 5 min / nothing | parked, to stopping / to stopping |
//! | Pending:Wait | any | as the launch hook |
//! | terminated | any | evict, close its seat |
//!
//! Boxes in `fleet:stopping` are the stop flow's.

use std::{collections::BTreeSet, time::Duration};

use tracing::{info, warn};

use super::{ControlPlane, Pass, lifecycle::Patience};
use crate::{
    allocate::settle,
    clock::Clock,
    error::Error,
    fleet::{Boxes, Fleet, Hook, LAUNCH_HOOK, Lifecycle, Machine, Member, Power},
    id::InstanceId,
    seats::{BoxItem, Seats},
    store::{BoxPhase, Known, Stop, Store},
};

/// A wake that takes longer has failed.
const WAKE_LIMIT: Duration = Duration::from_secs(5 * 60);

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Brings the store, the items and AWS together.
    pub(super) async fn reconcile(&self, pass: &mut Pass) -> Result<(), Error> {
        let view = self.store.view().await?;
        let items = self.seats.scan().await?;
        settle(&self.store, &self.seats, &items.truths(), &self.clock).await?;
        let group = self.fleet.group().await?;

        let mut ids: BTreeSet<InstanceId> =
            group.members.iter().map(|m| m.instance.clone()).collect();
        ids.extend(items.boxes.iter().map(|(id, _)| id.clone()));
        ids.extend(view.pool.iter().cloned());
        for set in [&view.stopping, &view.standby, &view.waking] {
            ids.extend(set.keys().cloned());
        }
        let ids: Vec<InstanceId> = ids.into_iter().collect();
        let known = self.store.known(&ids).await?;
        let machines = self.fleet.machines(&ids).await?;

        for (id, known) in ids.iter().zip(&known) {
            let Some(machine) = machines.get(id) else { continue };
            let member = group.members.iter().find(|m| m.instance == *id);
            let item = items.boxes.iter().find(|(of, _)| of == id).map(|(_, item)| item);
            if let Err(e) = self.reconcile_box(machine, member, known, item).await {
                warn!(instance_id = %id, code = e.code(), error = e.chain(), "box not reconciled");
                pass.errors += 1;
            }
        }
        let stopping = self.store.view().await?.stopping.into_iter();
        let stops = stopping.map(|(instance, stamp)| Stop { instance, stamp }).collect();
        pass.stopped += self.advance_stops(stops).await?;
        Ok(())
    }

    async fn reconcile_box(
        &self,
        machine: &Machine,
        member: Option<&Member>,
        known: &Known,
        item: Option<&BoxItem>,
    ) -> Result<(), Error> {
        let id = &machine.instance;
        if machine.power == Power::Terminated {
            if known.phase != BoxPhase::Gone || matches!(item, Some(BoxItem::Seat { .. })) {
                self.dead(id).await?;
            }
            return Ok(());
        }
        let Some(member) = member else { return Ok(()) };
        match (member.lifecycle, machine.power, known.phase, item) {
            (Lifecycle::PendingWait, ..) => {
                let hook = Hook { name: LAUNCH_HOOK.into(), instance: id.clone() };
                self.launching(&hook, Patience::Look).await?;
            }
            (Lifecycle::InService, _, BoxPhase::Spare, _) if !member.healthy => {
                self.stray(id).await?
            }
            (Lifecycle::InService, Power::Running, BoxPhase::Waking, Some(BoxItem::Waking)) => {
                self.seats.clear(id).await?;
                self.admit(machine).await?;
            }
            (Lifecycle::InService, Power::Running, BoxPhase::Unknown | BoxPhase::Waking, None)
                if self.is_ready(machine).await =>
            {
                self.admit(machine).await?;
            }
            (Lifecycle::Standby, Power::Running, BoxPhase::Waking, _)
                if self.is_ready(machine).await =>
            {
                self.fleet.exit_standby(std::slice::from_ref(id)).await?;
                info!(instance_id = %id, "awake");
            }
            (
                Lifecycle::Standby,
                Power::Running,
                BoxPhase::Unknown | BoxPhase::Standby | BoxPhase::Spare,
                _,
            )
            | (
                Lifecycle::Standby,
                Power::Stopped,
                BoxPhase::Unknown,
                None | Some(BoxItem::Parked),
            ) => {
                self.stray(id).await?;
            }
            (
                Lifecycle::Standby,
                Power::Running | Power::Stopped,
                BoxPhase::Waking,
                Some(BoxItem::Waking),
            ) if known.since.is_some_and(|since| self.clock.now().since(since) > WAKE_LIMIT) => {
                self.seats.give_up_wake(id).await?;
                self.stray(id).await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn stray(&self, instance: &InstanceId) -> Result<(), Error> {
        let stop = self.store.orphan(instance, self.clock.now()).await?;
        info!(instance_id = %instance, begun = stop.is_some(), reason = "stray", "stop begun");
        Ok(())
    }
}
