//! Into standby and out of it.

use hotdesk::fleet::Fleet;

use super::{
    case::cases,
    cloud::{Cloud, Spec},
    stage::{Stage, nobody, raw, refused},
};

cases! {
    "standby: enter" => both "done, desired 1: box 1 Standby, box 2 InService", enter;
    "standby: enter, nothing" => both "done, desired 1: box 1 InService", enter_nothing;
    "standby: enter twice" => differ, enter_twice;
    "standby: enter, one of two not InService" => differ, enter_mixed;
    "standby: enter, unknown" => differ, enter_unknown;
    "standby: enter, one of two unknown" => differ, enter_one_unknown;
    "standby: enter, launching" => differ, enter_launching;
    "standby: enter, below MinSize" => differ, enter_below;
    "standby: enter, below MinSize by one" => differ, enter_below_by_one;
    "standby: enter, 25 of them" => both "done, desired 0: 25 Standby", enter_many;
    "standby: enter, 21 at once" => differ, enter_too_many;
    "standby: enter, no such group" => differ, enter_no_group;
    "standby: exit" => both "done, desired 2: box 1 InService, box 2 InService", exit;
    "standby: exit, not in standby" => differ, exit_twice;
    "standby: exit, unknown" => differ, exit_unknown;
    "standby: exit, above MaxSize" => differ, exit_above;
    "standby: exit, stopped" => differ, exit_stopped;
    "standby: a stopped box stays" => both "desired 1: box 1 Standby, box 2 InService; stopped",
        stopped_stays;
}

async fn seen(stage: &Stage, ids: &[hotdesk::id::InstanceId], answer: String) -> String {
    stage.settle();
    format!("{answer}, {}", stage.members(ids).await)
}

async fn enter(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(2).await;
    let answer = refused(&ids, stage.fleet.enter_standby(&ids[..1]).await);
    seen(&stage, &ids, answer).await
}

async fn enter_nothing(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let answer = refused(&ids, stage.fleet.enter_standby(&[]).await);
    seen(&stage, &ids, answer).await
}

async fn enter_twice(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(2).await;
    stage.fleet.enter_standby(&ids[..1]).await.unwrap();
    stage.settle();
    let answer = refused(&ids, stage.fleet.enter_standby(&ids[..1]).await);
    seen(&stage, &ids, answer).await
}

async fn enter_mixed(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(2).await;
    stage.fleet.enter_standby(&ids[..1]).await.unwrap();
    stage.settle();
    let answer = refused(&ids, stage.fleet.enter_standby(&ids).await);
    seen(&stage, &ids, answer).await
}

async fn enter_unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let answer = refused(&ids, stage.fleet.enter_standby(&[nobody()]).await);
    seen(&stage, &ids, answer).await
}

async fn enter_one_unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let both = [ids[0].clone(), nobody()];
    let answer = refused(&ids, stage.fleet.enter_standby(&both).await);
    seen(&stage, &ids, answer).await
}

async fn enter_launching(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { hooks: true, ..Spec::default() }).await;
    let ids = stage.grown(1).await;
    let answer = refused(&ids, stage.fleet.enter_standby(&ids).await);
    seen(&stage, &ids, answer).await
}

async fn enter_below(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { min: 1, ..Spec::default() }).await;
    let ids = stage.grown(1).await;
    let answer = refused(&ids, stage.fleet.enter_standby(&ids).await);
    seen(&stage, &ids, answer).await
}

async fn enter_below_by_one(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { min: 1, ..Spec::default() }).await;
    let ids = stage.grown(2).await;
    let answer = refused(&ids, stage.fleet.enter_standby(&ids).await);
    seen(&stage, &ids, answer).await
}

async fn enter_many(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { max: 25, ..Spec::default() }).await;
    let ids = stage.grown(25).await;
    let answer = refused(&ids, stage.fleet.enter_standby(&ids).await);
    let seen = seen(&stage, &[], answer).await;
    let standby = seen.matches("another Standby").count();
    let (before, _) = seen.split_once("another").unwrap();
    format!("{before}{standby} Standby")
}

async fn enter_too_many(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { max: 21, ..Spec::default() }).await;
    let ids = stage.grown(21).await;
    let call = stage.autoscaling.enter_standby().auto_scaling_group_name(&stage.group);
    let call = call.should_decrement_desired_capacity(true);
    let call = call.set_instance_ids(Some(ids.iter().map(ToString::to_string).collect()));
    raw(call.send().await, |_| "done".into())
}

async fn enter_no_group(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    refused(&ids, stage.no_fleet.enter_standby(&ids).await)
}

async fn exit(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(2).await;
    stage.fleet.enter_standby(&ids[..1]).await.unwrap();
    stage.settle();
    let answer = refused(&ids, stage.fleet.exit_standby(&ids[..1]).await);
    seen(&stage, &ids, answer).await
}

async fn exit_twice(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let answer = refused(&ids, stage.fleet.exit_standby(&ids).await);
    seen(&stage, &ids, answer).await
}

async fn exit_unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let answer = refused(&ids, stage.fleet.exit_standby(&[nobody()]).await);
    seen(&stage, &ids, answer).await
}

async fn exit_above(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec { max: 2, ..Spec::default() }).await;
    let ids = stage.grown(2).await;
    stage.fleet.enter_standby(&ids[..1]).await.unwrap();
    stage.settle();
    stage.desire(2).await;
    stage.settle();
    let answer = refused(&ids, stage.fleet.exit_standby(&ids[..1]).await);
    seen(&stage, &ids, answer).await
}

/// Its health is checked again, and it does not run.
async fn exit_stopped(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    stage.fleet.enter_standby(&ids).await.unwrap();
    stage.settle();
    stage.fleet.stop(&ids).await.unwrap();
    stage.settle();
    let answer = refused(&ids, stage.fleet.exit_standby(&ids).await);
    seen(&stage, &ids, answer).await
}

async fn stopped_stays(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(2).await;
    stage.fleet.enter_standby(&ids[..1]).await.unwrap();
    stage.settle();
    stage.fleet.stop(&ids[..1]).await.unwrap();
    stage.settle();
    format!("{}; {}", stage.members(&ids).await, stage.state(&ids[0]).await)
}
