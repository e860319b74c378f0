//! Into standby and out of it. [docs: as-enter-exit-standby, API_EnterStandby, API_ExitStandby]
//!
//! No lifecycle hook runs on the way in (unverified) or on the way out [aws-samples/
//! aws-codedeploy-samples issue 30, AWS's answer]. In standby a member does not count, its health
//! is not checked, and it stays a member even if EC2 terminates it (unverified: nothing says that
//! the group notices).

use super::{
    activity::ActivityStatus, error::AwsError, parameters::Process, reply::Reply, sim::Sim,
    view::Lifecycle,
};

/// [docs: API_EnterStandby, "up to 20 instances"]
const BATCH: usize = 20;

impl Sim {
    pub(super) fn enter_standby(
        &mut self,
        group: &str,
        ids: &[String],
        decrement: bool,
    ) -> Result<Reply, AwsError> {
        self.known_group(group)?;
        // The sentence: aws-samples/aws-codedeploy-samples issue 50.
        let ids = self.batch(ids, Lifecycle::InService)?;
        let count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let before = self.group.desired;
        let mut cause = String::new();
        if decrement {
            let after = before.checked_sub(count).filter(|after| *after >= self.group.spec.min);
            self.group.desired =
                after.ok_or_else(|| self.wrong_size("place into standby", count))?;
            cause = format!(", shrinking the capacity from {before} to {}", self.group.desired);
        }
        let activities = ids.iter().map(|id| {
            self.forget_illness(id);
            self.move_on(id, Lifecycle::EnteringStandby);
            let cause =
                format!("instance {id} was moved to standby in response to a user request{cause}.");
            let description = format!("Moving EC2 instance to Standby: {id}");
            self.begin_activity(id, ActivityStatus::InProgress, description, &cause)
        });
        let activities = activities.collect();
        self.review_soon();
        Ok(Reply::Activities(activities))
    }

    pub(super) fn exit_standby(&mut self, group: &str, ids: &[String]) -> Result<Reply, AwsError> {
        self.known_group(group)?;
        if self.suspended(Process::Launch) {
            // The sentence as a user's notes report it; the rule: as-suspend-resume-processes.
            return Err(AwsError::validation(format!(
                "Cannot move instances out of Standby for AutoScalingGroup {group} while the \
                 Launch process is suspended"
            )));
        }
        let ids = self.batch(ids, Lifecycle::Standby)?;
        let count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
        let before = self.group.desired;
        // That it is refused above MaxSize is unverified, its sentence too.
        let after = before.checked_add(count).filter(|after| *after <= self.group.spec.max);
        let after = after.ok_or_else(|| self.wrong_size("take out of standby", count))?;
        self.group.desired = after;
        let activities = ids.iter().map(|id| {
            self.move_on(id, Lifecycle::Pending);
            let cause = format!(
                "instance {id} was moved out of standby in response to a user request, increasing \
                 the capacity from {before} to {after}."
            );
            let description = format!("Moving EC2 instance out of Standby: {id}");
            self.begin_activity(id, ActivityStatus::PreInService, description, &cause)
        });
        let activities = activities.collect();
        self.review_soon();
        Ok(Reply::Activities(activities))
    }

    /// The members named, each once, if all are in `lifecycle`; one that is not fails all.
    fn batch(&self, ids: &[String], lifecycle: Lifecycle) -> Result<Vec<String>, AwsError> {
        let ids = self.named_members(ids, BATCH)?;
        let other = ids
            .iter()
            .find(|id| self.member(id).is_none_or(|member| member.lifecycle != lifecycle));
        match other {
            Some(id) => Err(AwsError::validation(format!(
                "The instance {id} is not in {}.",
                lifecycle.name()
            ))),
            None => Ok(ids),
        }
    }

    /// The sentence as users report it, e.g. for EnterStandby: "AutoScalingGroup my-asg has
    /// min-size=1, max-size=1, and desired-size=1. To place into standby 1 instance, please update
    /// the AutoScalingGroup sizes appropriately."
    fn wrong_size(&self, what: &str, count: u32) -> AwsError {
        let group = &self.group;
        let s = if count == 1 { "" } else { "s" };
        AwsError::validation(format!(
            "AutoScalingGroup {} has min-size={}, max-size={}, and desired-size={}. To {what} \
             {count} instance{s}, please update the AutoScalingGroup sizes appropriately.",
            group.spec.name, group.spec.min, group.spec.max, group.desired,
        ))
    }

    /// A member in standby shows the health that it had before. [docs: as-enter-exit-standby]
    fn forget_illness(&mut self, id: &str) {
        self.alter_member(id, |member| member.ill_at = None);
    }
}
