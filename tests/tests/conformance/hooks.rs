//! Launch and terminate hooks.

use hotdesk::{
    fleet::{Fleet, Hook, LAUNCH_HOOK, Verdict},
    id::InstanceId,
};

use super::{
    case::cases,
    cloud::{Cloud, Spec},
    stage::{Stage, done, nobody, raw},
};

cases! {
    "hooks: a launch waits" => differ, waits;
    "hooks: continue" => differ, go_on;
    "hooks: continue twice" => differ, go_on_twice;
    "hooks: abandon" => differ, abandon;
    "hooks: extend" => differ, extend;
    "hooks: an unknown hook" => differ, unknown_hook;
    "hooks: an unknown instance" => differ, unknown_instance;
    "hooks: an instance that no hook holds" => differ, unheld;
    "hooks: a termination waits" => differ, termination_waits;
    "hooks: described" => both
        "hotdesk-launch LAUNCHING 300 s, hotdesk-terminate TERMINATING 300 s", described;
}

const HOOKS: Spec = Spec { min: 0, max: 5, hooks: true, protected: true, two_zones: false };

fn hook(instance: &InstanceId) -> Hook {
    Hook { name: LAUNCH_HOOK.into(), instance: instance.clone() }
}

async fn held(cloud: &Cloud) -> (Stage, Vec<InstanceId>) {
    let stage = cloud.stage(HOOKS).await;
    let ids = stage.grown(1).await;
    (stage, ids)
}

async fn waits(cloud: &Cloud) -> String {
    let (stage, ids) = held(cloud).await;
    stage.members(&ids).await
}

async fn go_on(cloud: &Cloud) -> String {
    let (stage, ids) = held(cloud).await;
    let answer = done(stage.fleet.answer_hook(&hook(&ids[0]), Verdict::Continue).await);
    stage.settle();
    format!("{answer}, {}", stage.members(&ids).await)
}

async fn go_on_twice(cloud: &Cloud) -> String {
    let (stage, ids) = held(cloud).await;
    let first = done(stage.fleet.answer_hook(&hook(&ids[0]), Verdict::Continue).await);
    let second = done(stage.fleet.answer_hook(&hook(&ids[0]), Verdict::Continue).await);
    format!("{first}, {second}")
}

async fn abandon(cloud: &Cloud) -> String {
    let (stage, ids) = held(cloud).await;
    let answer = done(stage.fleet.answer_hook(&hook(&ids[0]), Verdict::Abandon).await);
    stage.settle();
    format!("{answer}, {}", stage.members(&ids).await)
}

async fn extend(cloud: &Cloud) -> String {
    let (stage, ids) = held(cloud).await;
    let answer = done(stage.fleet.extend_hook(&hook(&ids[0])).await);
    format!("{answer}, {}", stage.members(&ids).await)
}

async fn unknown_hook(cloud: &Cloud) -> String {
    let (stage, ids) = held(cloud).await;
    let hook = Hook { name: "another".into(), instance: ids[0].clone() };
    done(stage.fleet.answer_hook(&hook, Verdict::Continue).await)
}

async fn unknown_instance(cloud: &Cloud) -> String {
    let stage = cloud.stage(HOOKS).await;
    done(stage.fleet.extend_hook(&hook(&nobody())).await)
}

async fn unheld(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    done(stage.fleet.extend_hook(&hook(&ids[0])).await)
}

async fn termination_waits(cloud: &Cloud) -> String {
    let (stage, ids) = held(cloud).await;
    let answer = done(stage.fleet.terminate(&ids[0], false).await);
    stage.settle();
    format!("{answer}, {}", stage.members(&ids).await)
}

async fn described(cloud: &Cloud) -> String {
    let stage = cloud.stage(HOOKS).await;
    let call = stage.autoscaling.describe_lifecycle_hooks().auto_scaling_group_name(&stage.group);
    raw(call.send().await, |reply| {
        let text = |hook: &aws_sdk_autoscaling::types::LifecycleHook| {
            let way = hook.lifecycle_transition().unwrap_or_default();
            let way = way.trim_start_matches("autoscaling:EC2_INSTANCE_");
            let seconds = hook.heartbeat_timeout().unwrap_or_default();
            format!("{} {way} {seconds} s", hook.lifecycle_hook_name().unwrap_or_default())
        };
        let mut hooks: Vec<String> = reply.lifecycle_hooks().iter().map(text).collect();
        hooks.sort();
        hooks.join(", ")
    })
}
