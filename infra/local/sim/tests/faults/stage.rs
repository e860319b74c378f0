//! A simulated cloud under tokio's paused clock, without a network.

use std::time::Duration;

use hotdesk_sim::{
    Effect, GroupSpec, InstanceState, Settings, Sim,
    http::{Answer, Shared, answer, drive},
};
use serde_json::Value;
use tokio::{
    sync::mpsc,
    time::{Instant, sleep, timeout},
};

pub(crate) const GROUP: &str = "desks";
const EC2: &str = "2016-11-15";
const AUTO_SCALING: &str = "2011-01-01";
/// 2021-01-13T00:12:37Z.
const START: u64 = 1_610_496_757_000;

pub(crate) fn settings() -> Settings {
    Settings { throttle: false, ..Settings::default() }
}

/// A cloud whose clock is tokio's.
pub(crate) fn cloud(settings: Settings, group: GroupSpec) -> Shared {
    let epoch = Instant::now();
    let clock = move || START + u64::try_from(epoch.elapsed().as_millis()).unwrap();
    Shared::new(Sim::new(settings, group, START), clock)
}

/// A cloud with one instance that runs, and its id.
pub(crate) async fn one_box() -> (Shared, String) {
    let spec = GroupSpec { desired: 1, ..GroupSpec::named(GROUP) };
    let shared = cloud(settings(), spec);
    until(&shared, |sim| {
        sim.instances().first().is_some_and(|i| i.state == InstanceState::Running)
    })
    .await;
    let id = shared.look(|sim| sim.instances()[0].id.clone());
    (shared, id)
}

/// Waits, at most an hour, until `holds` says so.
pub(crate) async fn until(shared: &Shared, holds: impl Fn(&Sim) -> bool) {
    let wait = async {
        while !shared.look(&holds) {
            sleep(Duration::from_millis(100)).await;
        }
    };
    timeout(Duration::from_secs(3600), wait).await.expect("it holds in time");
}

fn form(action: &str, version: &str, rest: &[(&str, &str)]) -> Vec<u8> {
    let head = [("Action", action), ("Version", version)];
    let all: Vec<_> = head.iter().chain(rest).collect();
    serde_urlencoded::to_string(all).unwrap().into_bytes()
}

/// A call to EC2 about one instance.
pub(crate) async fn ec2(shared: &Shared, action: &str, id: &str) -> Answer {
    answer(shared, &form(action, EC2, &[("InstanceId.1", id)])).await
}

/// A call to Auto Scaling.
pub(crate) async fn scaling(shared: &Shared, action: &str, rest: &[(&str, &str)]) -> Answer {
    answer(shared, &form(action, AUTO_SCALING, rest)).await
}

/// A description of the group.
pub(crate) async fn describe(shared: &Shared) -> Answer {
    scaling(shared, "DescribeAutoScalingGroups", &[]).await
}

/// The status of a reply, and its error's code if it has one.
pub(crate) fn told(answer: Answer) -> (u16, Option<String>) {
    let Answer::Reply { status, body, .. } = answer else { panic!("no reply") };
    let code = body.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    (status, code.map(|(code, _)| code.to_owned()))
}

pub(crate) fn state(shared: &Shared, id: &str) -> InstanceState {
    shared.look(|sim| sim.instances().into_iter().find(|i| i.id == id).expect("known").state)
}

/// The events of a cloud as they are delivered.
pub(crate) fn events(shared: &Shared) -> mpsc::UnboundedReceiver<Value> {
    let (sender, events) = mpsc::unbounded_channel();
    let (effects, mut happened) = mpsc::channel(16);
    tokio::spawn(drive(shared.clone(), effects));
    tokio::spawn(async move {
        while let Some(effect) = happened.recv().await {
            if let Effect::Event(event) = effect {
                sender.send(event).ok();
            }
        }
    });
    events
}
