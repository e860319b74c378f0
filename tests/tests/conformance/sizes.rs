//! How large the group is made.

use hotdesk::fleet::Fleet;

use super::{
    case::cases,
    cloud::{Cloud, Spec},
    stage::{done, raw},
};

cases! {
    "sizes: raised" => both
        "done, desired 3: another InService, another InService, another InService", raised;
    "sizes: raised to what it is" => both "done, desired 2: box 1 InService, box 2 InService", same;
    "sizes: above MaxSize" => differ, above;
    "sizes: below MinSize" => differ, below;
    "sizes: below zero" => differ, negative;
    "sizes: lowered, members protected" => both "done, desired 0: box 1 InService, box 2 InService",
        protected;
    "sizes: lowered, members unprotected" => both "done, desired 1: one InService", unprotected;
    "sizes: no such group" => differ, no_group;
}

async fn raised(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let answer = done(stage.fleet.set_desired(3).await);
    stage.settle();
    format!("{answer}, {}", stage.members(&[]).await)
}

async fn same(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(2).await;
    let answer = done(stage.fleet.set_desired(2).await);
    stage.settle();
    format!("{answer}, {}", stage.members(&ids).await)
}

async fn above(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { max: 2, ..Spec::default() }).await;
    let ids = stage.grown(2).await;
    let answer = done(stage.fleet.set_desired(3).await);
    stage.settle();
    format!("{answer}, {}", stage.members(&ids).await)
}

async fn below(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { min: 1, ..Spec::default() }).await;
    let ids = stage.grown(1).await;
    let answer = done(stage.fleet.set_desired(0).await);
    stage.settle();
    format!("{answer}, {}", stage.members(&ids).await)
}

async fn negative(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let call = stage.autoscaling.set_desired_capacity().auto_scaling_group_name(&stage.group);
    raw(call.desired_capacity(-1).send().await, |_| "done".into())
}

async fn protected(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(2).await;
    let answer = done(stage.fleet.set_desired(0).await);
    stage.settle();
    format!("{answer}, {}", stage.members(&ids).await)
}

/// Which one goes is the cloud's own choice.
async fn unprotected(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { protected: false, ..Spec::default() }).await;
    stage.grown(2).await;
    let answer = done(stage.fleet.set_desired(1).await);
    stage.settle();
    let members = stage.members(&[]).await;
    format!("{answer}, {}", members.replace("another", "one"))
}

async fn no_group(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    done(stage.no_fleet.set_desired(1).await)
}
