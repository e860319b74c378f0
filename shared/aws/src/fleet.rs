//! The fleet in EC2 and Auto Scaling.

pub(crate) mod batch;
mod describe;
pub(crate) mod retry;
mod trouble;

use aws_sdk_autoscaling::{Client as AutoScaling, types::AutoScalingGroup};
use aws_sdk_ec2::{
    Client as Ec2,
    operation::start_instances::StartInstancesError,
    types::{Filter, InstanceStateName},
};
use hotdesk::{
    clock::Ms,
    fleet::{
        Answer, Fleet, FleetError, Group, Hook, Machines, Members, Refusal, Refused, Sizes,
        Trouble, Verdict,
    },
    id::{InstanceId, UserId},
};

use crate::{VolumeConfig, Zone, error, tags};

/// EnterStandby and ExitStandby take at most 20 instances (Auto Scaling User Guide, "Quotas").
const STANDBY_BATCH: usize = 20;

/// SetInstanceProtection takes at most 50 (likewise), DescribeAutoScalingInstances too (its API
/// reference).
const MEMBERS_BATCH: usize = 50;

/// StartInstances takes two instances a second, once it has taken a thousand at once (EC2 Developer Guide,
/// "Request throttling"): a larger batch would have to wait for its tokens for longer.
const START_BATCH: usize = 50;

/// No limit is documented for StopInstances; CreateTags takes 1000 ids, fewer
/// being advised (EC2 API reference).
const EC2_BATCH: usize = 100;

/// DescribeInstances names no limit of ids; 1000 instances are the most that a page may have.
const DESCRIBE_BATCH: usize = 200;

/// [`Fleet`] as one Auto Scaling group, and [`hotdesk::volumes::Ebs`] and [`hotdesk::names::Names`]
/// beside it.
#[derive(Clone, Debug)]
pub struct AwsFleet {
    pub(crate) ec2: Ec2,
    autoscaling: AutoScaling,
    group: String,
    pub(crate) volumes: VolumeConfig,
    pub(crate) zone: Option<Zone>,
}

impl AwsFleet {
    /// The group of that name, with volumes and snapshots like that; its boxes have no names.
    #[must_use]
    pub fn new(ec2: Ec2, autoscaling: AutoScaling, group: &str, volumes: VolumeConfig) -> Self {
        Self { ec2, autoscaling, group: group.to_owned(), volumes, zone: None }
    }

    /// With names for its boxes in that zone, if there is one.
    #[must_use]
    pub fn with_zone(self, zone: Option<Zone>) -> Self {
        Self { zone, ..self }
    }

    async fn describe_group(&self, members: bool) -> Answer<AutoScalingGroup> {
        let request = self.autoscaling.describe_auto_scaling_groups();
        let request = request.auto_scaling_group_names(&self.group);
        // The default is true.
        let request = if members { request } else { request.include_instances(false) };
        let reply = request.send().await.map_err(error::fleet)?;
        let group = reply.auto_scaling_groups.unwrap_or_default().into_iter().next();
        group.ok_or_else(|| {
            let missing = format!("AutoScalingGroup name not found: {}", self.group);
            FleetError::Broken(missing, "DescribeAutoScalingGroups lists none".into())
        })
    }

    async fn describe_members(&self, ids: Vec<String>) -> Answer<Members> {
        let request = self.autoscaling.describe_auto_scaling_instances();
        let mut pages = request.set_instance_ids(Some(ids)).into_paginator().send();
        let mut members = Members::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(error::fleet)?;
            // It lists members of any group.
            let ours = page
                .auto_scaling_instances()
                .iter()
                .filter(|member| member.auto_scaling_group_name() == Some(&self.group));
            members.extend(ours.filter_map(describe::details).map(|m| (m.instance.clone(), m)));
        }
        Ok(members)
    }

    /// By id, as EC2 pages through the whole account for a filter on ids.
    async fn describe_machines(&self, ids: Vec<String>) -> Answer<Machines> {
        // Every state: a call without any filter has a smaller bucket (EC2 Developer Guide,
        // "Request throttling").
        let states = InstanceStateName::values().iter().map(ToString::to_string).collect();
        let states = Filter::builder().name("instance-state-name").set_values(Some(states)).build();
        let reply = batch::listed(ids, |ids| {
            let request = self.ec2.describe_instances().filters(states.clone());
            request.set_instance_ids(Some(ids)).send()
        });
        let reply = reply.await?;
        let listed = reply.iter().flat_map(|reply| reply.reservations());
        let listed = listed.flat_map(|r| r.instances()).filter_map(describe::machine);
        Ok(listed.map(|machine| (machine.instance.clone(), machine)).collect())
    }
}

impl Fleet for AwsFleet {
    async fn group(&self) -> Answer<Group> {
        Ok(describe::group(&self.describe_group(true).await?))
    }

    async fn sizes(&self) -> Answer<Sizes> {
        Ok(describe::sizes(&self.describe_group(false).await?))
    }

    async fn trouble(&self, since: Ms) -> Answer<Option<Trouble>> {
        let request = self.autoscaling.describe_scaling_activities();
        let request = request.auto_scaling_group_name(&self.group).max_records(trouble::RECORDS);
        let reply = request.send().await.map_err(error::fleet)?;
        Ok(trouble::of(reply.activities(), since))
    }

    async fn members(&self, instances: &[InstanceId]) -> Answer<Members> {
        batch::describe(instances, MEMBERS_BATCH, |ids| self.describe_members(ids)).await
    }

    async fn machines(&self, instances: &[InstanceId]) -> Answer<Machines> {
        batch::describe(instances, DESCRIBE_BATCH, |ids| self.describe_machines(ids)).await
    }

    async fn enter_standby(&self, instances: &[InstanceId]) -> Answer<Refused> {
        batch::change(instances, STANDBY_BATCH, async |ids| {
            let request = self.autoscaling.enter_standby().auto_scaling_group_name(&self.group);
            let request = request.should_decrement_desired_capacity(true);
            let sent = request.set_instance_ids(Some(ids)).send().await;
            sent.map(drop).map_err(error::of_instances)
        })
        .await
    }

    async fn exit_standby(&self, instances: &[InstanceId]) -> Answer<Refused> {
        batch::change(instances, STANDBY_BATCH, async |ids| {
            let request = self.autoscaling.exit_standby().auto_scaling_group_name(&self.group);
            let sent = request.set_instance_ids(Some(ids)).send().await;
            sent.map(drop).map_err(error::of_instances)
        })
        .await
    }

    async fn stop(&self, instances: &[InstanceId]) -> Answer<Refused> {
        batch::change(instances, EC2_BATCH, async |ids| {
            let sent = self.ec2.stop_instances().set_instance_ids(Some(ids)).send().await;
            sent.map(drop).map_err(error::of_instances)
        })
        .await
    }

    async fn start(&self, instances: &[InstanceId]) -> Answer<Refused> {
        batch::change(instances, START_BATCH, async |ids| {
            let request = self.ec2.start_instances().set_instance_ids(Some(ids)).customize();
            let sent =
                request.config_override(retry::unless_short::<StartInstancesError>()).send().await;
            sent.map(drop).map_err(|e| error::of_instances(e).enough_if_throttled())
        })
        .await
    }

    async fn terminate(&self, instance: &InstanceId, lower: bool) -> Answer<()> {
        let request = self.autoscaling.terminate_instance_in_auto_scaling_group();
        let request = request.instance_id(instance.as_str());
        let mut sent = request.clone().should_decrement_desired_capacity(lower).send().await;
        // The group is as small as it may be, or the member has moved to where it does not count.
        if lower
            && let Err(error) = &sent
            && error::refusal(error) == Some(Refusal::NotNow)
        {
            sent = request.should_decrement_desired_capacity(false).send().await;
        }
        match sent {
            Ok(_) => Ok(()),
            Err(error) if error::refusal(&error) == Some(Refusal::Unlisted) => Ok(()),
            Err(error) => Err(error::fleet(error)),
        }
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

    async fn tag_owner(&self, instances: &[InstanceId], owner: Option<&UserId>) -> Answer<Refused> {
        batch::change(instances, EC2_BATCH, async |ids| {
            let request = self.ec2.create_tags().tags(tags::encode(owner));
            let sent = request.set_resources(Some(ids)).send().await;
            sent.map(drop).map_err(error::of_instances)
        })
        .await
    }

    async fn protect(&self, instances: &[InstanceId]) -> Answer<Refused> {
        batch::change(instances, MEMBERS_BATCH, async |ids| {
            let request = self.autoscaling.set_instance_protection();
            let request =
                request.auto_scaling_group_name(&self.group).protected_from_scale_in(true);
            let sent = request.set_instance_ids(Some(ids)).send().await;
            sent.map(drop).map_err(error::of_instances)
        })
        .await
    }

    async fn suspend_balancing(&self) -> Answer<()> {
        let request = self.autoscaling.suspend_processes().auto_scaling_group_name(&self.group);
        let request = request.scaling_processes(describe::BALANCING);
        request.send().await.map(drop).map_err(error::fleet)
    }
}
