//! What boxes and the group are marked with: tags, protection, suspended processes.

use hotdesk::{fleet::Fleet, id::InstanceId};

use super::{
    case::cases,
    cloud::{Cloud, Spec},
    stage::{Stage, done, listed, name, nobody, raw, refused},
};

cases! {
    "tags: from the launch template" => both "UNASSIGNED", from_birth;
    "tags: an owner" => both "done, alice, alice", owner;
    "tags: no owner again" => both "done, UNASSIGNED", no_owner;
    "tags: nothing" => both "done", nothing;
    "tags: unknown" => differ, unknown;
    "tags: one of two unknown" => differ, one_unknown;
    "tags: malformed" => both "400 InvalidID", malformed;
    "tags: AWS's own" => differ, reserved;
    "tags: terminated" => both "done, alice", terminated;
    "protection: new members" => both "protected", new_members;
    "protection: given" => both "done, box 1 protected, box 2 unprotected", protect;
    "protection: given in standby" => both "done, box 1 protected", protect_standby;
    "protection: launching" => differ, protect_launching;
    "protection: unknown" => differ, protect_unknown;
    "protection: 51 at once" => differ, protect_too_many;
    "protection: no such group" => differ, protect_no_group;
    "processes: balancing suspended" => both "done, balances false", suspend;
    "processes: resumed" => both "done, balances true", resume;
    "processes: all suspended" => both
        "AZRebalance, AddToLoadBalancer, AlarmNotification, HealthCheck, InstanceRefresh, Launch, \
         ReplaceUnhealthy, ScheduledActions, Terminate", suspend_all;
    "processes: none of that name" => differ, suspend_unknown;
    "processes: no such group" => differ, suspend_no_group;
    "processes: exit standby without launch" => differ, exit_without_launch;
}

async fn owner_of(stage: &Stage, id: &InstanceId) -> String {
    let instance = stage.instance(id).await;
    let owner = instance.tags().iter().find(|tag| tag.key() == Some("Owner"));
    owner.and_then(|tag| tag.value()).unwrap_or("none").to_owned()
}

async fn protection(stage: &Stage, ids: &[InstanceId]) -> String {
    let members = stage.fleet.members(ids).await.unwrap();
    listed(members.values().map(|member| {
        let protected = if member.protected { "protected" } else { "unprotected" };
        format!("{} {protected}", name(ids, member.instance.as_str()))
    }))
}

async fn from_birth(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    owner_of(&stage, &ids[0]).await
}

async fn owner(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(2).await;
    let answer = refused(&ids, stage.fleet.tag_owner(&ids, Some(&"alice".parse().unwrap())).await);
    format!("{answer}, {}, {}", owner_of(&stage, &ids[0]).await, owner_of(&stage, &ids[1]).await)
}

async fn no_owner(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    stage.fleet.tag_owner(&ids, Some(&"alice".parse().unwrap())).await.unwrap();
    let answer = refused(&ids, stage.fleet.tag_owner(&ids, None).await);
    format!("{answer}, {}", owner_of(&stage, &ids[0]).await)
}

async fn nothing(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    refused(&[], stage.fleet.tag_owner(&[], None).await)
}

async fn unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    refused(&[], stage.fleet.tag_owner(&[nobody()], None).await)
}

async fn one_unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let both = [nobody(), ids[0].clone()];
    let answer = stage.fleet.tag_owner(&both, Some(&"alice".parse().unwrap())).await;
    format!("{}, {}", refused(&ids, answer), owner_of(&stage, &ids[0]).await)
}

async fn malformed(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let tag = aws_sdk_ec2::types::Tag::builder().key("Owner").value("alice").build();
    raw(stage.ec2.create_tags().resources("i-xyz").tags(tag).send().await, |_| "done".into())
}

async fn reserved(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let tag = aws_sdk_ec2::types::Tag::builder().key("aws:owner").value("alice").build();
    let call = stage.ec2.create_tags().resources(ids[0].as_str()).tags(tag);
    raw(call.send().await, |_| "done".into())
}

async fn terminated(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    stage.ec2.terminate_instances().instance_ids(ids[0].as_str()).send().await.unwrap();
    stage.settle();
    let answer = refused(&ids, stage.fleet.tag_owner(&ids, Some(&"alice".parse().unwrap())).await);
    format!("{answer}, {}", owner_of(&stage, &ids[0]).await)
}

async fn new_members(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    protection(&stage, &ids).await.replace("box 1 ", "")
}

async fn protect(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { protected: false, ..Spec::default() }).await;
    let ids = stage.grown(2).await;
    let answer = refused(&ids, stage.fleet.protect(&ids[..1]).await);
    format!("{answer}, {}", protection(&stage, &ids).await)
}

async fn protect_standby(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { protected: false, ..Spec::default() }).await;
    let ids = stage.grown(1).await;
    stage.fleet.enter_standby(&ids).await.unwrap();
    stage.settle();
    let answer = refused(&ids, stage.fleet.protect(&ids).await);
    format!("{answer}, {}", protection(&stage, &ids).await)
}

async fn protect_launching(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { protected: false, ..Spec::default() }).await;
    let ids = stage.launching().await;
    refused(&ids, stage.fleet.protect(&ids).await)
}

async fn protect_unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { protected: false, ..Spec::default() }).await;
    let ids = stage.grown(1).await;
    let answer = refused(&ids, stage.fleet.protect(&[ids[0].clone(), nobody()]).await);
    format!("{answer}, {}", protection(&stage, &ids).await)
}

async fn protect_too_many(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { max: 51, ..Spec::default() }).await;
    let ids = stage.grown(51).await;
    let call = stage.autoscaling.set_instance_protection().auto_scaling_group_name(&stage.group);
    let call = call.set_instance_ids(Some(ids.iter().map(ToString::to_string).collect()));
    raw(call.protected_from_scale_in(true).send().await, |_| "done".into())
}

async fn protect_no_group(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    refused(&ids, stage.no_fleet.protect(&ids).await)
}

async fn suspend(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let answer = done(stage.fleet.suspend_balancing().await);
    format!("{answer}, balances {}", stage.fleet.group().await.unwrap().balances)
}

async fn resume(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    stage.fleet.suspend_balancing().await.unwrap();
    let call = stage.autoscaling.resume_processes().auto_scaling_group_name(&stage.group);
    let answer = raw(call.send().await, |_| "done".into());
    format!("{answer}, balances {}", stage.fleet.group().await.unwrap().balances)
}

async fn suspend_all(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let call = stage.autoscaling.suspend_processes().auto_scaling_group_name(&stage.group);
    call.send().await.unwrap();
    let group = stage.described().await;
    let names = group.suspended_processes().iter().filter_map(|p| p.process_name());
    let mut names: Vec<String> = names.map(str::to_owned).collect();
    names.sort();
    listed(names)
}

async fn suspend_unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let call = stage.autoscaling.suspend_processes().auto_scaling_group_name(&stage.group);
    raw(call.scaling_processes("Sleep").send().await, |_| "done".into())
}

async fn suspend_no_group(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    done(stage.no_fleet.suspend_balancing().await)
}

async fn exit_without_launch(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    stage.fleet.enter_standby(&ids).await.unwrap();
    stage.settle();
    let call = stage.autoscaling.suspend_processes().auto_scaling_group_name(&stage.group);
    call.scaling_processes("Launch").send().await.unwrap();
    let answer = refused(&ids, stage.fleet.exit_standby(&ids).await);
    stage.settle();
    format!("{answer}, {}", stage.members(&ids).await)
}
