//! What must hold in a world: always, and when it has come to rest.

use std::{collections::BTreeSet, fmt::Write};

use hotdesk::{
    clock::Clock,
    seats::{BoxItem, Items, Seats, UserState},
};
use hotdesk_sim::{Instance, InstanceState, Lifecycle, Member};

use super::{World, files::Files};
use crate::{desk::open_boxes, model::tables};

/// Everything that is known of a world.
struct Everything {
    tables: tables::Tables,
    items: Items,
    instances: Vec<Instance>,
    members: Vec<Member>,
    desired: usize,
    max: usize,
    files: Files,
}

impl World {
    async fn everything(&self) -> Everything {
        let tables = tables::read(&mut self.redis(), "").expect("redis answers");
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

    /// What must hold at any moment.
    ///
    /// # Panics
    /// If it does not.
    pub async fn check(&self) {
        let all = self.everything().await;
        let open = open_boxes(&all.items);
        let mut wrong = all.broken_invariants();
        wrong.extend(all.files.broken_invariants());
        let closed = self.plane.boxes.closed();
        let closed = closed.into_iter().filter(|instance| open.contains(instance));
        wrong.extend(closed.map(|instance| format!("{instance} was drained under its user")));
        wrong.extend(self.violations.lock().expect("not poisoned").iter().cloned());
        assert!(wrong.is_empty(), "{wrong:#?}\n{}", self.picture().await);
    }

    /// What must hold, too, when nothing moves any more.
    ///
    /// # Panics
    /// If it does not.
    pub async fn check_at_rest(&self) {
        self.check().await;
        let wrong = self.unrest().await;
        assert!(wrong.is_empty(), "{wrong:#?}\n{}", self.picture().await);
    }

    /// What is not as it should be at rest.
    pub async fn unrest(&self) -> Vec<String> {
        let all = self.everything().await;
        let mut wrong = all.unrest(self.plane.policy.spares, self.plane.policy.min_boxes);
        wrong.extend(all.files.unrest(&all.items, self.plane.clock.now()));
        wrong.extend(self.zone.unrest(&all.instances));
        wrong
    }

    /// Everything, for whoever reads why a test failed.
    pub async fn picture(&self) -> String {
        let all = self.everything().await;
        let mut text = format!("at {}\n", self.plane.clock.now());
        for (key, table) in &all.tables {
            let _ = writeln!(text, "{key}: {table:?}");
        }
        for item in &all.items.users {
            let seat = &item.seat;
            let _ =
                writeln!(text, "{}: {:?} {} {}", seat.user, item.state, seat.instance, seat.epoch);
        }
        for (id, item) in &all.items.boxes {
            let _ = writeln!(text, "{id}: {item:?}");
        }
        for instance in &all.instances {
            let member = all.members.iter().find(|member| member.id == instance.id);
            let lifecycle = member.map(|member| (member.lifecycle, member.healthy));
            let _ = writeln!(text, "{}: {:?} {lifecycle:?}", instance.id, instance.state);
        }
        let _ = writeln!(text, "{}", all.files);
        let _ = writeln!(text, "desired {} max {}", all.desired, all.max);
        let _ = writeln!(text, "{:?}", self.lambdas.outcomes());
        text
    }
}

impl Everything {
    fn keys(&self, table: &str) -> BTreeSet<String> {
        self.tables.get(table).into_iter().flat_map(|t| t.keys().cloned()).collect()
    }

    fn users_in(&self, state: &str) -> BTreeSet<String> {
        let rows = self.tables.iter().filter(|(key, row)| {
            key.starts_with("ws:") && row.get("state").is_some_and(|s| s == state)
        });
        rows.map(|(key, _)| key["ws:".len()..].to_owned()).collect()
    }

    fn boxes_of(&self, state: &str) -> BTreeSet<String> {
        let of = self.users_in(state).into_iter();
        of.filter_map(|user| self.tables[&format!("ws:{user}")].get("instanceId").cloned())
            .collect()
    }

    /// The invariants of the store.
    fn broken_invariants(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        let sets = [
            ("pool", self.keys("ws:pool")),
            ("running", self.boxes_of("RUNNING")),
            ("stopping", self.keys("fleet:stopping")),
            ("standby", self.keys("fleet:standby")),
            ("waking", self.keys("fleet:waking")),
            ("arriving", self.keys("fleet:arriving")),
        ];
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

    fn unrest(&self, spares: usize, min_boxes: usize) -> Vec<String> {
        let mut wrong = Vec::new();
        let mut equal = |what: &str, is: &BTreeSet<String>, should: &BTreeSet<String>| {
            if is != should {
                wrong.push(format!("{what}: {is:?}, not {should:?}"));
            }
        };
        let none = BTreeSet::new();
        for table in ["fleet:stopping", "fleet:waking", "fleet:arriving"] {
            equal(table, &self.keys(table), &none);
        }
        let (pool, running) = (self.keys("ws:pool"), self.boxes_of("RUNNING"));
        let in_use: BTreeSet<String> = pool.union(&running).cloned().collect();
        let standby = self.keys("fleet:standby");
        let members = |lifecycle: Lifecycle| -> BTreeSet<String> {
            let is = |member: &&Member| member.lifecycle == lifecycle;
            self.members.iter().filter(is).map(|member| member.id.clone()).collect()
        };
        equal("in service", &members(Lifecycle::InService), &in_use);
        equal("in standby", &members(Lifecycle::Standby), &standby);
        let state = |state: InstanceState| -> BTreeSet<String> {
            let is = |instance: &&Instance| instance.state == state;
            self.instances.iter().filter(is).map(|instance| instance.id.clone()).collect()
        };
        equal("running instances", &state(InstanceState::Running), &in_use);
        equal("stopped instances", &state(InstanceState::Stopped), &standby);
        let open: BTreeSet<String> = self
            .items
            .users
            .iter()
            .filter(|item| item.state == UserState::Open)
            .map(|item| item.seat.user.to_string())
            .collect();
        equal("open seats", &open, &self.users_in("RUNNING"));
        let is_parked = |item: &&(_, BoxItem)| item.1 == BoxItem::Parked;
        let parked = self.items.boxes.iter().filter(is_parked).map(|(id, _)| id.to_string());
        // The items of dead boxes stay for a while.
        let gone = |id: &String| {
            let row = self.tables.get(&format!("fleet:instance:{id}"));
            row.and_then(|row| row.get("state")).is_some_and(|state| state == "GONE")
        };
        let parked: BTreeSet<String> = parked.filter(|id| !gone(id)).collect();
        equal("parked items", &parked, &standby);
        let others = self.members.len() - in_use.len() - standby.len();
        if others != 0 {
            wrong.push(format!("{others} members are nobody's"));
        }
        let waiting = self.keys("fleet:waiting").len();
        let need = (running.len() + waiting + spares).max(min_boxes).min(self.max);
        if self.desired != need {
            wrong.push(format!("desired is {}, not {need}", self.desired));
        }
        if self.desired != in_use.len() {
            wrong.push(format!("desired is {} with {} boxes", self.desired, in_use.len()));
        }
        for (id, item) in &self.items.boxes {
            if *item == BoxItem::Waking {
                wrong.push(format!("{id} is left waking"));
            }
        }
        for item in self.items.users.iter().filter(|item| item.state == UserState::Ending) {
            wrong.push(format!("the seat of {} is left ending", item.seat.user));
        }
        for instance in &self.instances {
            let owner = instance.tags.get("Owner").map(String::as_str);
            let user = self.items.users.iter().find(|item| {
                item.state == UserState::Open && item.seat.instance.as_str() == instance.id
            });
            let gone = instance.state == InstanceState::Terminated;
            let should = user.map_or("UNASSIGNED", |item| item.seat.user.as_str());
            if !gone && owner != Some(should) {
                wrong.push(format!("{} is tagged {owner:?}, not {should}", instance.id));
            }
        }
        wrong
    }
}
