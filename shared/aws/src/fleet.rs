//! The fleet in EC2 and Auto Scaling.

mod describe;

use aws_sdk_autoscaling::Client as AutoScaling;
use aws_sdk_ec2::Client as Ec2;
use hotdesk::{
    fleet::{Answer, Fleet, FleetError, Group, Hook, Machines, Verdict},
    id::{InstanceId, UserId},
};

use crate::{error, tags};

/// EnterStandby and ExitStandby take at most 20 instances (Auto Scaling User Guide, "Quotas").
const STANDBY_BATCH: usize = 20;

/// No limit is documented for StopInstances and StartInstances; CreateTags takes 1000 ids, fewer
/// being advised (EC2 API reference).
const EC2_BATCH: usize = 100;

/// DescribeInstances takes 200 values a filter (EC2 API reference).
const FILTER_BATCH: usize = 200;

/// [`Fleet`] as one Auto Scaling group.
#[derive(Clone, Debug)]
pub struct AwsFleet {
    ec2: Ec2,
    autoscaling: AutoScaling,
    group: String,
}

impl AwsFleet {
    /// The group of that name.
    #[must_use]
    pub fn new(ec2: Ec2, autoscaling: AutoScaling, group: &str) -> Self {
        Self { ec2, autoscaling, group: group.to_owned() }
    }
}

fn strings(ids: &[InstanceId]) -> Vec<String> {
    ids.iter().map(ToString::to_string).collect()
}

impl Fleet for AwsFleet {
    async fn group(&self) -> Answer<Group> {
        let request = self.autoscaling.describe_auto_scaling_groups();
        let reply =
            request.auto_scaling_group_names(&self.group).send().await.map_err(error::fleet)?;
        let group = reply.auto_scaling_groups().first();
        let group = group.ok_or_else(|| FleetError::Refused(format!("no group {}", self.group)))?;
        Ok(describe::group(group))
    }

    async fn machines(&self, instances: &[InstanceId]) -> Answer<Machines> {
        let mut machines = Machines::new();
        for some in instances.chunks(FILTER_BATCH) {
            // A filter, not InstanceIds: one id that EC2 does not list yet would fail them all.
            let filter = aws_sdk_ec2::types::Filter::builder().name("instance-id");
            let filter = filter.set_values(Some(strings(some))).build();
            let request = self.ec2.describe_instances().filters(filter).max_results(1000);
            let mut pages = request.into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(error::fleet)?;
                let listed = page.reservations().iter().flat_map(|r| r.instances());
                machines
                    .extend(listed.filter_map(describe::machine).map(|m| (m.instance.clone(), m)));
            }
        }
        Ok(machines)
    }

    async fn enter_standby(&self, instances: &[InstanceId]) -> Answer<()> {
        for some in instances.chunks(STANDBY_BATCH) {
            let request = self.autoscaling.enter_standby().auto_scaling_group_name(&self.group);
            let request = request.set_instance_ids(Some(strings(some)));
            request.should_decrement_desired_capacity(true).send().await.map_err(error::fleet)?;
        }
        Ok(())
    }

    async fn exit_standby(&self, instances: &[InstanceId]) -> Answer<()> {
        for some in instances.chunks(STANDBY_BATCH) {
            let request = self.autoscaling.exit_standby().auto_scaling_group_name(&self.group);
            request.set_instance_ids(Some(strings(some))).send().await.map_err(error::fleet)?;
        }
        Ok(())
    }

    async fn stop(&self, instances: &[InstanceId]) -> Answer<()> {
        for some in instances.chunks(EC2_BATCH) {
            let request = self.ec2.stop_instances().set_instance_ids(Some(strings(some)));
            request.send().await.map_err(error::fleet)?;
        }
        Ok(())
    }

    async fn start(&self, instances: &[InstanceId]) -> Answer<()> {
        for some in instances.chunks(EC2_BATCH) {
            let request = self.ec2.start_instances().set_instance_ids(Some(strings(some)));
            request.send().await.map_err(error::fleet)?;
        }
        Ok(())
    }

    async fn terminate(&self, instance: &InstanceId) -> Answer<()> {
        // Standby members are not part of desired, so there is nothing to decrement.
        let request = self.autoscaling.terminate_instance_in_auto_scaling_group();
        let request =
            request.instance_id(instance.as_str()).should_decrement_desired_capacity(false);
        request.send().await.map(drop).map_err(error::fleet)
    }

    async fn set_desired(&self, desired: usize) -> Answer<()> {
        let request = self.autoscaling.set_desired_capacity().auto_scaling_group_name(&self.group);
        let desired = i32::try_from(desired).unwrap_or(i32::MAX);
        request.desired_capacity(desired).send().await.map(drop).map_err(error::fleet)
    }

    async fn answer_hook(&self, hook: &Hook, verdict: Verdict) -> Answer<()> {
        let result = match verdict {
            Verdict::Continue => "CONTINUE",
            Verdict::Abandon => "ABANDON",
        };
        let request = self.autoscaling.complete_lifecycle_action();
        let request = request
            .auto_scaling_group_name(&self.group)
            .lifecycle_hook_name(&hook.name)
            .instance_id(hook.instance.as_str())
            .lifecycle_action_result(result);
        request.send().await.map(drop).map_err(error::fleet)
    }

    async fn extend_hook(&self, hook: &Hook) -> Answer<()> {
        let request = self.autoscaling.record_lifecycle_action_heartbeat();
        let request = request
            .auto_scaling_group_name(&self.group)
            .lifecycle_hook_name(&hook.name)
            .instance_id(hook.instance.as_str());
        request.send().await.map(drop).map_err(error::fleet)
    }

    async fn tag_owner(&self, instances: &[InstanceId], owner: Option<&UserId>) -> Answer<()> {
        for some in instances.chunks(EC2_BATCH) {
            let request = self.ec2.create_tags().set_resources(Some(strings(some)));
            request.tags(tags::encode(owner)).send().await.map_err(error::fleet)?;
        }
        Ok(())
    }
}
