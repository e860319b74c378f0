//! Instances started, stopped and terminated.

use hotdesk::{fleet::Fleet, id::InstanceId};

use super::{
    case::cases,
    cloud::{Cloud, Spec},
    stage::{NOBODY, Stage, done, nobody, raw, refused},
};

cases! {
    "stop: in service" => differ, stop_in_service;
    "stop: in standby" => both "done, stopped", stop;
    "stop: twice" => both "done, stopped", stop_twice;
    "stop: nothing" => both "done, running", stop_nothing;
    "stop: unknown" => both "refused nobody Unlisted", stop_unknown;
    "stop: one of two unknown" => both "refused nobody Unlisted, stopped", stop_one_unknown;
    "stop: malformed" => differ, stop_malformed;
    "stop: terminated" => differ, stop_terminated;
    "stop: launching" => differ, stop_launching;
    "start: stopped" => both "done, running", start;
    "start: twice" => both "done, running", start_twice;
    "start: stopping" => differ, start_stopping;
    "start: unknown" => both "refused nobody Unlisted", start_unknown;
    "start: malformed" => differ, start_malformed;
    "start: one of three terminated" => differ, start_one_terminated;
    "start: the private address is kept, the public one new" => both "kept, none, new", addresses;
    "start: the launch time is that of the start" => differ, launch_time;
    "terminate: by EC2, in service" => both
        "desired 1: another InService; terminated", ec2_terminate;
    "terminate: by EC2, twice" => both "done, terminated", ec2_terminate_twice;
    "terminate: by EC2, unknown" => both "400 InvalidInstanceID.NotFound", ec2_terminate_unknown;
    "terminate: by EC2, malformed" => differ, ec2_terminate_malformed;
    "terminate: by EC2, in standby" => differ, ec2_terminate_standby;
    "terminate: in the group, in service" => both "done, desired 1: another InService; terminated",
        terminate;
    "terminate: in the group, in service, and desired lowered" => both
        "done, desired 0: nothing; terminated", terminate_and_lower;
    "terminate: in the group, in standby" => both "done, desired 0: nothing; terminated",
        terminate_standby;
    "terminate: in the group, twice" => differ, terminate_twice;
    "terminate: in the group, unknown" => differ, terminate_unknown;
}

/// A group with one box in standby.
async fn parked(cloud: &Cloud) -> (Stage, Vec<InstanceId>) {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    stage.fleet.enter_standby(&ids).await.unwrap();
    stage.settle();
    (stage, ids)
}

/// A group with one box in standby, stopped.
async fn stopped(cloud: &Cloud) -> (Stage, Vec<InstanceId>) {
    let (stage, ids) = parked(cloud).await;
    stage.fleet.stop(&ids).await.unwrap();
    stage.settle();
    (stage, ids)
}

async fn end(stage: &Stage, ids: &[InstanceId]) {
    let texts = ids.iter().map(ToString::to_string).collect();
    stage.ec2.terminate_instances().set_instance_ids(Some(texts)).send().await.unwrap();
    stage.settle();
}

async fn seen(stage: &Stage, ids: &[InstanceId], answer: String) -> String {
    stage.settle();
    format!("{answer}, {}", stage.state(&ids[0]).await)
}

async fn stop_in_service(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let answer = refused(&ids, stage.fleet.stop(&ids).await);
    stage.settle();
    format!("{answer}, {}; {}", stage.members(&ids).await, stage.state(&ids[0]).await)
}

async fn stop(cloud: &Cloud) -> String {
    let (stage, ids) = parked(cloud).await;
    let answer = refused(&ids, stage.fleet.stop(&ids).await);
    seen(&stage, &ids, answer).await
}

async fn stop_twice(cloud: &Cloud) -> String {
    let (stage, ids) = stopped(cloud).await;
    let answer = refused(&ids, stage.fleet.stop(&ids).await);
    seen(&stage, &ids, answer).await
}

async fn stop_nothing(cloud: &Cloud) -> String {
    let (stage, ids) = parked(cloud).await;
    let answer = refused(&ids, stage.fleet.stop(&[]).await);
    seen(&stage, &ids, answer).await
}

async fn stop_unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    refused(&[], stage.fleet.stop(&[nobody()]).await)
}

async fn stop_one_unknown(cloud: &Cloud) -> String {
    let (stage, ids) = parked(cloud).await;
    let answer = refused(&ids, stage.fleet.stop(&[nobody(), ids[0].clone()]).await);
    seen(&stage, &ids, answer).await
}

async fn stop_malformed(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    raw(stage.ec2.stop_instances().instance_ids("i-xyz").send().await, |_| "done".into())
}

async fn stop_terminated(cloud: &Cloud) -> String {
    let (stage, ids) = parked(cloud).await;
    end(&stage, &ids).await;
    let answer = refused(&ids, stage.fleet.stop(&ids).await);
    seen(&stage, &ids, answer).await
}

/// At once, while it boots for the first time.
async fn stop_launching(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.launching().await;
    refused(&ids, stage.fleet.stop(&ids).await)
}

async fn start(cloud: &Cloud) -> String {
    let (stage, ids) = stopped(cloud).await;
    let answer = refused(&ids, stage.fleet.start(&ids).await);
    seen(&stage, &ids, answer).await
}

async fn start_twice(cloud: &Cloud) -> String {
    let (stage, ids) = parked(cloud).await;
    let answer = refused(&ids, stage.fleet.start(&ids).await);
    seen(&stage, &ids, answer).await
}

/// At once, while it shuts down.
async fn start_stopping(cloud: &Cloud) -> String {
    let (stage, ids) = parked(cloud).await;
    stage.fleet.stop(&ids).await.unwrap();
    let answer = refused(&ids, stage.fleet.start(&ids).await);
    seen(&stage, &ids, answer).await
}

async fn start_unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    refused(&[], stage.fleet.start(&[nobody()]).await)
}

async fn start_malformed(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    raw(stage.ec2.start_instances().instance_ids("i-xyz").send().await, |_| "done".into())
}

async fn start_one_terminated(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(3).await;
    stage.fleet.enter_standby(&ids).await.unwrap();
    stage.settle();
    stage.fleet.stop(&ids).await.unwrap();
    stage.settle();
    end(&stage, &ids[1..2]).await;
    let answer = refused(&ids, stage.fleet.start(&ids).await);
    stage.settle();
    let (first, third) = (stage.state(&ids[0]).await, stage.state(&ids[2]).await);
    format!("{answer}, {first}, {}, {third}", stage.state(&ids[1]).await)
}

async fn addresses(cloud: &Cloud) -> String {
    let (stage, ids) = parked(cloud).await;
    let before = stage.instance(&ids[0]).await;
    stage.fleet.stop(&ids).await.unwrap();
    stage.settle();
    let between = stage.instance(&ids[0]).await;
    stage.fleet.start(&ids).await.unwrap();
    stage.settle();
    let after = stage.instance(&ids[0]).await;
    let private = [&before, &between, &after].map(|i| i.private_ip_address());
    let kept = private[0].is_some() && private.iter().all(|address| *address == private[0]);
    let new = after.public_ip_address().is_some()
        && after.public_ip_address() != before.public_ip_address();
    format!(
        "{}, {}, {}",
        if kept { "kept" } else { "changed" },
        between.public_ip_address().map_or("none", |_| "one"),
        if new { "new" } else { "old" },
    )
}

async fn launch_time(cloud: &Cloud) -> String {
    let (stage, ids) = stopped(cloud).await;
    let launched = async || {
        let machines = stage.fleet.machines(&ids).await.unwrap();
        machines[&ids[0]].launched
    };
    let before = launched().await;
    stage.fleet.start(&ids).await.unwrap();
    stage.settle();
    assert!(before.0 > 0, "there is one");
    if launched().await > before { "later".into() } else { "the same".into() }
}

async fn ec2_terminate(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    end(&stage, &ids).await;
    format!("{}; {}", stage.members(&ids).await, stage.state(&ids[0]).await)
}

async fn ec2_terminate_twice(cloud: &Cloud) -> String {
    let (stage, ids) = parked(cloud).await;
    end(&stage, &ids).await;
    let call = stage.ec2.terminate_instances().instance_ids(ids[0].as_str());
    let answer = raw(call.send().await, |_| "done".into());
    seen(&stage, &ids, answer).await
}

async fn ec2_terminate_unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    raw(stage.ec2.terminate_instances().instance_ids(NOBODY).send().await, |_| "done".into())
}

async fn ec2_terminate_malformed(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    raw(stage.ec2.terminate_instances().instance_ids("i-xyz").send().await, |_| "done".into())
}

async fn ec2_terminate_standby(cloud: &Cloud) -> String {
    let (stage, ids) = parked(cloud).await;
    end(&stage, &ids).await;
    stage.members(&ids).await
}

async fn terminate(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let answer = done(stage.fleet.terminate(&ids[0], false).await);
    stage.settle();
    format!("{answer}, {}; {}", stage.members(&ids).await, stage.state(&ids[0]).await)
}

async fn terminate_and_lower(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let answer = done(stage.fleet.terminate(&ids[0], true).await);
    stage.settle();
    format!("{answer}, {}; {}", stage.members(&ids).await, stage.state(&ids[0]).await)
}

async fn terminate_standby(cloud: &Cloud) -> String {
    let (stage, ids) = stopped(cloud).await;
    let answer = done(stage.fleet.terminate(&ids[0], false).await);
    stage.settle();
    format!("{answer}, {}; {}", stage.members(&ids).await, stage.state(&ids[0]).await)
}

async fn terminate_twice(cloud: &Cloud) -> String {
    let (stage, ids) = stopped(cloud).await;
    stage.fleet.terminate(&ids[0], false).await.unwrap();
    let at_once = done(stage.fleet.terminate(&ids[0], false).await);
    stage.settle();
    format!("{at_once}, later {}", done(stage.fleet.terminate(&ids[0], false).await))
}

async fn terminate_unknown(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    done(stage.fleet.terminate(&nobody(), false).await)
}
