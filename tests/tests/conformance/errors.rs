//! The shapes of errors, as the SDK shows them: status, code, sentence.

use aws_sdk_ec2::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};

use super::{
    case::cases,
    cloud::{Cloud, Spec},
    stage::{NOBODY, refusal},
};

cases! {
    "errors: EC2, one unknown instance" => both
        "400 InvalidInstanceID.NotFound: The instance ID 'nobody' does not exist", ec2_one;
    "errors: EC2, two unknown instances" => both
        "400 InvalidInstanceID.NotFound: The instance IDs 'nobody, nobody' do not exist", ec2_two;
    "errors: EC2, nothing named" => differ, ec2_nothing;
    "errors: EC2, something unheard of" => differ, ec2_unheard_of;
    "errors: EC2, the request id" => both "one", ec2_request_id;
    "errors: Auto Scaling, the request id" => both "one", request_id;
    "errors: Auto Scaling, no such group" => differ, no_group;
    "errors: Auto Scaling, not InService" => differ, not_in_service;
    "errors: Auto Scaling, no such member" => differ, no_member;
}

/// The whole error, with names for ids.
fn shape<T, E: ProvideErrorMetadata>(
    sent: Result<T, SdkError<E, HttpResponse>>,
    ids: &[&str],
) -> String {
    let Err(error) = sent else { return "done".into() };
    let sentence = error.message().unwrap_or("no sentence").to_owned();
    let sentence = ids.iter().fold(sentence, |text, id| text.replace(id, "nobody"));
    format!("{}: {sentence}", refusal(&error))
}

fn named(request_id: Option<&str>) -> String {
    if request_id.is_some() { "one".into() } else { "none".into() }
}

async fn ec2_one(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    shape(stage.ec2.start_instances().instance_ids(NOBODY).send().await, &[NOBODY])
}

async fn ec2_two(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let other = "i-0123456789abcdef1";
    let call = stage.ec2.start_instances().instance_ids(NOBODY).instance_ids(other);
    shape(call.send().await, &[NOBODY, other])
}

async fn ec2_nothing(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    shape(stage.ec2.stop_instances().send().await, &[])
}

async fn ec2_unheard_of(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let filter = aws_sdk_ec2::types::Filter::builder().name("no-such-filter").values("x").build();
    shape(stage.ec2.describe_instances().filters(filter).send().await, &[])
}

async fn ec2_request_id(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let sent = stage.ec2.start_instances().instance_ids(NOBODY).send().await;
    named(aws_sdk_ec2::operation::RequestId::request_id(&sent.unwrap_err()))
}

async fn request_id(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let reply = stage.autoscaling.describe_auto_scaling_groups().send().await.unwrap();
    named(aws_sdk_autoscaling::operation::RequestId::request_id(&reply))
}

async fn no_group(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let call = stage.autoscaling.set_desired_capacity().auto_scaling_group_name("no-such-group");
    shape(call.desired_capacity(1).send().await, &[])
}

async fn not_in_service(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let ids = stage.grown(1).await;
    let enter = || {
        let call = stage.autoscaling.enter_standby().auto_scaling_group_name(&stage.group);
        call.instance_ids(ids[0].as_str()).should_decrement_desired_capacity(true).send()
    };
    enter().await.unwrap();
    stage.settle();
    shape(enter().await, &[ids[0].as_str()])
}

async fn no_member(cloud: &Cloud) -> String {
    let stage = cloud.stage(Spec::default()).await;
    let call = stage.autoscaling.terminate_instance_in_auto_scaling_group().instance_id(NOBODY);
    shape(call.should_decrement_desired_capacity(false).send().await, &[NOBODY])
}
