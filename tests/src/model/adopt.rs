//! Making the store agree with the durable items: adopt and rebuild.

use hotdesk::{
    clock::Ms,
    id::{InstanceId, UserId},
    seats::{Addresses, Seat, Truth, UserState},
    store::{Adopt, Rebuild, Spare},
};

use super::{Answer, BoxPhase, Index, Model, Phase};

impl Model {
    /// As [`hotdesk::store::Store::adopt`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn adopt(&mut self, items: &[Truth], now: Ms) -> Answer<Adopt> {
        self.warm()?;
        let mut sum = Adopt::default();
        for item in items {
            let changed = match item {
                Truth::User(seat, UserState::Closed) => self.adopt_closed(seat, now),
                Truth::User(seat, state) => self.adopt_seat(seat, *state, now, &mut sum.dead),
                Truth::Parked(instance) => self.adopt_box(instance, BoxPhase::Stopping(now), now),
                Truth::Waking(instance) => self.adopt_box(instance, BoxPhase::Waking(now), now),
                Truth::Revoked(user, at) => self.note_revoked(user, *at),
            };
            sum.changed += usize::from(changed);
        }
        Ok(sum)
    }

    /// As [`hotdesk::store::Store::rebuild`].
    pub fn rebuild(&mut self, items: &[Truth], spares: &[Spare], now: Ms) -> Rebuild {
        if self.ready.is_some() {
            return Rebuild::AlreadyReady;
        }
        for user in self.users.values_mut() {
            let keep = match user.phase {
                Phase::Starting { .. } | Phase::Running(_) => true,
                Phase::Stopping(_) => false,
                Phase::None | Phase::Stopped => continue,
            };
            user.phase = Phase::Stopped;
            user.ts = Some(now);
            user.since = user.since.filter(|_| keep);
            user.forget_threats();
        }
        self.index = self.index.as_ref().map(|_| Index::default());
        self.arriving.clear();
        self.boxes.retain(|_, machine| machine.phase == BoxPhase::Gone);
        for item in items {
            if let Truth::User(seat, UserState::Closed) = item {
                let row = self.user(&seat.user);
                row.epoch = row.epoch.max(Some(seat.epoch));
            }
        }
        for item in items {
            if let Truth::User(seat, state) = item
                && *state != UserState::Closed
                && !self.boxes.contains_key(&seat.instance)
            {
                self.put(seat, *state, now);
            }
        }
        for item in items {
            match item {
                Truth::User(..) => {}
                Truth::Revoked(user, at) => drop(self.note_revoked(user, *at)),
                Truth::Parked(i) => self.fill(i, BoxPhase::Stopping(now), None, now),
                Truth::Waking(i) => self.fill(i, BoxPhase::Waking(now), None, now),
            }
        }
        for spare in spares {
            self.fill(&spare.instance, BoxPhase::Spare, Some(&spare.addresses), now);
        }
        self.ready = Some(now);
        Rebuild::Rebuilt
    }

    fn fill(
        &mut self,
        instance: &InstanceId,
        phase: BoxPhase,
        addresses: Option<&Addresses>,
        now: Ms,
    ) {
        if !self.boxes.contains_key(instance) {
            self.set(instance, phase, now);
            if let Some(machine) = self.boxes.get_mut(instance) {
                machine.addresses = addresses.cloned();
            }
        }
    }

    fn adopt_closed(&mut self, seat: &Seat, now: Ms) -> bool {
        let row = self.user(&seat.user).clone();
        let held = matches!(row.phase, Phase::Running(_) | Phase::Stopping(_));
        if held && row.epoch <= Some(seat.epoch) {
            self.loosen(&seat.user, None, now);
        } else if row.epoch >= Some(seat.epoch) {
            return false;
        }
        self.user(&seat.user).epoch = Some(seat.epoch);
        true
    }

    fn adopt_seat(
        &mut self,
        seat: &Seat,
        state: UserState,
        now: Ms,
        dead: &mut Vec<UserId>,
    ) -> bool {
        let row = self.users.get(&seat.user).cloned().unwrap_or_default();
        if self.phase(&seat.instance) == Some(BoxPhase::Gone) {
            dead.push(seat.user.clone());
            return false;
        }
        let wanted = match state {
            UserState::Open => Phase::Running(seat.instance.clone()),
            _ => Phase::Stopping(seat.instance.clone()),
        };
        if row.phase == wanted && row.epoch == Some(seat.epoch) {
            return false;
        }
        self.loosen(&seat.user, Some(&seat.instance), now);
        self.seize(&seat.instance, Some(&seat.user), now);
        self.put(seat, state, now);
        true
    }

    fn adopt_box(&mut self, instance: &InstanceId, wanted: BoxPhase, now: Ms) -> bool {
        match (self.phase(instance), wanted) {
            (Some(BoxPhase::Gone), _)
            | (Some(BoxPhase::Stopping(_) | BoxPhase::Standby(_)), BoxPhase::Stopping(_))
            | (Some(BoxPhase::Waking(_)), BoxPhase::Waking(_)) => return false,
            _ => {}
        }
        self.seize(instance, None, now);
        self.set(instance, wanted, now);
        true
    }

    /// Frees a user from what the store thinks they have or wait for, unless it is `but`.
    fn loosen(&mut self, user: &UserId, but: Option<&InstanceId>, now: Ms) {
        match self.user_phase(user) {
            Phase::Starting { .. } => self.dequeue(user, now),
            Phase::Running(instance) if Some(&instance) != but => {
                self.forget_box(&instance);
                self.unseat(user, now, false);
            }
            Phase::Stopping(instance) if Some(&instance) != but => self.unseat(user, now, false),
            _ => {}
        }
    }

    /// Takes a box from anybody but `user`.
    fn seize(&mut self, instance: &InstanceId, user: Option<&UserId>, now: Ms) {
        if let Some((other, running)) = self.holder(instance)
            && Some(&other) != user
        {
            self.unseat(&other, now, running);
        }
    }

    fn put(&mut self, seat: &Seat, state: UserState, now: Ms) {
        let known =
            self.boxes.get(&seat.instance).and_then(|b| b.addresses.clone()).unwrap_or_default();
        let or = |new: &String, old: String| if new.is_empty() { old } else { new.clone() };
        let addresses = Addresses {
            public_ip: or(&seat.addresses.public_ip, known.public_ip),
            private_ip: or(&seat.addresses.private_ip, known.private_ip),
        };
        match (state, self.phase(&seat.instance)) {
            (UserState::Open, _) => self.set(&seat.instance, BoxPhase::Running, seat.since),
            (_, Some(BoxPhase::Stopping(_))) => {}
            _ => self.set(&seat.instance, BoxPhase::Stopping(now), now),
        }
        if let Some(machine) = self.boxes.get_mut(&seat.instance) {
            machine.addresses = Some(addresses);
        }
        let row = self.user(&seat.user);
        row.ts = Some(now);
        row.epoch = Some(seat.epoch);
        row.since = Some(seat.since);
        row.forget_threats();
        row.phase = Phase::Stopping(seat.instance.clone());
        if state == UserState::Open {
            row.phase = Phase::Running(seat.instance.clone());
            self.see(&seat.user, now);
        }
        self.note_user(&seat.user);
    }
}
