//! The homes and the ledger in memory.

use hotdesk::{
    clock::Ms,
    homes::Home,
    id::{Epoch, InstanceId, UserId},
    ledger::{End, Session},
    seats::{Answer, SeatsError, Write},
};

use super::table::Table;

/// What a box costs an hour in memory: nothing.
const PRICE: u64 = 0;

impl Table {
    pub(super) fn home(&self, user: &UserId) -> Option<Home> {
        self.homes.get(user).cloned()
    }

    pub(super) fn homes(&self, users: &[UserId]) -> Vec<Home> {
        let mut users: Vec<&UserId> = users.iter().collect();
        users.sort();
        users.dedup();
        users.into_iter().filter_map(|user| self.home(user)).collect()
    }

    pub(super) fn save_home(&mut self, home: &Home) -> Write {
        if self.homes.get(&home.user).map_or(0, |there| there.rev) != home.rev {
            return Write::Refused;
        }
        self.set_home(home.clone());
        Write::Done
    }

    /// Those of the same time in the order of their names.
    pub(super) fn due_homes(&self, now: Ms, limit: usize) -> Vec<UserId> {
        let due = self.due.iter().take_while(|(due, _)| *due <= now);
        due.take(limit.max(1)).map(|(_, user)| user.clone()).collect()
    }

    pub(super) fn sessions(&self, user: &UserId, limit: usize) -> Vec<Session> {
        let all = (user.clone(), Epoch(0))..=(user.clone(), Epoch(u64::MAX));
        let newest = self.sessions.range(all).rev().map(|(_, session)| session);
        newest.take(limit.max(1)).cloned().collect()
    }

    /// The home as a seat wants it that is opened; `None` if that wants it already.
    pub(super) fn wanted(
        &self,
        user: &UserId,
        instance: &InstanceId,
        epoch: Epoch,
        due: Ms,
    ) -> Answer<Option<Home>> {
        let home = self.home(user).unwrap_or_else(|| Home::new(user.clone()));
        // A record that is not there yet has no epoch, not even that of 0.
        if home.rev == 0 || home.epoch < epoch {
            let instance = Some(instance.clone());
            return Ok(Some(Home { epoch, instance, due: Some(due), ..home }));
        }
        if home.epoch == epoch && home.instance.as_ref() == Some(instance) {
            return Ok(None);
        }
        Err(SeatsError::home_ahead(user))
    }

    /// The home as a seat leaves it that is closed; `None` if that has left it already.
    pub(super) fn left(&self, end: &End) -> Answer<Option<Home>> {
        let (user, ended) = (&end.seat.user, end.seat.epoch);
        let home = self.home(user).unwrap_or_else(|| Home::new(user.clone()));
        if home.ended < ended {
            let home = Home { ended, ended_at: end.at, due: Some(end.at), ..home };
            return Ok(Some(match end.was_at_home() {
                true => Home { used: true, mounted: ended, ..home },
                false => home,
            }));
        }
        if home.ended == ended {
            return Ok(None);
        }
        Err(SeatsError::home_ahead(user))
    }

    pub(super) fn forget_sessions(&mut self, kept: usize) {
        let (mut of, mut newer) = (None, 0);
        let keys: Vec<(UserId, Epoch)> = self.sessions.keys().cloned().collect();
        for key in keys.into_iter().rev() {
            newer = if of.as_ref() == Some(&key.0) { newer + 1 } else { 0 };
            if newer >= kept {
                self.sessions.remove(&key);
            }
            of = Some(key.0);
        }
    }

    pub(super) fn enter(&mut self, end: &End) {
        let key = (end.seat.user.clone(), end.seat.epoch);
        self.sessions.insert(key, Session::of(end, PRICE));
    }

    pub(super) fn set_home(&mut self, home: Home) {
        let next = Home { rev: home.rev + 1, ..home };
        if let Some(due) = self.homes.get(&next.user).and_then(|was| was.due) {
            self.due.remove(&(due, next.user.clone()));
        }
        self.due.extend(next.due.map(|due| (due, next.user.clone())));
        self.homes.insert(next.user.clone(), next);
    }
}
