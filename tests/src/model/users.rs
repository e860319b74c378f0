//! Steps that users cause: claim, ask, touch, leave, and what the reaper decides of them.

use hotdesk::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::Seat,
    store::{Ask, BeginStop, Claim, Idle, Leave, Place, Stop, Touch},
};

use super::{Answer, BoxPhase, Model, Phase, Pick};

impl Model {
    /// As [`hotdesk::store::Store::claim`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn claim(&mut self, user: &UserId, now: Ms, pick: Pick<'_>) -> Answer<Claim> {
        self.warm()?;
        match self.user_phase(user) {
            Phase::Running(_) => {
                self.see(user, now);
                Ok(Claim::Running(self.seat(user)))
            }
            Phase::Stopping(_) => Ok(Claim::Stopping),
            Phase::None | Phase::Stopped | Phase::Starting { .. } => {
                let pool = self.pool();
                if pool.is_empty() {
                    return Ok(Claim::Waiting(self.enqueue(user, now)));
                }
                Ok(Claim::Assigned(self.assign(user, &pick(&pool), now)))
            }
        }
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

    /// As [`hotdesk::store::Store::touch`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn touch(
        &mut self,
        user: &UserId,
        instance: &InstanceId,
        epoch: Epoch,
        now: Ms,
    ) -> Answer<Touch> {
        self.warm()?;
        if self.runs(user, epoch).as_ref() != Some(instance) {
            return Ok(Touch::Stale);
        }
        self.see(user, now);
        Ok(Touch::Ok(self.users[user].warning))
    }

    /// As [`hotdesk::store::Store::idle`], without its limit.
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn idle(&self, cutoff: Ms) -> Answer<Vec<Idle>> {
        self.warm()?;
        let idle = self.users.iter().filter_map(|(name, user)| {
            let last_seen = user.last_seen.filter(|seen| *seen < cutoff)?;
            matches!(user.phase, Phase::Running(_))
                .then(|| Idle { seat: self.seat(name), last_seen })
        });
        let mut idle: Vec<Idle> = idle.collect();
        idle.sort_by(|a, b| (a.last_seen, &a.seat.user).cmp(&(b.last_seen, &b.seat.user)));
        Ok(idle)
    }

    /// As [`hotdesk::store::Store::begin_stop`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn begin_stop(
        &mut self,
        user: &UserId,
        epoch: Epoch,
        cutoff: Ms,
        now: Ms,
    ) -> Answer<BeginStop> {
        self.warm()?;
        if self.runs(user, epoch).is_none() {
            return Ok(BeginStop::AlreadyGone);
        }
        if self.users[user].last_seen >= Some(cutoff) {
            return Ok(BeginStop::Revived);
        }
        Ok(BeginStop::Begun(self.begin(user, now)))
    }

    /// As [`hotdesk::store::Store::leave`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn leave(&mut self, user: &UserId, epoch: Epoch, now: Ms) -> Answer<Leave> {
        self.warm()?;
        if let Phase::Starting { .. } = self.user_phase(user) {
            self.dequeue(user, now);
            return Ok(Leave::Left);
        }
        if self.runs(user, epoch).is_none() {
            return Ok(Leave::AlreadyGone);
        }
        Ok(Leave::Begun(self.begin(user, now)))
    }

    fn begin(&mut self, user: &UserId, now: Ms) -> Stop {
        let Phase::Running(instance) = self.user_phase(user) else {
            unreachable!("runs() said so")
        };
        self.set(&instance, BoxPhase::Stopping(now), now);
        let row = self.user(user);
        row.phase = Phase::Stopping(instance.clone());
        row.ts = Some(now);
        Stop { instance, stamp: now }
    }

    fn runs(&self, user: &UserId, epoch: Epoch) -> Option<InstanceId> {
        match self.users.get(user) {
            Some(row) if row.epoch == Some(epoch) => match &row.phase {
                Phase::Running(instance) => Some(instance.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    pub(super) fn see(&mut self, user: &UserId, now: Ms) {
        let row = self.user(user);
        row.last_seen = row.last_seen.max(Some(now));
    }

    pub(super) fn seat(&self, user: &UserId) -> Seat {
        let row = &self.users[user];
        let Phase::Running(instance) = &row.phase else {
            unreachable!("only running users have seats")
        };
        Seat {
            user: user.clone(),
            instance: instance.clone(),
            epoch: row.epoch.unwrap_or_default(),
            since: row.since.unwrap_or_default(),
            addresses: self.boxes[instance].addresses.clone().unwrap_or_default(),
        }
    }

    pub(super) fn assign(&mut self, user: &UserId, instance: &InstanceId, now: Ms) -> Seat {
        let row = self.user(user);
        let epoch = row.epoch.map_or(0, |e| e.0 + 1).max(now.0).max(1);
        row.phase = Phase::Running(instance.clone());
        row.epoch = Some(Epoch(epoch));
        row.ts = Some(now);
        row.since = Some(now);
        row.warning = None;
        self.see(user, now);
        self.set(instance, BoxPhase::Running, now);
        self.seat(user)
    }

    pub(super) fn dequeue(&mut self, user: &UserId, now: Ms) {
        let row = self.user(user);
        row.phase = Phase::Stopped;
        row.ts = Some(now);
        row.since = None;
    }

    fn enqueue(&mut self, user: &UserId, now: Ms) -> Place {
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
        let place = self.queue().iter().position(|name| name == user);
        self.place(place.map_or(0, |n| n as u64 + 1), now)
    }

    /// Ends a user's hold on a box; with `keep`, `since` stays.
    pub(super) fn unseat(&mut self, user: &UserId, now: Ms, keep: bool) {
        let row = self.user(user);
        row.phase = Phase::Stopped;
        row.ts = Some(now);
        row.warning = None;
        if !keep {
            row.since = None;
        }
    }
}
