//! What must hold in a world that has come to rest.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use hotdesk::{
    clock::{Clock, Ms},
    seats::{BoxItem, UserState},
    spares::Spares,
    store::ASKING,
};
use hotdesk_sim::InstanceState as State;
use hotdesk_sim::Lifecycle;

use super::everything::Everything;
use crate::world::World;

/// A stop that began longer ago is stuck: it takes a pass or two.
const STOPS: Duration = Duration::from_secs(300);

impl World {
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
        let policy = &self.plane.policy;
        let mut wrong = all.unrest();
        let spares = all.spares(&policy.spares, self.now());
        wrong.extend(all.wrong_number(spares, policy.min_boxes, self.now()));
        wrong.extend(all.wrong_owners(&self.lambdas.untold()));
        wrong.extend(all.files.unrest(&all.items, self.plane.clock.now()));
        wrong.extend(self.zone.unrest(&all.instances));
        wrong
    }

    /// Boxes that are lost to everybody, or for long on the way out: whatever else is going on, there
    /// must be none a few minutes after nothing goes wrong any more.
    pub async fn leaks(&self) -> Vec<String> {
        self.everything().await.leaks(self.now())
    }
}

impl Everything {
    fn leaks(&self, now: Ms) -> Vec<String> {
        let mut wrong = Vec::new();
        let known: BTreeSet<String> = self.places().into_iter().flat_map(|(_, ids)| ids).collect();
        let (over, out) = ([State::ShuttingDown, State::Terminated], Lifecycle::Terminating);
        for instance in self.instances.iter().filter(|instance| !over.contains(&instance.state)) {
            let member = self.members.iter().find(|member| member.id == instance.id);
            let on_its_way = member.is_some_and(|member| member.lifecycle >= out);
            if !known.contains(&instance.id) && !on_its_way {
                wrong.push(format!("{} is {:?}, and nobody's", instance.id, instance.state));
            }
        }
        for (id, since) in self.tables.get("fleet:stopping").into_iter().flatten() {
            let there = self.instances.iter().any(|instance| instance.id == *id);
            let age = since.parse().map_or(Duration::MAX, |since: Ms| now.since(since));
            if age > STOPS {
                wrong.push(format!("{id} is stopping for {age:?}"));
            } else if !there && age > STOPS * 4 / 5 {
                wrong.push(format!("{id} is a ghost: stopping, and not there"));
            }
        }
        wrong
    }

    fn unrest(&self) -> Vec<String> {
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
        let (in_use, standby) = (self.in_use(), self.keys("fleet:standby"));
        equal("in service", &self.members_in(Lifecycle::InService), &in_use);
        equal("in standby", &self.members_in(Lifecycle::Standby), &standby);
        equal("running instances", &self.instances_in(State::Running), &in_use);
        equal("stopped instances", &self.instances_in(State::Stopped), &standby);
        equal("instances that boot", &self.instances_in(State::Pending), &none);
        equal("instances that stop", &self.instances_in(State::Stopping), &none);
        let users = self.items.users.iter();
        let open = users.filter(|item| item.state == UserState::Open);
        let open = open.map(|item| item.seat.user.to_string()).collect();
        equal("open seats", &open, &self.users_in("RUNNING"));
        let is_parked = |item: &&(_, BoxItem)| item.1 == BoxItem::Parked;
        let parked = self.items.boxes.iter().filter(is_parked).map(|(id, _)| id.to_string());
        // The items of dead boxes stay for a while.
        let gone = |id: &String| {
            let row = self.tables.get(&format!("fleet:instance:{id}"));
            row.and_then(|row| row.get("state")).is_some_and(|state| state == "GONE")
        };
        equal("parked items", &parked.filter(|id| !gone(id)).collect(), &standby);
        for (id, item) in &self.items.boxes {
            if *item == BoxItem::Waking {
                wrong.push(format!("{id} is left waking"));
            }
        }
        for item in self.items.users.iter().filter(|item| item.state == UserState::Ending) {
            wrong.push(format!("the seat of {} is left ending", item.seat.user));
        }
        wrong
    }

    /// How many spares there are to be: where they are sized to a promise, so many as a round noted last.
    fn spares(&self, spares: &Spares, now: Ms) -> usize {
        match spares {
            Spares::Fixed(number) => *number,
            Spares::Schedule(schedule) => schedule.at(now),
            Spares::Auto(_) => {
                let noted = self.tables.get("fleet:spares").and_then(|row| row.get("number"));
                noted.and_then(|number| number.parse().ok()).unwrap_or_default()
            }
        }
    }

    /// Too many boxes, or too few.
    fn wrong_number(&self, spares: usize, min_boxes: usize, now: Ms) -> Vec<String> {
        let mut wrong = Vec::new();
        let (in_use, standby) = (self.in_use().len(), self.keys("fleet:standby").len());
        if self.members.len() != in_use + standby {
            let members = self.members.len();
            wrong.push(format!("{members} members, {in_use} in use and {standby} in standby"));
        }
        // Whoever stopped asking is gone, though nobody has taken them out of the queue yet.
        let asked = self.tables.get("fleet:asking").into_iter().flat_map(BTreeMap::values);
        let asks = |at: &&String| at.parse().is_ok_and(|at: Ms| at.plus(ASKING) >= now);
        let waiting = asked.filter(asks).count();
        if waiting > 0 && self.desired < self.max {
            wrong.push(format!("{waiting} wait, though there may be more boxes"));
        }
        let running = self.boxes_of("RUNNING").len();
        let need = (running + waiting + spares).max(min_boxes).min(self.max);
        if self.desired != need {
            wrong.push(format!("desired is {}, not {need}", self.desired));
        }
        if self.desired != in_use {
            wrong.push(format!("desired is {} with {in_use} boxes", self.desired));
        }
        wrong
    }

    /// Boxes that are tagged as somebody else's. A tag may be missing where the stream's record of the seat
    /// was lost: that of these users.
    fn wrong_owners(&self, untold: &BTreeSet<String>) -> Vec<String> {
        let users = self.items.users.iter().filter(|item| item.state == UserState::Open);
        let users: BTreeMap<&str, &str> =
            users.map(|item| (item.seat.instance.as_str(), item.seat.user.as_str())).collect();
        let mut wrong = Vec::new();
        for instance in self.instances.iter().filter(|i| i.state != State::Terminated) {
            let owner = instance.tags.get("Owner").map_or("", String::as_str);
            let user = users.get(instance.id.as_str()).copied();
            let may_lack = user.is_some_and(|user| untold.contains(user)) && owner == "UNASSIGNED";
            let should = user.unwrap_or("UNASSIGNED");
            if owner != should && !may_lack {
                wrong.push(format!("{} is tagged {owner:?}, not {should}", instance.id));
            }
        }
        wrong
    }

    fn in_use(&self) -> BTreeSet<String> {
        let (pool, running) = (self.keys("ws:pool"), self.boxes_of("RUNNING"));
        pool.union(&running).cloned().collect()
    }
}
