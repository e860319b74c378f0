//! The calls that are about the group itself.

use super::{
    error::AwsError,
    ids::each_once,
    parameters::Process,
    reply::Reply,
    sim::Sim,
    view::{Group, Lifecycle, Member},
};

/// [docs: autoscaling quotas, SetInstanceProtection]
const PROTECTION_BATCH: usize = 50;

impl Sim {
    /// The group with its members, as they are.
    #[must_use]
    pub fn group(&self) -> Group {
        let (name, all) = (&self.group.spec.name, self.machines.iter());
        let members = all.filter_map(|(id, machine)| machine.member_view(id, name, &self.settings));
        self.group_of(members.collect())
    }

    /// The group as if these were its members.
    pub(super) fn group_of(&self, members: Vec<Member>) -> Group {
        let group = &self.group;
        Group {
            name: group.spec.name.clone(),
            arn: self.group_arn(),
            min: group.spec.min,
            max: group.spec.max,
            desired: group.desired,
            protect_new: group.spec.protect_new,
            created_at: group.created_at,
            zones: self.settings.zones.clone(),
            members,
            suspended: group.suspended.iter().copied().collect(),
        }
    }

    pub(super) fn group_arn(&self) -> String {
        // The UUID of a real ARN is the group's own; nobody parses it.
        format!(
            "arn:aws:autoscaling:{}:{}:autoScalingGroup:00000000-0000-4000-8000-000000000000:\
             autoScalingGroupName/{}",
            self.settings.region, self.settings.account, self.group.spec.name
        )
    }

    pub(super) fn known_group(&self, name: &str) -> Result<(), AwsError> {
        if name == self.group.spec.name {
            return Ok(());
        }
        Err(AwsError::validation(format!(
            "AutoScalingGroup name not found - AutoScalingGroup '{name}' not found"
        )))
    }

    pub(super) fn suspended(&self, process: Process) -> bool {
        self.group.suspended.contains(&process)
    }

    /// The ids, each once, if there are at most `most` and all are members.
    pub(super) fn named_members(
        &self,
        ids: &[String],
        most: usize,
    ) -> Result<Vec<String>, AwsError> {
        // The sentences about the number of ids are unverified.
        if ids.is_empty() {
            return Err(AwsError::validation("At least one instance ID must be specified."));
        }
        if ids.len() > most {
            return Err(AwsError::validation(format!(
                "The number of instance IDs must not be more than {most}."
            )));
        }
        let unique = each_once(ids);
        match unique.iter().find(|id| self.member(id).is_none()) {
            Some(id) => Err(AwsError::validation(format!(
                "The instance {id} is not part of Auto Scaling group {}.",
                self.group.spec.name
            ))),
            None => Ok(unique),
        }
    }

    /// Absolute: there is no compare-and-set. [docs: API_SetDesiredCapacity]
    pub(super) fn set_desired_capacity(
        &mut self,
        group: &str,
        desired: i64,
    ) -> Result<Reply, AwsError> {
        self.known_group(group)?;
        let spec = &self.group.spec;
        let (word, bound) = if desired > i64::from(spec.max) {
            ("above max", spec.max)
        } else {
            ("below min", spec.min)
        };
        let within = u32::try_from(desired).ok().filter(|d| (spec.min..=spec.max).contains(d));
        self.group.desired = within.ok_or_else(|| {
            AwsError::validation(format!(
                "New SetDesiredCapacity value {desired} is {word} value {bound} for the \
                 AutoScalingGroup."
            ))
        })?;
        self.review_soon();
        Ok(Reply::Done)
    }

    /// Sets MaxSize as UpdateAutoScalingGroup does; a desired capacity above it is lowered to it.
    /// [docs: API_UpdateAutoScalingGroup, MaxSize]
    ///
    /// # Errors
    /// It is below MinSize; nothing has changed then.
    pub fn set_max_size(&mut self, max: u32) -> Result<(), AwsError> {
        let min = self.group.spec.min;
        if max < min {
            // The sentence is unverified.
            return Err(AwsError::validation(format!(
                "Max bound, {max}, must be greater than or equal to min bound, {min}"
            )));
        }
        self.group.spec.max = max;
        self.group.desired = self.group.desired.min(max);
        self.review_soon();
        Ok(())
    }

    pub(super) fn set_protection(
        &mut self,
        group: &str,
        ids: &[String],
        protected: bool,
    ) -> Result<Reply, AwsError> {
        self.known_group(group)?;
        let ids = self.named_members(ids, PROTECTION_BATCH)?;
        let allowed = [Lifecycle::InService, Lifecycle::EnteringStandby, Lifecycle::Standby];
        let other = ids
            .iter()
            .find(|id| self.member(id).is_none_or(|member| !allowed.contains(&member.lifecycle)));
        if let Some(id) = other {
            return Err(AwsError::validation(format!(
                "The instance {id} is not in InService or EnteringStandby or Standby."
            )));
        }
        for id in &ids {
            self.alter_member(id, |member| member.protected = protected);
        }
        self.review_soon();
        Ok(Reply::Done)
    }

    pub(super) fn suspend(
        &mut self,
        group: &str,
        processes: &[Process],
    ) -> Result<Reply, AwsError> {
        self.known_group(group)?;
        let all = processes.is_empty().then_some(Process::ALL).into_iter().flatten();
        self.group.suspended.extend(all.chain(processes.iter().copied()));
        Ok(Reply::Done)
    }

    pub(super) fn resume(&mut self, group: &str, processes: &[Process]) -> Result<Reply, AwsError> {
        self.known_group(group)?;
        self.group
            .suspended
            .retain(|process| !processes.is_empty() && !processes.contains(process));
        if !self.suspended(Process::HealthCheck) {
            self.check_health_of_all();
        }
        self.review_soon();
        Ok(Reply::Done)
    }
}
