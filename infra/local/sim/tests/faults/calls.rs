//! Faults of calls.

use std::time::Duration;

use hotdesk_sim::{
    InstanceState,
    faults::{CallFault, Rule, When},
    http::{Answer, Calls},
};
use tokio::time::{Instant, timeout};

use crate::stage::*;

fn broken() -> CallFault {
    CallFault::Error { code: "InternalError".into(), message: "a <b>".into(), status: 500 }
}

fn hits(shared: &hotdesk_sim::http::Shared) -> Vec<(u64, u64)> {
    shared.faults().iter().map(|active| (active.seen, active.hits)).collect()
}

#[tokio::test(start_paused = true)]
async fn an_error_comes_before_any_effect_and_as_often_as_it_may() {
    let (shared, id) = one_box().await;
    shared.set_faults(vec![Rule::call("StopInstances", broken()).at_most(2)]).unwrap();
    for _ in 0..2 {
        let Answer::Reply { status, body, .. } = ec2(&shared, "StopInstances", &id).await else {
            panic!("no reply")
        };
        assert_eq!(status, 500);
        assert!(
            body.contains("<Code>InternalError</Code><Message>a &lt;b&gt;</Message>"),
            "{body}"
        );
        assert_eq!(state(&shared, &id), InstanceState::Running);
    }
    assert_eq!(told(ec2(&shared, "StopInstances", &id).await), (200, None));
    assert_eq!(state(&shared, &id), InstanceState::Stopping);
    assert_eq!(hits(&shared), [(3, 2)]);
    let expected = Calls { answered: 1, refused: 2, ..Calls::default() };
    assert_eq!(shared.calls()["StopInstances"], expected);
}

#[tokio::test(start_paused = true)]
async fn each_service_throttles_in_its_own_words() {
    let (shared, id) = one_box().await;
    shared.set_faults(vec![Rule::call("*", CallFault::Throttle)]).unwrap();
    let exceeded = Some("RequestLimitExceeded".to_owned());
    assert_eq!(told(ec2(&shared, "StopInstances", &id).await), (503, exceeded));
    assert_eq!(told(describe(&shared).await), (400, Some("Throttling".to_owned())));
    assert_eq!(state(&shared, &id), InstanceState::Running);
    let calls = shared.calls();
    assert!(calls.values().all(|calls| *calls == Calls { throttled: 1, ..Calls::default() }));
    assert_eq!(calls.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_lost_request_does_nothing_and_a_lost_reply_hides_what_was_done() {
    let (shared, id) = one_box().await;
    shared.set_faults(vec![Rule::call("StopInstances", CallFault::LoseRequest)]).unwrap();
    assert_eq!(ec2(&shared, "StopInstances", &id).await, Answer::Cut);
    assert_eq!(state(&shared, &id), InstanceState::Running);
    shared.set_faults(vec![Rule::call("StopInstances", CallFault::LoseReply)]).unwrap();
    assert_eq!(ec2(&shared, "StopInstances", &id).await, Answer::Cut);
    assert_eq!(state(&shared, &id), InstanceState::Stopping);
    let expected = Calls { cut: 2, ..Calls::default() };
    assert_eq!(shared.calls()["StopInstances"], expected);
}

#[tokio::test(start_paused = true)]
async fn a_delayed_call_takes_effect_later_even_if_nobody_waits_for_it() {
    let (shared, id) = one_box().await;
    let rule = Rule::call("StopInstances", CallFault::Delay { ms: 5_000 });
    shared.set_faults(vec![rule]).unwrap();
    let waiting = timeout(Duration::from_secs(3), ec2(&shared, "StopInstances", &id));
    assert!(waiting.await.is_err(), "the caller gives up");
    assert_eq!(state(&shared, &id), InstanceState::Running, "nothing has happened yet");
    until(&shared, |sim| sim.instances()[0].state == InstanceState::Stopping).await;
}

#[tokio::test(start_paused = true)]
async fn the_first_rule_that_hits_decides_and_all_delays_add_up() {
    let (shared, id) = one_box().await;
    let rules = vec![
        Rule::call("*", CallFault::Delay { ms: 1_000 }),
        Rule::call("StartInstances", CallFault::LoseReply),
        Rule::call("StopInstances", broken()).when(When::Plan(vec![2])),
        Rule::call("StopInstances", CallFault::LoseRequest),
        Rule::call("StopInstances", CallFault::Delay { ms: 500 }),
    ];
    shared.set_faults(rules).unwrap();
    let begun = Instant::now();
    assert_eq!(ec2(&shared, "StopInstances", &id).await, Answer::Cut);
    assert_eq!(begun.elapsed(), Duration::from_millis(1_500));
    assert_eq!(told(ec2(&shared, "StopInstances", &id).await).0, 500);
    assert_eq!(begun.elapsed(), Duration::from_millis(3_000));
    assert_eq!(state(&shared, &id), InstanceState::Running);
    assert_eq!(hits(&shared), [(2, 2), (0, 0), (2, 1), (2, 1), (2, 2)]);
}

#[tokio::test(start_paused = true)]
async fn a_plan_counts_the_calls_that_it_is_about_since_it_was_set() {
    let (shared, id) = one_box().await;
    for _ in 0..2 {
        let rule = Rule::call("StopInstances", CallFault::LoseRequest).when(When::Plan(vec![2, 3]));
        shared.set_faults(vec![rule]).unwrap();
        let mut lost = Vec::new();
        for _ in 0..4 {
            describe(&shared).await;
            lost.push(ec2(&shared, "StopInstances", &id).await == Answer::Cut);
        }
        assert_eq!(lost, [false, true, true, false]);
        assert_eq!(hits(&shared), [(4, 2)]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_rate_hits_by_chance_and_the_same_in_every_run() {
    let run = async || {
        let (shared, id) = one_box().await;
        let rule = Rule::call("*", CallFault::LoseReply).when(When::Rate(0.25));
        shared.set_faults(vec![rule]).unwrap();
        let mut lost = Vec::new();
        for _ in 0..1_000 {
            lost.push(ec2(&shared, "StartInstances", &id).await);
        }
        lost
    };
    let lost = run().await;
    let count = lost.iter().filter(|answer| **answer == Answer::Cut).count();
    assert!((200..300).contains(&count), "{count}");
    assert_eq!(lost, run().await, "request ids and all");
}

#[tokio::test(start_paused = true)]
async fn without_rules_nothing_goes_wrong_and_calls_are_counted() {
    let (shared, id) = one_box().await;
    assert_eq!(told(ec2(&shared, "StopInstances", &id).await), (200, None));
    assert_eq!(told(ec2(&shared, "StopInstances", "i-0").await).0, 400);
    assert_eq!(told(ec2(&shared, "RunInstances", &id).await).0, 400);
    let one = Calls { answered: 1, refused: 1, ..Calls::default() };
    assert_eq!(shared.calls()["StopInstances"], one);
    assert_eq!(shared.calls()["RunInstances"], Calls { refused: 1, ..Calls::default() });
}
