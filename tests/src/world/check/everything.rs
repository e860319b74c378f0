//! Everything that is known of a world, and what must hold of it at any moment.

use std::collections::BTreeSet;

use hotdesk::seats::{Items, Seats};
use hotdesk_sim::{Instance, InstanceState, Lifecycle, Member};

use crate::{
    model::tables::Tables,
    world::{World, files::Files},
};

/// Everything that is known of a world.
pub(super) struct Everything {
    pub(super) tables: Tables,
    pub(super) items: Items,
    pub(super) instances: Vec<Instance>,
    pub(super) members: Vec<Member>,
    pub(super) desired: usize,
    pub(super) max: usize,
    pub(super) files: Files,
}

impl World {
    pub(super) async fn everything(&self) -> Everything {
        let tables = self.plane.store.tables();
        let items = self.plane.seats.table.scan().await.expect("an answer");
        let (instances, group) = self.cloud.look(|sim| (sim.instances(), sim.group()));
        Everything {
            tables,
            items,
            instances,
            members: group.members,
            desired: group.desired as usize,
            max: group.max as usize,
            files: self.files().await,
        }
    }
}

impl Everything {
    pub(super) fn keys(&self, table: &str) -> BTreeSet<String> {
        self.tables.get(table).into_iter().flat_map(|t| t.keys().cloned()).collect()
    }

    pub(super) fn users_in(&self, state: &str) -> BTreeSet<String> {
        let rows = self.tables.iter().filter(|(key, row)| {
            key.starts_with("ws:") && row.get("state").is_some_and(|s| s == state)
        });
        rows.map(|(key, _)| key["ws:".len()..].to_owned()).collect()
    }

    pub(super) fn boxes_of(&self, state: &str) -> BTreeSet<String> {
        let of = self.users_in(state).into_iter();
        of.filter_map(|user| self.tables[&format!("ws:{user}")].get("instanceId").cloned())
            .collect()
    }

    /// The members that are there.
    pub(super) fn members_in(&self, lifecycle: Lifecycle) -> BTreeSet<String> {
        let is = |member: &&Member| member.lifecycle == lifecycle;
        self.members.iter().filter(is).map(|member| member.id.clone()).collect()
    }

    /// The instances in that state.
    pub(super) fn instances_in(&self, state: InstanceState) -> BTreeSet<String> {
        let is = |instance: &&Instance| instance.state == state;
        self.instances.iter().filter(is).map(|instance| instance.id.clone()).collect()
    }

    /// The boxes that the store knows, but for the dead: by the set that each is in.
    pub(super) fn places(&self) -> [(&'static str, BTreeSet<String>); 6] {
        [
            ("pool", self.keys("ws:pool")),
            ("running", self.boxes_of("RUNNING")),
            ("stopping", self.keys("fleet:stopping")),
            ("standby", self.keys("fleet:standby")),
            ("waking", self.keys("fleet:waking")),
            ("arriving", self.keys("fleet:arriving")),
        ]
    }

    /// The invariants of the store.
    pub(super) fn broken_invariants(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let sets = self.places();
        for (n, (a, some)) in sets.iter().enumerate() {
            for (b, others) in &sets[n + 1..] {
                let both: Vec<_> = some.intersection(others).collect();
                if !both.is_empty() {
                    wrong.push(format!("{a} and {b}: {both:?}"));
                }
            }
        }
        if self.users_in("RUNNING").len() != sets[1].1.len() {
            wrong.push("two users have one box".into());
        }
        if self.keys("ws:pings") != self.users_in("RUNNING") {
            wrong.push("ws:pings is not who runs".into());
        }
        if self.keys("fleet:waiting") != self.users_in("STARTING") {
            wrong.push("fleet:waiting is not who waits".into());
        }
        if !sets[0].1.is_empty() && !self.keys("fleet:waiting").is_empty() {
            wrong.push("somebody waits while there is a spare".into());
        }
        if self.desired > self.max {
            wrong.push("desired is above MaxSize".into());
        }
        wrong
    }
}
