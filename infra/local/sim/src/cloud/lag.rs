//! Eventual consistency: what Describe calls show is up to `lag_ms` old, another age for each
//! instance in each call, so that two calls may contradict each other, or time go backwards between
//! them. [docs: eventual-consistency; how late AWS is, and that members of a group are late as
//! instances are, is unverified]
//!
//! Without a lag, nothing is drawn at random and no past is kept.

use super::{
    random::Random,
    sim::Sim,
    view::{Instance, Member},
};

impl Sim {
    /// Sets how old what is shown may be, in ms. What was before now, is not remembered if there
    /// was no lag.
    pub fn set_lag_ms(&mut self, lag_ms: u64) {
        self.settings.lag_ms = lag_ms;
    }

    /// An instance as a reader sees it, if they do.
    pub(super) fn seen_instance(&mut self, id: &str) -> Option<Instance> {
        let moment = moment(&mut self.random, self.now, self.settings.lag_ms);
        self.machines.record(id)?.at(moment)?.instance(id, &self.settings)
    }

    /// EC2 knows the instance, and whoever answers has heard of it.
    pub(super) fn heard_of(&mut self, id: &str) -> bool {
        let moment = moment(&mut self.random, self.now, self.settings.lag_ms);
        self.machines.get(id).is_some_and(|machine| !machine.forgotten && machine.born_at <= moment)
    }

    /// The instances whose ids come after `id`, as a reader sees them.
    pub(super) fn seen_instances(&mut self, id: Option<&str>) -> impl Iterator<Item = Instance> {
        let Self { machines, random, settings, now, .. } = self;
        machines.after(id).filter_map(|(id, record)| {
            record.at(moment(random, *now, settings.lag_ms))?.instance(id, settings)
        })
    }

    /// The members whose ids come after `id`, as a reader sees them.
    pub(super) fn seen_members(&mut self, id: Option<&str>) -> impl Iterator<Item = Member> {
        let Self { machines, random, settings, now, group, .. } = self;
        machines.after(id).filter_map(|(id, record)| {
            let machine = record.at(moment(random, *now, settings.lag_ms))?;
            machine.member_view(id, &group.spec.name, settings)
        })
    }

    /// A member as a reader sees it, if they do.
    pub(super) fn seen_member(&mut self, id: &str) -> Option<Member> {
        let moment = moment(&mut self.random, self.now, self.settings.lag_ms);
        let machine = self.machines.record(id)?.at(moment)?;
        machine.member_view(id, &self.group.spec.name, &self.settings)
    }
}

/// The moment that a reader looks at.
pub(super) fn moment(random: &mut Random, now: u64, lag_ms: u64) -> u64 {
    if lag_ms == 0 {
        return now;
    }
    now.saturating_sub(random.up_to(lag_ms))
}
