//! What must hold of homes in a world: always, and when it has come to rest.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    time::Duration,
};

use hotdesk::{
    clock::Ms,
    homes::{Home, Homes},
    id::{Epoch, UserId, VolumeId},
    seats::{Items, Seats, UserState},
};
use hotdesk_sim::{Volume, VolumeState};

use super::{World, disks};

/// Everything that is known of homes.
pub(super) struct Files {
    homes: Vec<Home>,
    volumes: Vec<Volume>,
    /// What is in each home: on its volume, else in its snapshot.
    contents: BTreeMap<UserId, Option<disks::Files>>,
    /// What must be in it.
    notes: BTreeMap<UserId, Vec<String>>,
    /// The sessions in the ledger.
    sessions: BTreeSet<(UserId, Epoch)>,
    pulled: Vec<String>,
}

impl World {
    pub(super) async fn files(&self) -> Files {
        let table = &self.plane.seats.table;
        let users = table.scan().await.expect("an answer").users;
        let users: Vec<UserId> = users.into_iter().map(|item| item.seat.user).collect();
        let homes = table.homes(&users).await.expect("an answer");
        let disks = &self.plane.boxes.disks;
        let content = |home: &Home| match (&home.volume, &home.snapshot) {
            (Some(volume), _) => disks.of_volume(volume),
            (None, Some(taken)) => disks.of_snapshot(taken.snapshot.as_str()),
            (None, None) => None,
        };
        let contents = homes.iter().map(|home| (home.user.clone(), content(home))).collect();
        let mut sessions = BTreeSet::new();
        for user in &users {
            let of = table.sessions(user, usize::MAX).await.expect("an answer");
            sessions.extend(of.into_iter().map(|session| (session.user, session.epoch)));
        }
        Files {
            homes,
            volumes: self.cloud.look(|sim| sim.volumes()),
            contents,
            notes: self.notes.lock().expect("not poisoned").clone(),
            sessions,
            pulled: self.plane.boxes.pulled(),
        }
    }
}

impl Files {
    /// Volumes that are there, but for those that are on their way out.
    fn there(&self) -> impl Iterator<Item = &Volume> {
        self.volumes.iter().filter(|volume| volume.state != VolumeState::Deleting)
    }

    pub(super) fn broken_invariants(&self) -> Vec<String> {
        let mut wrong = self.pulled.clone();
        let mut holders = BTreeMap::new();
        for volume in self.there() {
            let Some(attachment) = &volume.attachment else { continue };
            if let Some(other) = holders.insert(&attachment.instance, &volume.id) {
                wrong.push(format!("{} has {other} and {}", attachment.instance, volume.id));
            }
        }
        wrong
    }

    /// What is not as it should be at rest.
    pub(super) fn unrest(&self, items: &Items, now: Ms) -> Vec<String> {
        let mut wrong = Vec::new();
        let known = self.homes.iter().flat_map(|home| home.volume.iter().chain(&home.left));
        let known: BTreeSet<&str> = known.map(VolumeId::as_str).collect();
        let there: BTreeSet<&str> = self.there().map(|volume| volume.id.as_str()).collect();
        if known != there {
            wrong.push(format!("volumes: {there:?}, and homes have {known:?}"));
        }
        for home in &self.homes {
            // A pass has had time for it.
            let overdue = |due: Ms| now.since(due) > Duration::from_secs(90);
            if home.due.is_some_and(overdue) || home.making.is_some() {
                wrong.push(format!("the home of {} waits for something", home.user));
            }
        }
        for volume in self.there() {
            let home = self
                .homes
                .iter()
                .find(|h| h.volume.as_ref().is_some_and(|v| v.as_str() == volume.id));
            let wanted = home.and_then(Home::wanted).map(|instance| instance.as_str());
            let at = volume.attachment.as_ref().map(|attachment| attachment.instance.as_str());
            if at != wanted {
                wrong.push(format!("{} is attached to {at:?}, not {wanted:?}", volume.id));
            }
        }
        for (user, notes) in &self.notes {
            let content = self.contents.get(user).cloned().flatten();
            let found = content.as_ref().map_or(&[][..], |files| &files.notes);
            if found != notes {
                wrong.push(format!("{user} wrote {notes:?}, and has {found:?}"));
            }
            if content.is_some_and(|files| files.user != *user) {
                wrong.push(format!("{user} has somebody else's files"));
            }
        }
        for item in items.users.iter().filter(|item| item.state == UserState::Closed) {
            if !self.sessions.contains(&(item.seat.user.clone(), item.seat.epoch)) {
                wrong.push(format!("a session of {} is not in the ledger", item.seat.user));
            }
        }
        wrong
    }
}

impl fmt::Display for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for home in &self.homes {
            writeln!(f, "{home:?}")?;
        }
        for Volume { id, state, zone, attachment, .. } in &self.volumes {
            writeln!(f, "{id}: {state:?} in {zone}, {attachment:?}")?;
        }
        write!(f, "wrote {:?}; have {:?}", self.notes, self.contents)
    }
}
