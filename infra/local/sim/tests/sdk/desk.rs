//! The life of a box, from desired capacity to its end.

use aws_sdk_ec2::types::{Filter, Tag};
use hotdesk_sim::Effect;

use crate::stage::{GROUP, Stage, until};

#[tokio::test]
async fn a_box_lives_parks_comes_back_and_goes() {
    let mut stage = Stage::set(3, true).await;
    let group = stage.autoscaling.clone();
    group
        .set_desired_capacity()
        .auto_scaling_group_name(GROUP)
        .desired_capacity(1)
        .honor_cooldown(false)
        .send()
        .await
        .unwrap();

    let event = stage.event("EC2 Instance-launch Lifecycle Action").await;
    let id = event["detail"]["EC2InstanceId"].as_str().unwrap().to_owned();
    let token = event["detail"]["LifecycleActionToken"].as_str().unwrap().to_owned();
    until(async || stage.state(&id).await == "running").await;
    assert_eq!(stage.lifecycle(&id).await.as_deref(), Some("Pending:Wait"), "the hook waits");
    group
        .record_lifecycle_action_heartbeat()
        .auto_scaling_group_name(GROUP)
        .lifecycle_hook_name("up")
        .instance_id(&id)
        .send()
        .await
        .unwrap();
    group
        .complete_lifecycle_action()
        .auto_scaling_group_name(GROUP)
        .lifecycle_hook_name("up")
        .lifecycle_action_token(token)
        .lifecycle_action_result("CONTINUE")
        .send()
        .await
        .unwrap();
    until(async || stage.lifecycle(&id).await.as_deref() == Some("InService")).await;

    let born = stage.instance(&id).await;
    let started = stage.effect(|effect| match effect {
        Effect::BoxStarted { id, public_ip, private_ip } => {
            Some((id, public_ip.to_string(), private_ip.to_string()))
        }
        _ => None,
    });
    let addresses = (born.public_ip_address().unwrap(), born.private_ip_address().unwrap());
    assert_eq!(started.await, (id.clone(), addresses.0.to_owned(), addresses.1.to_owned()));
    let owner = |tags: &[Tag]| tags.iter().find(|t| t.key() == Some("Owner")).cloned().unwrap();
    assert_eq!(owner(born.tags()).value(), Some("UNASSIGNED"));
    assert!(born.launch_time().is_some());

    park(&stage, &id).await;
    let stopped = stage.effect(|effect| match effect {
        Effect::BoxStopped { id } => Some(id),
        _ => None,
    });
    assert_eq!(stopped.await, id);

    come_back(&stage, &id, addresses.0, addresses.1).await;

    let activity = group
        .terminate_instance_in_auto_scaling_group()
        .instance_id(&id)
        .should_decrement_desired_capacity(true)
        .send()
        .await
        .unwrap();
    assert!(activity.activity().unwrap().description().unwrap().contains(&id));
    let event = stage.event("EC2 Instance-terminate Lifecycle Action").await;
    assert_eq!(event["detail"]["EC2InstanceId"], id.as_str());
    until(async || stage.lifecycle(&id).await.as_deref() == Some("Terminating:Wait")).await;
    group
        .complete_lifecycle_action()
        .auto_scaling_group_name(GROUP)
        .lifecycle_hook_name("down")
        .instance_id(&id)
        .lifecycle_action_result("CONTINUE")
        .send()
        .await
        .unwrap();
    until(async || stage.state(&id).await == "terminated").await;
    until(async || stage.lifecycle(&id).await.is_none()).await;
}

async fn park(stage: &Stage, id: &str) {
    let moved = stage
        .autoscaling
        .enter_standby()
        .auto_scaling_group_name(GROUP)
        .instance_ids(id)
        .should_decrement_desired_capacity(true)
        .send()
        .await
        .expect("in order");
    let activity = &moved.activities()[0];
    assert_eq!(activity.auto_scaling_group_name(), Some(GROUP));
    assert_eq!(activity.status_code().map(|code| code.as_str()), Some("InProgress"));
    until(async || stage.lifecycle(id).await.as_deref() == Some("Standby")).await;
    let group = stage.group().await;
    assert_eq!((group.min_size(), group.desired_capacity()), (Some(0), Some(0)));

    let change = stage.ec2.stop_instances().instance_ids(id).send().await.expect("in order");
    let change = &change.stopping_instances()[0];
    let name = |state: Option<&aws_sdk_ec2::types::InstanceState>| {
        (state.and_then(|s| s.name()).map(|n| n.as_str().to_owned()), state.and_then(|s| s.code()))
    };
    assert_eq!(name(change.previous_state()), (Some("running".into()), Some(16)));
    assert_eq!(name(change.current_state()), (Some("stopping".into()), Some(64)));
    until(async || stage.state(id).await == "stopped").await;
    assert_eq!(stage.instance(id).await.public_ip_address(), None);
}

async fn come_back(stage: &Stage, id: &str, public: &str, private: &str) {
    let alice = Tag::builder().key("Owner").value("alice").build();
    stage.ec2.create_tags().resources(id).tags(alice).send().await.expect("in order");
    let of_alice = Filter::builder().name("tag:Owner").values("alice").build();
    let stopped = Filter::builder().name("instance-state-name").values("stopped").build();
    let found = stage
        .ec2
        .describe_instances()
        .filters(of_alice)
        .filters(stopped)
        .send()
        .await
        .expect("in order");
    assert_eq!(found.reservations()[0].instances()[0].instance_id(), Some(id));

    stage.ec2.start_instances().instance_ids(id).send().await.expect("in order");
    until(async || stage.state(id).await == "running").await;
    let again = stage.instance(id).await;
    assert_eq!(again.private_ip_address(), Some(private), "kept");
    assert!(again.public_ip_address().is_some_and(|address| address != public), "new");
    let exit = stage.autoscaling.exit_standby().auto_scaling_group_name(GROUP).instance_ids(id);
    assert_eq!(exit.send().await.expect("in order").activities().len(), 1);
    until(async || stage.lifecycle(id).await.as_deref() == Some("InService")).await;
    assert_eq!(stage.group().await.desired_capacity(), Some(1));
}

#[tokio::test]
async fn a_box_that_is_stopped_in_service_is_replaced() {
    let stage = Stage::set(3, false).await;
    let desire = stage.autoscaling.set_desired_capacity().auto_scaling_group_name(GROUP);
    desire.desired_capacity(1).send().await.unwrap();
    let in_service = async || {
        let group = stage.group().await;
        let serving = group.instances().iter().filter(|member| {
            member.lifecycle_state().is_some_and(|state| state.as_str() == "InService")
                && member.health_status() == Some("Healthy")
        });
        serving.filter_map(|member| member.instance_id().map(str::to_owned)).collect::<Vec<_>>()
    };
    until(async || in_service().await.len() == 1).await;
    let id = in_service().await.remove(0);
    assert_eq!(stage.group().await.instances()[0].protected_from_scale_in(), Some(true));
    stage.ec2.stop_instances().instance_ids(&id).send().await.unwrap();
    until(async || stage.state(&id).await == "terminated").await;
    until(async || in_service().await.first().is_some_and(|other| *other != id)).await;
}
