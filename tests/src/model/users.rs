//! Steps that users cause: claim, touch, stay, leave, and what the reaper decides of them.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    seats::{KEPT_REVOKED, Seat},
    store::{
        BeginStop, Claim, Expire, Idle, Leave, Revoke, Stop, Threat, Touch, Warning, Workspace,
    },
};

use super::{Answer, BoxPhase, Model, Phase, Pick, User};

impl User {
    /// What ends with a seat.
    pub(super) fn forget_threats(&mut self) {
        (self.warning, self.ends, self.stayed) = (None, None, None);
    }

    fn threat(&self) -> Option<Warning> {
        let lifetime = |at| Warning { threat: Threat::Lifetime, at };
        self.warning.or(self.ends.map(lifetime))
    }
}

impl Model {
    /// As [`hotdesk::store::Store::claim`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn claim(&mut self, user: &UserId, began: Ms, now: Ms, pick: Pick<'_>) -> Answer<Claim> {
        self.warm()?;
        if self.revoked.get(user).is_some_and(|at| *at >= began) {
            return Ok(Claim::Revoked);
        }
        match self.user_phase(user) {
            Phase::Running(_) => {
                self.see(user, now);
                Ok(Claim::Running(self.seat(user)))
            }
            Phase::Stopping(_) => Ok(Claim::Stopping),
            phase @ (Phase::None | Phase::Stopped | Phase::Starting { .. }) => {
                if !matches!(phase, Phase::Starting { .. }) {
                    self.count_login(now);
                }
                let pool = self.pool();
                if pool.is_empty() {
                    return Ok(Claim::Waiting(self.enqueue(user, now)));
                }
                Ok(Claim::Assigned(self.assign(user, &pick(&pool), now)))
            }
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
        Ok(Touch::Ok(self.users[user].threat()))
    }

    /// As [`hotdesk::store::Store::stay`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn stay(
        &mut self,
        user: &UserId,
        instance: &InstanceId,
        epoch: Epoch,
        now: Ms,
    ) -> Answer<Touch> {
        if self.touch(user, instance, epoch, now)? == Touch::Stale {
            return Ok(Touch::Stale);
        }
        let row = self.user(user);
        row.stayed = row.stayed.max(Some(now));
        row.ends = None;
        Ok(Touch::Ok(row.threat()))
    }

    /// As [`hotdesk::store::Store::workspace`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn workspace(&self, user: &UserId) -> Answer<Workspace> {
        self.warm()?;
        Ok(match self.user_phase(user) {
            Phase::None | Phase::Stopped => Workspace::Stopped,
            Phase::Starting { .. } => Workspace::Starting,
            Phase::Stopping(_) => Workspace::Stopping,
            Phase::Running(instance) => {
                let row = &self.users[user];
                Workspace::Running {
                    epoch: row.epoch.unwrap_or_default(),
                    instance,
                    since: row.since.unwrap_or_default(),
                    renewed: row.since.max(row.stayed).unwrap_or_default(),
                    last_seen: row.last_seen.unwrap_or_default(),
                    warning: row.threat(),
                }
            }
        })
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

    /// As [`hotdesk::store::Store::expire`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn expire(
        &mut self,
        user: &UserId,
        epoch: Epoch,
        longest: Duration,
        notice: Duration,
        now: Ms,
    ) -> Answer<Expire> {
        self.warm()?;
        if self.runs(user, epoch).is_none() {
            return Ok(Expire::AlreadyGone);
        }
        let row = self.user(user);
        let over = row.since.max(row.stayed).unwrap_or_default().plus(longest);
        if now.plus(notice) < over {
            row.ends = None;
            return Ok(Expire::NotYet);
        }
        let ends = *row.ends.get_or_insert(over.max(now.plus(notice)));
        if now < ends {
            return Ok(Expire::Warned(ends));
        }
        Ok(Expire::Begun(self.begin(user, now)))
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

    /// As [`hotdesk::store::Store::revoke`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn revoke(&mut self, user: &UserId, now: Ms) -> Answer<Revoke> {
        self.warm()?;
        self.revoked.retain(|_, at| *at > now.minus(KEPT_REVOKED));
        self.note_revoked(user, now);
        Ok(match self.user_phase(user) {
            Phase::Starting { .. } => {
                self.dequeue(user, now);
                Revoke::Left
            }
            Phase::Running(_) => Revoke::Begun(self.begin(user, now)),
            Phase::None | Phase::Stopped | Phase::Stopping(_) => Revoke::Nothing,
        })
    }

    /// As [`hotdesk::store::Store::revoked`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn revoked(&self, user: &UserId) -> Answer<Option<Ms>> {
        self.warm()?;
        Ok(self.revoked.get(user).copied())
    }

    /// Whether that is news.
    pub(super) fn note_revoked(&mut self, user: &UserId, at: Ms) -> bool {
        let known = self.revoked.insert(user.clone(), at);
        match known.filter(|known| *known >= at) {
            Some(known) => {
                self.revoked.insert(user.clone(), known);
                false
            }
            None => true,
        }
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
        row.forget_threats();
        self.note_user(user);
        self.see(user, now);
        self.set(instance, BoxPhase::Running, now);
        self.seat(user)
    }

    /// Ends a user's hold on a box; with `keep`, `since` stays.
    pub(super) fn unseat(&mut self, user: &UserId, now: Ms, keep: bool) {
        let row = self.user(user);
        row.phase = Phase::Stopped;
        row.ts = Some(now);
        row.forget_threats();
        if !keep {
            row.since = None;
        }
        self.note_user(user);
    }
}
