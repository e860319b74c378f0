//! Faults of events.

use std::time::Duration;

use hotdesk_sim::{
    Effect, GroupSpec, InstanceState,
    faults::{EventFault, Rule, When},
    http::Shared,
};
use serde_json::Value;
use tokio::{
    sync::mpsc::UnboundedReceiver,
    time::{Instant, timeout},
};

use crate::stage::*;

const STATE: &str = "EC2 Instance State-change Notification";

/// A cloud that is about to launch an instance, under these rules.
fn launching(rules: Vec<Rule>) -> (Shared, UnboundedReceiver<Value>) {
    let spec = GroupSpec { desired: 1, spot: true, ..GroupSpec::named(GROUP) };
    let shared = cloud(settings(), spec);
    shared.set_faults(rules).unwrap();
    let events = events(&shared);
    (shared, events)
}

/// The states that the next so many events tell of, and when they come, in ms from `begun`.
async fn told(
    events: &mut UnboundedReceiver<Value>,
    begun: Instant,
    n: usize,
) -> Vec<(String, u128)> {
    let mut told = Vec::new();
    for _ in 0..n {
        let event = timeout(Duration::from_secs(600), events.recv()).await.expect("one comes");
        let event = event.expect("the driver runs");
        let state = event["detail"]["state"].as_str().unwrap_or("none").to_owned();
        told.push((state, begun.elapsed().as_millis()));
    }
    told
}

/// Nothing comes for ten minutes.
async fn quiet(events: &mut UnboundedReceiver<Value>) -> bool {
    timeout(Duration::from_secs(600), events.recv()).await.is_err()
}

fn at(state: &str, ms: u128) -> (String, u128) {
    (state.to_owned(), ms)
}

#[tokio::test(start_paused = true)]
async fn events_come_when_they_happen() {
    let begun = Instant::now();
    let (_shared, mut events) = launching(vec![]);
    let expected = [at("pending", 2_000), at("running", 18_500)];
    assert_eq!(told(&mut events, begun, 2).await, expected);
    assert!(quiet(&mut events).await);
}

#[tokio::test(start_paused = true)]
async fn one_is_lost_and_the_cloud_goes_on() {
    let begun = Instant::now();
    let lose = Rule::event(STATE, EventFault::Lose).when(When::Plan(vec![1]));
    let (shared, mut events) = launching(vec![lose]);
    assert_eq!(told(&mut events, begun, 1).await, [at("running", 18_500)]);
    assert_eq!(shared.look(|sim| sim.instances()[0].state), InstanceState::Running);
    assert!(quiet(&mut events).await);
    assert_eq!((shared.faults()[0].seen, shared.faults()[0].hits), (2, 1));
}

#[tokio::test(start_paused = true)]
async fn one_comes_twice() {
    let begun = Instant::now();
    let rules = vec![
        Rule::event("*", EventFault::Double { ms: 0 }).at_most(1),
        Rule::event("*", EventFault::Double { ms: 700 }),
    ];
    let (_shared, mut events) = launching(rules);
    let first = timeout(Duration::from_secs(600), events.recv()).await.unwrap().unwrap();
    let second = events.recv().await.unwrap();
    assert_eq!(first, second, "the same event, its id too");
    let expected = [at("running", 18_500), at("running", 19_200)];
    assert_eq!(told(&mut events, begun, 2).await, expected);
    assert!(quiet(&mut events).await);
}

#[tokio::test(start_paused = true)]
async fn one_is_late_and_overtaken() {
    let begun = Instant::now();
    let late = Rule::event(STATE, EventFault::Late { ms: 10_000 }).when(When::Plan(vec![1]));
    let later = Rule::event("*", EventFault::Late { ms: 10_000 }).when(When::Plan(vec![1]));
    let twice = Rule::event("*", EventFault::Double { ms: 1_000 }).when(When::Plan(vec![1]));
    let (_shared, mut events) = launching(vec![late, later, twice]);
    let expected = [at("running", 18_500), at("pending", 22_000), at("pending", 23_000)];
    assert_eq!(told(&mut events, begun, 3).await, expected);
    assert!(quiet(&mut events).await);
}

#[tokio::test(start_paused = true)]
async fn those_that_are_due_at_the_same_time_all_come() {
    let spec = GroupSpec { desired: 3, ..GroupSpec::named(GROUP) };
    let shared = cloud(settings(), spec);
    let late = Rule::event(STATE, EventFault::Late { ms: 1_000 }).at_most(3);
    shared.set_faults(vec![late]).unwrap();
    let mut events = events(&shared);
    let mut late = Vec::new();
    for _ in 0..3 {
        let event = timeout(Duration::from_secs(600), events.recv()).await.unwrap().unwrap();
        assert_eq!(event["detail"]["state"], "pending");
        late.push(event["detail"]["instance-id"].as_str().unwrap().to_owned());
    }
    let mut on_time = Vec::new();
    for _ in 0..3 {
        let event = timeout(Duration::from_secs(600), events.recv()).await.unwrap().unwrap();
        on_time.push(event["detail"]["instance-id"].as_str().unwrap().to_owned());
    }
    late.sort();
    assert_eq!(late, on_time, "each of the three, once");
}

#[tokio::test(start_paused = true)]
async fn rules_are_for_one_kind_of_event_and_for_events_only() {
    let begun = Instant::now();
    let lose = Rule::event("EC2 Spot Instance Interruption Warning", EventFault::Lose);
    let (shared, mut events) = launching(vec![lose]);
    told(&mut events, begun, 2).await;
    let id = shared.look(|sim| sim.instances()[0].id.clone());
    shared.act(|sim| sim.recommend_rebalance(&id)).unwrap();
    shared.act(|sim| sim.interrupt(&id)).unwrap();
    let states: Vec<String> =
        told(&mut events, begun, 2).await.into_iter().map(|(state, _)| state).collect();
    assert_eq!(states, ["none", "shutting-down"], "the warning is lost, its effect is not");
    assert_eq!(shared.faults()[0].hits, 1);
}

#[tokio::test(start_paused = true)]
async fn boxes_start_and_stop_whatever_becomes_of_events() {
    let (shared, id) = one_box().await;
    shared.turn();
    shared.set_faults(vec![Rule::event("*", EventFault::Lose)]).unwrap();
    ec2(&shared, "TerminateInstances", &id).await;
    until(&shared, |sim| sim.instances()[0].state == InstanceState::Terminated).await;
    assert!(shared.turn().0.contains(&Effect::BoxStopped { id }));
}
