//! TerminateInstanceInAutoScalingGroup.

use super::{error::AwsError, reply::Reply, sim::Sim};

impl Sim {
    /// Terminates a member, through the terminate hooks; without decrement the group replaces it.
    /// A standby member may go this way too, hooks and all. [docs:
    /// API_TerminateInstanceInAutoScalingGroup; keikoproj/upgrade-manager issue 45]
    pub(super) fn terminate_in_group(
        &mut self,
        id: &str,
        decrement: bool,
    ) -> Result<Reply, AwsError> {
        let member = self.member(id).ok_or_else(|| {
            AwsError::validation(format!(
                "Instance Id not found - No managed instance found for instance ID: {id}"
            ))
        })?;
        let (leaving, counts) = (member.leaving(), member.counts());
        if decrement && !leaving {
            self.shrink_by_one(id, counts)?;
        }
        // A second call for the same instance changes nothing (unverified).
        if !leaving {
            let cause =
                format!("instance {id} was taken out of service in response to a user request.");
            self.begin_terminate(id, &cause);
        }
        Ok(Reply::Activities(self.activity_of(id).cloned().into_iter().collect()))
    }

    fn shrink_by_one(&mut self, id: &str, counts: bool) -> Result<(), AwsError> {
        if !counts {
            // What AWS does for a member that does not count is unverified: refused, so that nobody
            // relies on it.
            return Err(AwsError::validation(format!(
                "The instance {id} does not count towards the desired capacity."
            )));
        }
        let min = self.group.spec.min;
        let after = self.group.desired.checked_sub(1).filter(|after| *after >= min);
        self.group.desired = after.ok_or_else(|| {
            AwsError::validation(format!(
                "Currently, desiredSize equals minSize ({min}). Terminating instance without \
                 replacement will violate group's min size constraint. Either set \
                 shouldDecrementDesiredCapacity flag to false or lower group's min size."
            ))
        })?;
        Ok(())
    }
}
