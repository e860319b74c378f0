//! The calls of EC2 that change the state of instances. A batch is done whole or not at all.
//! [docs: API_TerminateInstances, "none of the instances are terminated"]

use std::collections::BTreeSet;

use super::{
    calls::Reply,
    error::AwsError,
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
            Self::boot,
        )
    }

    pub(super) fn stop_instances(&mut self, ids: &[String]) -> Result<Reply, AwsError> {
        self.change(
            ids,
            |id, state, ran| match state {
                InstanceState::Running => Ok(true),
                InstanceState::Pending if ran => Ok(true),
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
            Self::halt,
        )
    }

    pub(super) fn terminate_instances(&mut self, ids: &[String]) -> Result<Reply, AwsError> {
        self.change(
            ids,
            |_, state, _| {
                Ok(!matches!(state, InstanceState::ShuttingDown | InstanceState::Terminated))
            },
            Self::destroy,
        )
    }

    /// Does `act` to every instance for which `wanted` (by id, state and whether it ever ran) says
    /// yes, unless it objects to one of them.
    fn change(
        &mut self,
        ids: &[String],
        wanted: impl Fn(&str, InstanceState, bool) -> Result<bool, AwsError>,
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
            plan.push((wanted(&id, machine.state, machine.ran)?, machine.state, id));
        }
        let changes = plan.into_iter().map(|(wanted, previous, id)| {
            if wanted {
                act(self, &id);
            }
            let current = self.machines.get(&id).map_or(previous, |machine| machine.state);
            StateChange { id, previous, current }
        });
        Ok(Reply::StateChanges(changes.collect()))
    }

    /// The ids, each once, if EC2 knows all of them. Not to know one is no proof that it never was.
    /// [docs: eventual-consistency; the error codes: errors-overview]
    pub(super) fn known_instances(&self, ids: &[String]) -> Result<Vec<String>, AwsError> {
        let unique = each_once(ids);
        if let Some(id) = unique.iter().find(|id| !well_formed(id)) {
            return Err(AwsError::client(
                "InvalidInstanceID.Malformed",
                format!("Invalid id: \"{id}\""),
            ));
        }
        let unknown = |id: &&String| self.machines.get(*id).is_none_or(|found| found.forgotten);
        let missing: Vec<&str> = unique.iter().filter(unknown).map(String::as_str).collect();
        let message = match missing.as_slice() {
            [] => return Ok(unique),
            [id] => format!("The instance ID '{id}' does not exist"),
            ids => format!("The instance IDs '{}' do not exist", ids.join(", ")),
        };
        Err(AwsError::client("InvalidInstanceID.NotFound", message))
    }
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
