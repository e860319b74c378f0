//! Steps that boxes cause: admit, retire, orphan, finish, wake, drop, evict, demand.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    id::{InstanceId, UserId},
    seats::Addresses,
    store::{Admit, Demand, Dropped, Evict, FinishStop, Limit, REST, Stop, View, Warn, Warning},
};

use super::{Answer, BoxPhase, Model, Phase};

impl Model {
    /// As [`hotdesk::store::Store::admit`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn admit(
        &mut self,
        instance: &InstanceId,
        addresses: &Addresses,
        now: Ms,
    ) -> Answer<Admit> {
        self.warm()?;
        if !matches!(self.phase(instance), None | Some(BoxPhase::Waking(_))) {
            return Ok(Admit::Known);
        }
        self.set(instance, BoxPhase::Spare, now);
        if let Some(machine) = self.boxes.get_mut(instance) {
            machine.addresses = Some(addresses.clone());
        }
        while let Some(user) = self.first_in_queue() {
            let Phase::Starting { asked } = self.user_phase(&user) else {
                unreachable!("who is in the queue waits")
            };
            if Self::still_asks(asked, now) {
                let waited = self.waited(&user, now);
                return Ok(Admit::AssignedTo { seat: self.assign(&user, instance, now), waited });
            }
            self.dequeue(&user, now);
        }
        Ok(Admit::Pooled)
    }

    /// As [`hotdesk::store::Store::retire`]; `chosen` are the spares that the store chose.
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn retire(&mut self, chosen: &[InstanceId], now: Ms) -> Answer<Vec<Stop>> {
        self.warm()?;
        let stop = |instance: &InstanceId| {
            self.set(instance, BoxPhase::Stopping(now), now);
            Stop { instance: instance.clone(), stamp: now }
        };
        Ok(chosen.iter().map(stop).collect())
    }

    /// As [`hotdesk::store::Store::orphan`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn orphan(&mut self, instance: &InstanceId, now: Ms) -> Answer<Option<Stop>> {
        self.warm()?;
        let stamp = match self.phase(instance) {
            Some(BoxPhase::Running | BoxPhase::Gone) => return Ok(None),
            Some(BoxPhase::Stopping(stamp)) => stamp,
            _ => {
                self.set(instance, BoxPhase::Stopping(now), now);
                now
            }
        };
        Ok(Some(Stop { instance: instance.clone(), stamp }))
    }

    /// As [`hotdesk::store::Store::finish_stop`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn finish_stop(&mut self, instance: &InstanceId, stamp: Ms, now: Ms) -> Answer<FinishStop> {
        self.warm()?;
        if self.phase(instance) != Some(BoxPhase::Stopping(stamp)) {
            return Ok(FinishStop::AlreadyGone);
        }
        if let Some((user, false)) = self.holder(instance) {
            self.unseat(&user, now, false);
        }
        self.set(instance, BoxPhase::Standby(now), now);
        Ok(FinishStop::Finished)
    }

    /// As [`hotdesk::store::Store::wake`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn wake(&mut self, n: usize, now: Ms) -> Answer<Vec<InstanceId>> {
        self.warm()?;
        let rested = |(id, machine): (&InstanceId, &super::Machine)| match machine.phase {
            BoxPhase::Standby(since) if since <= now.minus(REST) => Some((since, id.clone())),
            _ => None,
        };
        let mut rested: Vec<_> = self.boxes.iter().filter_map(rested).collect();
        rested.sort();
        let woken: Vec<InstanceId> = rested.into_iter().take(n).map(|(_, id)| id).collect();
        for instance in &woken {
            self.set(instance, BoxPhase::Waking(now), now);
        }
        Ok(woken)
    }

    /// As [`hotdesk::store::Store::drop_box`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn drop_box(&mut self, instance: &InstanceId, now: Ms) -> Answer<Dropped> {
        self.warm()?;
        if !matches!(self.phase(instance), Some(BoxPhase::Standby(_))) {
            return Ok(Dropped::AlreadyGone);
        }
        self.gone(instance, now);
        Ok(Dropped::Dropped)
    }

    /// As [`hotdesk::store::Store::evict`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn evict(&mut self, instance: &InstanceId, now: Ms) -> Answer<Evict> {
        self.warm()?;
        let known = match self.phase(instance) {
            Some(BoxPhase::Gone) => return Ok(Evict::Unknown),
            phase => phase.is_some(),
        };
        let holder = self.holder(instance);
        self.gone(instance, now);
        if let Some((user, running)) = holder {
            self.unseat(&user, now, running);
            let epoch = self.users[&user].epoch.unwrap_or_default();
            return Ok(Evict::WasAssigned { user, epoch });
        }
        Ok(if known { Evict::WasSpare } else { Evict::Unknown })
    }

    /// As [`hotdesk::store::Store::demand`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn demand(&self, now: Ms) -> Answer<Demand> {
        self.warm()?;
        let asks = |phase: &Phase| matches!(phase, Phase::Starting { asked } if Self::still_asks(*asked, now));
        let view = self.view()?;
        let waiting: Vec<UserId> =
            self.queue().into_iter().filter(|user| asks(&self.user_phase(user))).collect();
        Ok(Demand {
            active: self.users.values().filter(|u| matches!(u.phase, Phase::Running(_))).count(),
            waiting: waiting.len(),
            pool: view.pool.len(),
            stopping: view.stopping.len(),
            standby: view.standby.len(),
            waking: view.waking.len(),
            longest: waiting.iter().map(|user| self.waited(user, now)).max().unwrap_or_default(),
            spares: self.spares.filter(|(_, until)| *until > now).map(|(spares, _)| spares),
        })
    }

    /// As [`hotdesk::store::Store::view`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn view(&self) -> Answer<View> {
        self.warm()?;
        let mut view = View { arriving: self.arriving.clone(), ..View::default() };
        for (id, machine) in &self.boxes {
            match machine.phase {
                BoxPhase::Spare => view.pool.push(id.clone()),
                BoxPhase::Stopping(at) => drop(view.stopping.insert(id.clone(), at)),
                BoxPhase::Standby(at) => drop(view.standby.insert(id.clone(), at)),
                BoxPhase::Waking(at) => drop(view.waking.insert(id.clone(), at)),
                BoxPhase::Running | BoxPhase::Gone => {}
            }
        }
        Ok(view)
    }

    /// As [`hotdesk::store::Store::arriving`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn arriving(&mut self, instances: &[InstanceId], now: Ms) -> Answer<()> {
        self.warm()?;
        for instance in instances {
            if !self.boxes.contains_key(instance) {
                let since = *self.arriving.entry(instance.clone()).or_insert(now);
                if let Some(index) = &mut self.index {
                    index.note_arriving(instance, since);
                }
            }
        }
        Ok(())
    }

    /// As [`hotdesk::store::Store::booted`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn booted(&mut self, took: Duration) -> Answer<()> {
        self.warm()?;
        self.boots.insert(0, took);
        self.boots.truncate(16);
        Ok(())
    }

    /// As [`hotdesk::store::Store::boots`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn boots(&self) -> Answer<Vec<Duration>> {
        self.warm()?;
        Ok(self.boots.clone())
    }

    /// As [`hotdesk::store::Store::want`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn want(&mut self, spares: usize, until: Ms) -> Answer<()> {
        self.warm()?;
        self.spares = Some((spares, until));
        Ok(())
    }

    /// As [`hotdesk::store::Store::warn`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn warn(&mut self, instance: &InstanceId, warning: Warning) -> Answer<Warn> {
        self.warm()?;
        match self.holder(instance) {
            Some((user, true)) => {
                self.user(&user).warning = Some(warning);
                Ok(Warn::Warned(user))
            }
            _ => Ok(Warn::AlreadyGone),
        }
    }

    /// As [`hotdesk::store::Store::constrain`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn constrain(&mut self, limit: Option<Limit>, until: Ms) -> Answer<()> {
        self.warm()?;
        self.limit = limit.map(|limit| (limit, until));
        Ok(())
    }

    /// As [`hotdesk::store::Store::walk`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn walk(&self) -> Answer<Option<String>> {
        self.warm()?;
        Ok(self.walk.clone().filter(|at| !at.is_empty()))
    }

    /// As [`hotdesk::store::Store::walk_to`].
    ///
    /// # Errors
    /// [`super::Cold`].
    pub fn walk_to(&mut self, next: Option<&str>) -> Answer<()> {
        self.warm()?;
        self.walk = Some(next.unwrap_or_default().to_owned());
        Ok(())
    }

    fn gone(&mut self, instance: &InstanceId, now: Ms) {
        self.forget_box(instance);
        self.set(instance, BoxPhase::Gone, now);
    }
}
