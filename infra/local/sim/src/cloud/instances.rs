//! The calls of EC2 that change the state of instances. A batch is done whole or not at all.
//! [docs: API_TerminateInstances, "none of the instances are terminated"]

use super::{
    error::AwsError,
    ids::Resource,
    machine::Machine,
    reply::Reply,
    sim::Sim,
    view::{InstanceState, StateChange},
};

impl Sim {
    pub(super) fn start_instances(&mut self, ids: &[String]) -> Result<Reply, AwsError> {
        self.change(
            ids,
            |id, state, _| match state {
                InstanceState::Pending | InstanceState::Running => Ok(false),
                InstanceState::Stopped => Ok(true),
                // That `stopping` is refused is not documented; users report it, with this sentence.
                InstanceState::Stopping
                | InstanceState::ShuttingDown
                | InstanceState::Terminated => Err(AwsError::client(
                    "IncorrectInstanceState",
                    format!("The instance '{id}' is not in a state from which it can be started."),
                )),
            },
            Self::room_to_start,
            Self::boot,
        )
    }

    pub(super) fn stop_instances(&mut self, ids: &[String]) -> Result<Reply, AwsError> {
        self.change(
            ids,
            |id, state, Machine { ran, spot, .. }| match state {
                // With this sentence, also for instances of a group: cloud-custodian/
                // cloud-custodian issue 8003.
                InstanceState::Running | InstanceState::Pending if *spot => Err(AwsError::client(
                    "UnsupportedOperation",
                    format!(
                        "You can't stop the Spot Instance '{id}' because it is associated with a \
                         one-time Spot Instance request. You can only stop Spot Instances \
                         associated with persistent Spot Instance requests."
                    ),
                )),
                InstanceState::Running => Ok(true),
                InstanceState::Pending if *ran => Ok(true),
                InstanceState::Stopping | InstanceState::Stopped => Ok(false),
                // cloud-custodian/cloud-custodian pull request 6014, with this sentence.
                InstanceState::Pending => Err(AwsError::client(
                    "IncorrectInstanceState",
                    format!(
                        "Instance '{id}' cannot be stopped as it has never reached the 'running' \
                         state."
                    ),
                )),
                InstanceState::ShuttingDown | InstanceState::Terminated => Err(AwsError::client(
                    "IncorrectInstanceState",
                    format!("The instance '{id}' is not in a state from which it can be stopped."),
                )),
            },
            |_, _| Ok(()),
            Self::halt,
        )
    }

    pub(super) fn terminate_instances(&mut self, ids: &[String]) -> Result<Reply, AwsError> {
        self.change(
            ids,
            |_, state, _| {
                Ok(!matches!(state, InstanceState::ShuttingDown | InstanceState::Terminated))
            },
            |_, _| Ok(()),
            Self::destroy,
        )
    }

    /// Does `act` to every instance for which `wanted` says yes, unless it objects to one of them,
    /// or `possible` to all that are wanted.
    fn change(
        &mut self,
        ids: &[String],
        wanted: impl Fn(&str, InstanceState, &Machine) -> Result<bool, AwsError>,
        possible: impl Fn(&Self, &[String]) -> Result<(), AwsError>,
        act: impl Fn(&mut Self, &str),
    ) -> Result<Reply, AwsError> {
        if ids.is_empty() {
            return Err(AwsError::client(
                "MissingParameter",
                "The request must contain the parameter InstanceId",
            ));
        }
        let ids = self.known_instances(ids)?;
        let mut plan = Vec::new();
        for id in ids {
            let Some(machine) = self.machines.get(&id) else { continue };
            plan.push((wanted(&id, machine.state, machine)?, machine.state, id));
        }
        let chosen = plan.iter().filter(|(wanted, ..)| *wanted).map(|(.., id)| id.clone());
        possible(self, &chosen.collect::<Vec<_>>())?;
        let changes = plan.into_iter().map(|(wanted, previous, id)| {
            if wanted {
                act(self, &id);
            }
            let current = self.machines.get(&id).map_or(previous, |machine| machine.state);
            StateChange { id, previous, current }
        });
        Ok(Reply::StateChanges(changes.collect()))
    }

    /// The ids, each once, if EC2 knows all of them.
    pub(super) fn known_instances(&mut self, ids: &[String]) -> Result<Vec<String>, AwsError> {
        let unique = Resource::Instance.well_formed(ids)?;
        let mut missing = unique.clone();
        missing.retain(|id| !self.heard_of(id));
        if missing.is_empty() { Ok(unique) } else { Err(Resource::Instance.not_found(&missing)) }
    }
}
