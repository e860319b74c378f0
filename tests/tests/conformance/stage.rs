//! A group, clients for it, and what can be seen of it in words that are the same in both clouds.

use std::fmt::Write as _;

use aws_sdk_autoscaling as autoscaling;
use aws_sdk_ec2 as ec2;
use ec2::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
use hotdesk::{
    fleet::{FleetError, Member, Refused},
    id::InstanceId,
};
use hotdesk_aws::{AwsFleet, VolumeConfig};

use super::cloud::Time;

/// An instance that never was.
pub(crate) const NOBODY: &str = "i-0123456789abcdef0";

/// A group of a case.
pub(crate) struct Stage {
    pub(crate) ec2: ec2::Client,
    pub(crate) autoscaling: autoscaling::Client,
    /// The adapter for this group.
    pub(crate) fleet: AwsFleet,
    /// The adapter for a group that does not exist.
    pub(crate) no_fleet: AwsFleet,
    /// The group's name.
    pub(crate) group: String,
    time: Option<Time>,
}

impl Stage {
    pub(crate) fn new(config: &aws_config::SdkConfig, group: &str, time: Option<Time>) -> Self {
        let (ec2, autoscaling) = (ec2::Client::new(config), autoscaling::Client::new(config));
        let fleet = |group| AwsFleet::new(ec2.clone(), autoscaling.clone(), group, homes());
        let (fleet, no_fleet) = (fleet(group), fleet("no-such-group"));
        Self { fleet, no_fleet, ec2, autoscaling, group: group.to_owned(), time }
    }

    /// Lets happen what the cloud does by itself: moto does it within the call.
    pub(crate) fn settle(&self) {
        self.time.iter().for_each(Time::settle);
    }

    /// Has the cloud be under a condition; moto knows of none.
    pub(crate) fn under(&self, condition: impl FnOnce(&mut hotdesk_sim::Sim)) {
        if let Some(time) = &self.time {
            time.under(condition);
        }
    }

    /// Goes to the next thing that the cloud does by itself.
    pub(crate) fn tick(&self) {
        self.time.iter().for_each(Time::tick);
    }

    /// Sets desired to one and sees its box launched, but not yet running where that takes time.
    pub(crate) async fn launching(&self) -> [InstanceId; 1] {
        self.desire(1).await;
        for _ in 0..10 {
            if let [member] = self.described().await.instances() {
                return [member.instance_id().unwrap().parse().unwrap()];
            }
            self.tick();
        }
        panic!("no box is launched")
    }

    /// The group with so many boxes, settled; their ids in the order of the alphabet, which is how
    /// cases number them.
    pub(crate) async fn grown(&self, n: usize) -> Vec<InstanceId> {
        self.desire(n).await;
        self.settle();
        let group = self.described().await;
        let ids = group.instances().iter().filter_map(|member| member.instance_id());
        let mut ids: Vec<InstanceId> = ids.map(|id| id.parse().unwrap()).collect();
        ids.sort();
        assert_eq!(ids.len(), n, "the group grows");
        ids
    }

    /// Sets desired.
    pub(crate) async fn desire(&self, n: usize) {
        let call = self.autoscaling.set_desired_capacity().auto_scaling_group_name(&self.group);
        call.desired_capacity(i32::try_from(n).unwrap()).send().await.unwrap();
    }

    /// The group as Auto Scaling describes it.
    pub(crate) async fn described(&self) -> autoscaling::types::AutoScalingGroup {
        let call = self.autoscaling.describe_auto_scaling_groups();
        let reply = call.auto_scaling_group_names(&self.group).send().await.unwrap();
        reply.auto_scaling_groups()[0].clone()
    }

    /// Desired and the members: `desired 1: box 1 Standby, another InService`.
    pub(crate) async fn members(&self, ids: &[InstanceId]) -> String {
        let group = self.described().await;
        let mut members: Vec<String> = group
            .instances()
            .iter()
            .map(|member| {
                let state = member.lifecycle_state().map_or("?", |state| state.as_str());
                format!("{} {state}", name(ids, member.instance_id().unwrap()))
            })
            .collect();
        members.sort();
        let desired = group.desired_capacity().unwrap();
        format!("desired {desired}: {}", listed(members))
    }

    /// The instance as EC2 describes it.
    pub(crate) async fn instance(&self, id: &InstanceId) -> ec2::types::Instance {
        let call = self.ec2.describe_instances().instance_ids(id.as_str());
        let reply = call.send().await.unwrap();
        reply.reservations()[0].instances()[0].clone()
    }

    /// The name of an instance's state.
    pub(crate) async fn state(&self, id: &InstanceId) -> String {
        let instance = self.instance(id).await;
        instance.state().and_then(|state| state.name()).unwrap().as_str().to_owned()
    }
}

/// What the adapter makes volumes like.
pub(crate) fn homes() -> VolumeConfig {
    VolumeConfig { fleet: "desks".into(), key: None }
}

/// An id that is well-formed and no instance's.
pub(crate) fn nobody() -> InstanceId {
    NOBODY.parse().unwrap()
}

/// `box 1` for the first of the ids, and so on.
pub(crate) fn name(ids: &[InstanceId], id: &str) -> String {
    match ids.iter().position(|known| known.as_str() == id) {
        Some(n) => format!("box {}", n + 1),
        None if id == NOBODY => "nobody".into(),
        None => "another".into(),
    }
}

/// Separated by commas, or `nothing`.
pub(crate) fn listed(texts: impl IntoIterator<Item = String>) -> String {
    let texts: Vec<String> = texts.into_iter().collect();
    if texts.is_empty() { "nothing".into() } else { texts.join(", ") }
}

/// A member as hotdesk sees it.
pub(crate) fn member(ids: &[InstanceId], member: &Member) -> String {
    let mut text = format!("{} {:?}", name(ids, member.instance.as_str()), member.lifecycle);
    text.push_str(if member.healthy { ", healthy" } else { ", ill" });
    text.push_str(if member.protected { ", protected" } else { ", unprotected" });
    text
}

/// The outcome of a call on the port that names instances.
pub(crate) fn refused(ids: &[InstanceId], answer: Result<Refused, FleetError>) -> String {
    match answer {
        Ok(refused) if refused.is_empty() => "done".into(),
        Ok(refused) => {
            let each =
                refused.iter().map(|(id, why)| format!("{} {why:?}", name(ids, id.as_str())));
            format!("refused {}", listed(each))
        }
        Err(error) => failed(&error),
    }
}

/// The outcome of a call on the port.
pub(crate) fn done(answer: Result<(), FleetError>) -> String {
    answer.map_or_else(|error| failed(&error), |()| "done".into())
}

/// The kind of an error of the port, and AWS's code, without its sentence.
pub(crate) fn failed(error: &FleetError) -> String {
    let (kind, what) = match error {
        FleetError::Throttled(_) => return "Throttled".into(),
        FleetError::Refused(what) => ("Refused", what),
        FleetError::Away(what, _) => ("Away", what),
        FleetError::Broken(what, _) => ("Broken", what),
    };
    let code = what.split_once(": ").map_or(what.as_str(), |(code, _)| code);
    format!("{kind} ({code})")
}

/// The outcome of a call by the SDK: what `show` makes of the reply, or the status and the code.
pub(crate) fn raw<T, E: ProvideErrorMetadata>(
    sent: Result<T, SdkError<E, HttpResponse>>,
    show: impl FnOnce(T) -> String,
) -> String {
    match sent {
        Ok(reply) => show(reply),
        Err(error) => refusal(&error),
    }
}

/// The status and the code of an error, as the SDK shows them.
pub(crate) fn refusal<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> String {
    let status = error.raw_response().map(|reply| reply.status().as_u16());
    let mut text = status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    if let Some(code) = error.code() {
        write!(text, " {code}").unwrap();
    }
    text
}
