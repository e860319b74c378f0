//! The queue: who stands where in it, and what they are told.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    id::UserId,
    store::{ASKING, Ask, CLOSING, Place},
};

use super::{Answer, BoxPhase, Model, Phase, User};

/// How many of those who are gone one step takes out of the queue.
const GHOSTS: usize = 8;

impl Model {
    /// Who waits, longest first (ties by name, as Redis breaks them).
    #[must_use]
    pub fn queue(&self) -> Vec<UserId> {
        if let Some(index) = &self.index {
            return index.queue();
        }
        let mut queue: Vec<_> = self.waiting().map(|(name, user, _)| (user.since, name)).collect();
        queue.sort();
        queue.into_iter().map(|(_, name)| name.clone()).collect()
    }

    pub(super) fn first_in_queue(&self) -> Option<UserId> {
        match &self.index {
            Some(index) => index.first(),
            None => self.queue().into_iter().next(),
        }
    }

    /// Who waits, in no order, and when they asked last.
    fn waiting(&self) -> impl Iterator<Item = (&UserId, &User, Ms)> {
        self.users.iter().filter_map(|(name, user)| match user.phase {
            Phase::Starting { asked } => Some((name, user, asked)),
            _ => None,
        })
    }

    /// As [`hotdesk::store::Store::ask`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn ask(&mut self, user: &UserId, now: Ms) -> Answer<Ask> {
        self.warm()?;
        match self.user_phase(user) {
            Phase::Running(_) => Ok(Ask::Running(self.seat(user))),
            Phase::Starting { .. } => Ok(Ask::Waiting(self.enqueue(user, now))),
            Phase::Stopping(_) => Ok(Ask::Stopping),
            Phase::None | Phase::Stopped => Ok(Ask::NotQueued),
        }
    }

    /// As [`hotdesk::store::Store::closing`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn closing(&mut self, user: &UserId, now: Ms) -> Answer<()> {
        self.warm()?;
        if let Phase::Starting { asked } = self.user_phase(user) {
            let asked = asked.min(now.minus(ASKING).plus(CLOSING));
            self.user(user).phase = Phase::Starting { asked };
            self.note_user(user);
        }
        Ok(())
    }

    pub(super) fn dequeue(&mut self, user: &UserId, now: Ms) {
        let row = self.user(user);
        row.phase = Phase::Stopped;
        row.ts = Some(now);
        row.since = None;
        self.note_user(user);
    }

    pub(super) fn enqueue(&mut self, user: &UserId, now: Ms) -> Place {
        let row = self.user(user);
        let mut asked = now;
        if let Phase::Starting { asked: before } = row.phase {
            if !Self::still_asks(before, now) {
                row.since = Some(now);
            }
            asked = before.max(now);
        } else {
            row.ts = Some(now);
        }
        row.phase = Phase::Starting { asked };
        row.since = row.since.or(Some(now));
        self.note_user(user);
        self.dequeue_ghosts(now);
        self.place(user, now)
    }

    /// Takes those who stopped asking out of the queue, longest ago first.
    fn dequeue_ghosts(&mut self, now: Ms) {
        for ghost in self.ghosts(now) {
            self.dequeue(&ghost, now);
        }
    }

    fn ghosts(&self, now: Ms) -> Vec<UserId> {
        if let Some(index) = &self.index {
            return index.asked_before(now.minus(ASKING), GHOSTS);
        }
        let ghosts = self.waiting().filter(|(_, _, asked)| !Self::still_asks(*asked, now));
        let mut ghosts: Vec<_> = ghosts.map(|(name, _, asked)| (asked, name.clone())).collect();
        ghosts.sort();
        ghosts.into_iter().take(GHOSTS).map(|(_, name)| name).collect()
    }

    /// How long somebody in the queue has waited.
    pub(super) fn waited(&self, user: &UserId, now: Ms) -> Duration {
        now.since(self.came(user))
    }

    /// Since when somebody in the queue waits.
    fn came(&self, user: &UserId) -> Ms {
        self.users[user].since.max(self.users[user].ts).unwrap_or_default()
    }

    /// The place of one who waits.
    fn place(&self, user: &UserId, now: Ms) -> Place {
        let own = (self.users[user].since, user);
        let ahead = match &self.index {
            Some(index) => index.ahead(own.0, user),
            None => self.waiting().filter(|(name, row, _)| (row.since, *name) < own).count(),
        };
        let mut boots = self.boots.clone();
        boots.sort();
        Place {
            position: ahead as u64 + 1,
            since: self.came(user),
            booting: self.booting(ahead),
            boot: boots.get(boots.len() / 2).copied(),
            limit: self.limit.filter(|(_, until)| *until > now).map(|(limit, _)| limit),
        }
    }

    /// Since when the box boots that is next after so many: those being woken come first.
    fn booting(&self, ahead: usize) -> Option<Ms> {
        if let Some(index) = &self.index {
            return index.booting(ahead);
        }
        let new = self.arriving.iter().map(|(id, since)| (true, *since, id));
        let waking = self.boxes.iter().filter_map(|(id, machine)| match machine.phase {
            BoxPhase::Waking(since) => Some((false, since, id)),
            _ => None,
        });
        let mut booting: Vec<_> = waking.chain(new).collect();
        booting.sort_unstable();
        booting.get(ahead).map(|(_, since, _)| *since)
    }
}
