//! The calls of EC2 that change the state of instances. A batch is done whole or not at all.
//! [docs: API_TerminateInstances, "none of the instances are terminated"]

use std::collections::BTreeSet;

use super::{
    calls::Reply,
    error::AwsError,
    machine::Machine,
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
        let unique = well_formed_ids(ids)?;
        let mut missing = unique.clone();
        missing.retain(|id| !self.heard_of(id));
        if missing.is_empty() { Ok(unique) } else { Err(not_found(&missing)) }
    }
}

/// The ids, each once, if they can be ids.
pub(super) fn well_formed_ids(ids: &[String]) -> Result<Vec<String>, AwsError> {
    let unique = each_once(ids);
    match unique.iter().find(|id| !well_formed(id)) {
        None => Ok(unique),
        Some(id) => {
            let message = format!("Invalid id: \"{id}\"");
            Err(AwsError::client("InvalidInstanceID.Malformed", message))
        }
    }
}

/// Not to know an instance is no proof that it never was, nor that it will not be. [docs:
/// eventual-consistency; the error codes: errors-overview]
pub(super) fn not_found(missing: &[String]) -> AwsError {
    let message = match missing {
        [id] => format!("The instance ID '{id}' does not exist"),
        ids => format!("The instance IDs '{}' do not exist", ids.join(", ")),
    };
    AwsError::client("InvalidInstanceID.NotFound", message)
}

/// `i-` and 8 or 17 lower-case hexadecimal digits. [docs: resource-ids]
fn well_formed(id: &str) -> bool {
    id.strip_prefix("i-").is_some_and(|digits| {
        matches!(digits.len(), 8 | 17)
            && digits.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// Without repetitions, in the order of the request.
pub(super) fn each_once(ids: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    ids.iter().filter(|id| seen.insert(*id)).cloned().collect()
}
