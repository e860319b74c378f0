//! What the group did, and why it did not.

use aws_sdk_autoscaling::types::Activity;
use hotdesk::{
    clock::Ms,
    fleet::{Fleet, FleetError, Hook, LAUNCH_HOOK, Trouble, Verdict},
    id::InstanceId,
};

use super::{
    case::cases,
    cloud::{Cloud, Spec},
    stage::{Stage, failed, listed, name, raw},
};

cases! {
    "activities: none yet" => both "nothing; none", none;
    "activities: a launch" => differ, launch;
    "activities: a launch that went well" => both "none", fine;
    "activities: a launch that a hook holds" => differ, held;
    "activities: an abandoned launch" => differ, abandoned;
    "activities: into standby and out" => differ, standby;
    "activities: a termination" => differ, termination;
    "activities: no room" => differ, no_room;
    "activities: no room any more, and then again" => both "none", room_again;
    "activities: a launch that fails" => differ, failing;
    "activities: pages" => differ, pages;
    "activities: 101 at once" => differ, too_many;
    "activities: a token of no page" => differ, bad_token;
    "activities: no such group" => differ, no_group;
}

/// The activities, in their order: description, status, and whether each is over.
async fn activities(stage: &Stage, ids: &[InstanceId]) -> String {
    let call = stage.autoscaling.describe_scaling_activities();
    let reply = call.auto_scaling_group_name(&stage.group).send().await.unwrap();
    listed(reply.activities().iter().map(|activity| one(activity, ids)))
}

fn one(activity: &Activity, ids: &[InstanceId]) -> String {
    let description = activity.description().unwrap();
    let words: Vec<String> = description
        .split(' ')
        .map(|word| if word.starts_with("i-") { name(ids, word) } else { word.to_owned() })
        .collect();
    let ended = if activity.end_time().is_some() { ", ended" } else { "" };
    format!("{} {}{ended}", words.join(" "), activity.status_code().unwrap().as_str())
}

/// The trouble, as the adapter sees it, with the beginning of AWS's sentence.
fn trouble(answer: Result<Option<Trouble>, FleetError>) -> String {
    match answer {
        Ok(None) => "none".into(),
        Ok(Some(Trouble::NoCapacity)) => "NoCapacity".into(),
        Ok(Some(Trouble::LaunchFailed(message))) => {
            let sentence = message.split(" Launching EC2").next().unwrap_or_default();
            let sentence = sentence.split(" with token").next().unwrap_or_default();
            format!("LaunchFailed ({sentence})")
        }
        Err(error) => failed(&error),
    }
}

async fn troubled(stage: &Stage) -> String {
    trouble(stage.fleet.trouble(Ms(0)).await)
}

async fn none(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    format!("{}; {}", activities(&stage, &[]).await, troubled(&stage).await)
}

async fn launch(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    activities(&stage, &ids).await
}

async fn fine(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    stage.grown(2).await;
    troubled(&stage).await
}

async fn held(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { hooks: true, ..Spec::default() }).await;
    let ids = stage.grown(1).await;
    activities(&stage, &ids).await
}

async fn abandoned(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { hooks: true, ..Spec::default() }).await;
    let ids = stage.grown(1).await;
    let hook = Hook { name: LAUNCH_HOOK.into(), instance: ids[0].clone() };
    // moto has no hooks that wait, and says so with an error.
    stage.fleet.answer_hook(&hook, Verdict::Abandon).await.ok();
    let first = activities(&stage, &ids).await;
    let first = first.split(", ").next().unwrap_or_default().to_owned();
    format!("{first}; {}", troubled(&stage).await)
}

async fn standby(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    stage.fleet.enter_standby(&ids).await.unwrap();
    stage.settle();
    stage.fleet.exit_standby(&ids).await.unwrap();
    stage.settle();
    activities(&stage, &ids).await
}

async fn termination(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let call = stage.autoscaling.terminate_instance_in_auto_scaling_group();
    let call = call.instance_id(ids[0].as_str()).should_decrement_desired_capacity(true);
    call.send().await.unwrap();
    stage.settle();
    stage.settle();
    activities(&stage, &ids).await
}

async fn no_room(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    stage.under(|sim| sim.set_capacity(Some(0)));
    stage.desire(1).await;
    stage.settle();
    format!("{}, {}", troubled(&stage).await, stage.members(&[]).await)
}

/// What failed before a launch that went well is of no interest any more.
async fn room_again(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    stage.under(|sim| sim.set_capacity(Some(0)));
    stage.desire(1).await;
    stage.settle();
    stage.under(|sim| sim.set_capacity(None));
    stage.tick();
    stage.settle();
    troubled(&stage).await
}

async fn failing(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    stage.under(|sim| sim.set_launch_error(Some("The image is gone.".into())));
    stage.desire(1).await;
    stage.settle();
    format!("{}, {}", troubled(&stage).await, stage.members(&[]).await)
}

async fn pages(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    stage.grown(3).await;
    let call = stage.autoscaling.describe_scaling_activities().max_records(2);
    let call = call.auto_scaling_group_name(&stage.group);
    let pages = call.into_paginator().send().collect::<Result<Vec<_>, _>>().await;
    raw(pages, |pages| listed(pages.iter().map(|page| page.activities().len().to_string())))
}

async fn too_many(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let call = stage.autoscaling.describe_scaling_activities().max_records(101);
    raw(call.auto_scaling_group_name(&stage.group).send().await, |_| "done".into())
}

async fn bad_token(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let call = stage.autoscaling.describe_scaling_activities().next_token("of no page");
    raw(call.auto_scaling_group_name(&stage.group).send().await, |_| "done".into())
}

async fn no_group(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    trouble(stage.no_fleet.trouble(Ms(0)).await)
}
