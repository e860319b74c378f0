//! What EC2 does to Spot instances. [docs: spot-instance-termination-notices,
//! rebalance-recommendations]

use super::{effect::Effect, events, sim::Sim, view::InstanceState};

/// From the warning to the interruption. [docs: spot-instance-termination-notices]
const WARNING_MS: u64 = 120_000;

/// Why EC2 cannot interrupt an instance.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpotError {
    /// There is none.
    #[error("there is no instance {0}")]
    Unknown(String),
    /// It is On-Demand.
    #[error("the instance {0} is no Spot instance (its group must have `spot`)")]
    OnDemand(String),
    /// It neither runs nor boots.
    #[error("the instance {0} is {state}, neither pending nor running", state = .1.name())]
    Down(String, InstanceState),
}

impl Sim {
    /// Warns that a Spot instance will be interrupted, and terminates it two minutes later; for one
    /// that was warned before, nothing new.
    ///
    /// # Errors
    /// It is no Spot instance that is pending or running; nothing has changed then.
    pub fn interrupt(&mut self, id: &str) -> Result<(), SpotError> {
        self.check_spot(id)?;
        let at = self.now + WARNING_MS;
        let new = self.alter(id, |machine| {
            let new = machine.interrupt_at.is_none();
            machine.interrupt_at.get_or_insert(at);
            new
        });
        if new == Some(true) {
            let event_id = self.random.uuid();
            let event = events::spot_warning(&self.settings, self.now, event_id, id);
            self.effects.push(Effect::Event(event));
        }
        Ok(())
    }

    /// Tells that a Spot instance is at elevated risk of interruption. The group, which has no
    /// Capacity Rebalancing, does nothing about it.
    ///
    /// # Errors
    /// As for [`Sim::interrupt`].
    pub fn recommend_rebalance(&mut self, id: &str) -> Result<(), SpotError> {
        self.check_spot(id)?;
        let event_id = self.random.uuid();
        let event = events::rebalance_recommendation(&self.settings, self.now, event_id, id);
        self.effects.push(Effect::Event(event));
        Ok(())
    }

    fn check_spot(&self, id: &str) -> Result<(), SpotError> {
        let known = self.machines.get(id).filter(|machine| !machine.forgotten);
        let machine = known.ok_or_else(|| SpotError::Unknown(id.into()))?;
        if !machine.spot {
            return Err(SpotError::OnDemand(id.into()));
        }
        if !machine.in_use() {
            return Err(SpotError::Down(id.into(), machine.state));
        }
        Ok(())
    }

    /// The two minutes are over.
    pub(super) fn take_back(&mut self, id: &str) {
        if self.machines.get(id).is_some_and(|machine| machine.in_use()) {
            self.destroy(id);
        }
    }
}
