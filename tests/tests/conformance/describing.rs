//! What the group, its members and its machines are said to be.

use hotdesk::fleet::Fleet;

use super::{
    case::cases,
    cloud::{Cloud, Spec},
    stage::{NOBODY, failed, listed, member, name, nobody, raw},
};

cases! {
    "describe: an empty group" => both "desired 0 of 5, balances: nothing", empty;
    "describe: a group" => both
        "desired 2 of 5, balances: box 1 InService, healthy, protected, \
         box 2 InService, healthy, protected", group;
    "describe: no such group" => both "Broken (AutoScalingGroup name not found)", no_group;
    "describe: sizes" => both "desired 2 of 5", sizes;
    "describe: without instances" => differ, without_instances;
    "describe: members by id" => both "box 1 InService, healthy, protected", members;
    "describe: members of another group" => both "nothing", other_members;
    "describe: no members" => both "nothing", no_members;
    "describe: sixty members" => both "60", sixty_members;
    "describe: pages of members" => differ, pages_of_members;
    "describe: 51 members at once" => differ, many_members;
    "describe: a token of no page" => differ, bad_token;
    "describe: health as listed by itself" => differ, health;
    "describe: machines by id" => both "box 1 Running, public, private", machines;
    "describe: no machines" => both "nothing", no_machines;
    "describe: sixty machines" => both "60", sixty_machines;
    "describe: pages of machines" => differ, pages_of_machines;
    "describe: a page of four machines" => differ, page_of_four;
    "describe: instances by an unknown id" => both "400 InvalidInstanceID.NotFound", unknown;
    "describe: ids and a page size" => both "400 InvalidParameterCombination", ids_and_page;
}

async fn empty(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let group = stage.fleet.group().await.unwrap();
    let members = listed(group.members.values().map(|m| member(&[], m)));
    let balances = if group.balances { "balances" } else { "does not balance" };
    format!("desired {} of {}, {balances}: {members}", group.sizes.desired, group.sizes.max)
}

async fn group(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(2).await;
    let group = stage.fleet.group().await.unwrap();
    let members = listed(group.members.values().map(|m| member(&ids, m)));
    let balances = if group.balances { "balances" } else { "does not balance" };
    format!("desired {} of {}, {balances}: {members}", group.sizes.desired, group.sizes.max)
}

async fn no_group(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    stage.no_fleet.group().await.map_or_else(|e| failed(&e), |group| format!("{group:?}"))
}

async fn sizes(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    stage.grown(2).await;
    let sizes = stage.fleet.sizes().await;
    sizes.map_or_else(|e| failed(&e), |sizes| format!("desired {} of {}", sizes.desired, sizes.max))
}

async fn without_instances(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    stage.grown(2).await;
    let call = stage.autoscaling.describe_auto_scaling_groups().include_instances(false);
    let sent = call.auto_scaling_group_names(&stage.group).send().await;
    raw(sent, |reply| format!("lists {}", reply.auto_scaling_groups()[0].instances().len()))
}

async fn members(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(2).await;
    let members = stage.fleet.members(&[ids[0].clone(), nobody()]).await.unwrap();
    listed(members.values().map(|m| member(&ids, m)))
}

async fn other_members(cloud: &Cloud) -> String {
    let ids = cloud.stage(Spec::default()).await.grown(1).await;
    let stage = cloud.stage(Spec::default()).await;
    let members = stage.fleet.members(&ids).await.unwrap();
    listed(members.values().map(|m| member(&ids, m)))
}

async fn no_members(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let members = stage.fleet.members(&[]).await.unwrap();
    listed(members.values().map(|m| member(&ids, m)))
}

async fn sixty_members(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { max: 60, ..Spec::default() }).await;
    let ids = stage.grown(60).await;
    let members = stage.fleet.members(&ids).await.unwrap();
    ids.iter().filter(|id| members.contains_key(id)).count().to_string()
}

async fn pages_of_members(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { max: 60, ..Spec::default() }).await;
    let ids = stage.grown(60).await;
    let call = stage.autoscaling.describe_auto_scaling_instances().max_records(20);
    let call = call.set_instance_ids(Some(ids[..50].iter().map(ToString::to_string).collect()));
    let pages = call.into_paginator().send().collect::<Result<Vec<_>, _>>().await;
    raw(pages, |pages| {
        listed(pages.iter().map(|page| page.auto_scaling_instances().len().to_string()))
    })
}

async fn many_members(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { max: 60, ..Spec::default() }).await;
    let ids = stage.grown(51).await;
    let call = stage.autoscaling.describe_auto_scaling_instances();
    let call = call.set_instance_ids(Some(ids.iter().map(ToString::to_string).collect()));
    raw(call.send().await, |reply| reply.auto_scaling_instances().len().to_string())
}

async fn bad_token(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let call = stage.autoscaling.describe_auto_scaling_instances().next_token("of no page");
    raw(call.send().await, |_| "done".into())
}

async fn health(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let call = stage.autoscaling.describe_auto_scaling_instances().instance_ids(ids[0].as_str());
    raw(call.send().await, |reply| {
        reply.auto_scaling_instances()[0].health_status().unwrap_or_default().to_owned()
    })
}

async fn machines(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(2).await;
    let machines = stage.fleet.machines(&[ids[0].clone(), nobody()]).await.unwrap();
    listed(machines.values().map(|machine| {
        let mut text = format!("{} {:?}", name(&ids, machine.instance.as_str()), machine.power);
        text.push_str(if machine.addresses.public_ip.is_empty() { "" } else { ", public" });
        text.push_str(if machine.addresses.private_ip.is_empty() { "" } else { ", private" });
        text
    }))
}

async fn no_machines(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    stage.grown(1).await;
    listed(stage.fleet.machines(&[]).await.unwrap().values().map(|m| format!("{:?}", m.power)))
}

async fn sixty_machines(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { max: 60, ..Spec::default() }).await;
    let ids = stage.grown(60).await;
    let machines = stage.fleet.machines(&ids).await.unwrap();
    ids.iter().filter(|id| machines.contains_key(id)).count().to_string()
}

async fn pages_of_machines(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { max: 60, ..Spec::default() }).await;
    stage.grown(60).await;
    let of_group = aws_sdk_ec2::types::Filter::builder()
        .name("tag:aws:autoscaling:groupName")
        .values(&stage.group)
        .build();
    let call = stage.ec2.describe_instances().filters(of_group).max_results(25);
    let pages = call.into_paginator().send().collect::<Result<Vec<_>, _>>().await;
    raw(pages, |pages| {
        let count = |page: &aws_sdk_ec2::operation::describe_instances::DescribeInstancesOutput| {
            page.reservations().iter().map(|r| r.instances().len()).sum::<usize>().to_string()
        };
        // A cloud may cut its pages before it filters, so that some hold nothing of ours.
        listed(pages.iter().map(count).filter(|count| count != "0"))
    })
}

async fn page_of_four(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    raw(stage.ec2.describe_instances().max_results(4).send().await, |_| "done".into())
}

async fn unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    raw(stage.ec2.describe_instances().instance_ids(NOBODY).send().await, |_| "done".into())
}

async fn ids_and_page(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let call = stage.ec2.describe_instances().instance_ids(ids[0].as_str()).max_results(5);
    raw(call.send().await, |_| "done".into())
}
