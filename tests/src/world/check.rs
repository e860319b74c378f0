//! What must hold in a world: always, and when it has come to rest.

pub(super) mod cloud;
mod everything;
mod rest;

use std::fmt::Write;

use hotdesk::clock::Clock;

use super::World;
use crate::desk::open_boxes;

impl World {
    /// What must hold at any moment.
    ///
    /// # Panics
    /// If it does not.
    pub async fn check(&self) {
        let wrong = self.wrong().await;
        assert!(wrong.is_empty(), "{wrong:#?}\n{}", self.picture().await);
    }

    /// What must not be so at any moment, and is.
    ///
    /// # Panics
    /// If somebody panicked.
    pub async fn wrong(&self) -> Vec<String> {
        let all = self.everything().await;
        let open = open_boxes(&all.items);
        let mut wrong = all.broken_invariants();
        wrong.extend(all.files.broken_invariants());
        let closed = self.plane.boxes.closed();
        let closed = closed.into_iter().filter(|instance| open.contains(instance));
        wrong.extend(closed.map(|instance| format!("{instance} was drained under its user")));
        wrong.extend(self.violations.lock().expect("not poisoned").iter().cloned());
        wrong
    }

    /// The same, as far as the cloud alone says it.
    ///
    /// # Panics
    /// If somebody panicked.
    pub fn wrong_in_cloud(&self) -> Vec<String> {
        let mut wrong = self.plane.boxes.pulled();
        wrong.extend(cloud::wrong(&self.cloud));
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
