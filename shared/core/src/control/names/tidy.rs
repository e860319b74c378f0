//! The names that the zone has, brought together with the boxes that there are, each pass.
//!
//! | box | its name says | do |
//! | --- | --- | --- |
//! | in service, and runs | nothing, or another address | write it |
//! | in standby and stopped, having had a public address | anything but [`NOWHERE`] | [`NOWHERE`] |
//! | no member, not booting, terminated or not listed by EC2 | anything | remove it |
//! | any other | anything | nothing |
//!
//! The first row is for boxes that were there before names were, and for names that somebody changed.
//! The second is for safety: AWS gives the address of a stopped box to somebody else, who could get a
//! certificate for a name that leads there. What parks or removes a name names what it says, which
//! Route 53 compares, so a pass that is outrun by the start of the box does no harm; and the store and
//! EC2 are asked after the zone.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
};

use tracing::info;

use crate::{
    clock::Clock,
    control::ControlPlane,
    error::Error,
    fleet::{Boxes, Fleet, Group, Lifecycle, Machines, Power},
    id::InstanceId,
    names::{BATCH, NOWHERE, Name, Which},
    seats::Seats,
    store::{BoxPhase, Store},
};

impl<S: Store, D: Seats, F: Fleet, B: Boxes, C: Clock> ControlPlane<S, D, F, B, C> {
    /// Brings the names together with the boxes; `machines` are those that were looked at anyhow.
    pub(in crate::control) async fn tidy_names(
        &self,
        group: &Group,
        machines: &Machines,
    ) -> Result<(), Error> {
        let Some(which) = self.policy.names else { return Ok(()) };
        let names = self.fleet.names().await?;
        self.write_missing(which, &names, group, machines).await?;
        let odd = |name: &Name| match group.lifecycle(&name.instance) {
            None => true,
            Some(Lifecycle::Standby) => which == Which::Public && name.address != NOWHERE,
            Some(_) => false,
        };
        self.take_back(names.into_iter().filter(odd).collect(), group).await
    }

    /// Writes the names of boxes in service that have none, or that say something else.
    async fn write_missing(
        &self,
        which: Which,
        names: &[Name],
        group: &Group,
        machines: &Machines,
    ) -> Result<(), Error> {
        let said: BTreeMap<&InstanceId, Ipv4Addr> =
            names.iter().map(|name| (&name.instance, name.address)).collect();
        let in_service = group.members.values().filter(|m| m.lifecycle == Lifecycle::InService);
        let serves: BTreeSet<&InstanceId> = in_service.map(|member| &member.instance).collect();
        let nameless = serves.iter().copied().filter(|id| !said.contains_key(id));
        let nameless: Vec<InstanceId> = nameless.cloned().collect();
        let described = self.fleet.machines(&nameless).await?;
        let here = machines.values().filter(|m| said.contains_key(&m.instance));
        let wrong: Vec<(InstanceId, Ipv4Addr)> = here
            .chain(described.values())
            .filter(|machine| serves.contains(&machine.instance))
            .filter_map(|machine| Some((machine.instance.clone(), which.place(machine)?.address)))
            .filter(|(id, address)| said.get(id) != Some(address))
            .collect();
        for some in wrong.chunks(BATCH) {
            self.fleet.set_names(some).await?;
            info!(names = some.len(), "boxes in service had no name, or a wrong one: written");
        }
        Ok(())
    }

    /// Parks the names of those of these boxes that are stopped, and removes those of the dead.
    async fn take_back(&self, odd: Vec<Name>, group: &Group) -> Result<(), Error> {
        if odd.is_empty() {
            return Ok(());
        }
        let ids: Vec<InstanceId> = odd.iter().map(|name| name.instance.clone()).collect();
        let known = self.store.known(&ids).await?;
        let arriving = self.store.view().await?.arriving;
        let machines = self.fleet.machines(&ids).await?;
        let mut changes = Vec::new();
        for (name, known) in odd.into_iter().zip(known) {
            let id = &name.instance;
            let power = machines.get(id).map(|machine| machine.power);
            let dead = matches!(power, None | Some(Power::Terminated));
            let forgotten = matches!(known.phase, BoxPhase::Unknown | BoxPhase::Gone);
            if group.members.contains_key(id) {
                if known.phase == BoxPhase::Standby && power == Some(Power::Stopped) {
                    changes.push((name, Some(NOWHERE)));
                }
            } else if dead && forgotten && !arriving.contains_key(id) {
                changes.push((name, None));
            }
        }
        for some in changes.chunks(BATCH) {
            // Refused: a box was started meanwhile, or somebody else was quicker; the next pass looks.
            let done = self.fleet.replace_names(some).await?;
            info!(names = some.len(), done, "names of boxes that do not run");
        }
        Ok(())
    }
}
