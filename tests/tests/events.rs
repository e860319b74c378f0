//! Every event in `events/` does what its name says, on real Redis, moto and the simulator.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::{fs, path::Path, sync::Arc};

use hotdesk::{control::Policy, spares::Spares, store::Store};
use hotdesk_tests::{
    boxes::ReadyBoxes,
    desk::Desk,
    fleet::{App, Cloud},
    world::policy,
};
use serde_json::Value;

fn desk_policy() -> Policy {
    Policy { spares: Spares::Fixed(0), min_boxes: 0, ..policy() }
}

/// The status that each HTTP event is answered with.
const ANSWERS: [(&str, u16); 20] = [
    ("dispatch-delete-foreign-origin", 403),
    ("dispatch-export-method-not-allowed", 405),
    ("dispatch-health", 200),
    ("dispatch-home-signed-out", 302),
    ("dispatch-homes-signed-out", 302),
    ("dispatch-keys", 200),
    ("dispatch-method-not-allowed", 405),
    ("dispatch-open-forged-session", 401),
    ("dispatch-open-in-passing", 403),
    ("dispatch-open-signed-out", 401),
    ("dispatch-problem-page", 200),
    ("dispatch-restore-signed-out", 401),
    ("dispatch-revoke-signed-out", 401),
    ("dispatch-somebodys-home-signed-out", 401),
    ("dispatch-status-signed-out", 401),
    ("dispatch-stop-foreign-origin", 403),
    ("dispatch-unknown-route", 404),
    ("ping-forged-token", 401),
    ("ping-not-json", 401),
    ("ping-without-token", 401),
];

/// The records that `provision` reports as failed, by their sequence numbers.
const REPORTED: [(&str, &str); 1] = [("provision-malformed-item", "4421584500000000017450439092")];

fn events() -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap())
    };
    files.map(read).collect()
}

async fn app(desk: &Desk, cloud: &Cloud) -> App {
    let plane = cloud.plane(desk, ReadyBoxes::default(), desk_policy()).await;
    lifecycle::App { plane, group: "hotdesk".into() }
}

#[tokio::test]
async fn http_events_are_answered_with_their_status() {
    let desk = Desk::start().await;
    let mut answered = Vec::new();
    for (name, event) in events() {
        let event = event.to_string();
        let reply = if name.starts_with("dispatch-") {
            let request = lambda_http::request::from_str(&event).expect("a request");
            dispatch::handle(&desk.dispatch, request).await
        } else if name.starts_with("ping-") {
            ping::handle(&desk.ping, ping::event::request(&event).expect("a request")).await
        } else {
            continue;
        };
        answered.push((name, reply.status().as_u16()));
    }
    answered.sort();
    let expected: Vec<_> =
        ANSWERS.iter().map(|(name, status)| ((*name).to_owned(), *status)).collect();
    assert_eq!(answered, expected);
}

#[tokio::test]
async fn the_other_events_are_handled_and_give_nobody_a_box() {
    let desk = Desk::start().await;
    let cloud = Arc::new(Cloud::start().await);
    let app = app(&desk, &cloud).await;
    let mut handled = 0;
    for (name, event) in events() {
        let event = event.clone();
        if name.starts_with("lifecycle-") {
            let event = serde_json::from_value(event).unwrap();
            lifecycle::handle(&app, event, name.clone()).await.expect(&name);
        } else if name.starts_with("provision-") {
            let event = serde_json::from_value(event).unwrap();
            let reply = provision::handle(&app.plane, event, name.clone()).await.expect(&name);
            let failed = reply.batch_item_failures.into_iter().filter_map(|f| f.item_identifier);
            let expected = REPORTED.iter().filter(|(reported, _)| *reported == name);
            assert!(failed.eq(expected.map(|(_, record)| *record)), "{name}");
        } else if name.starts_with("idle-reaper-") {
            idle_reaper::handle(&app.plane, name.clone()).await.expect(&name);
        } else if name.starts_with("sign-in-") {
            // Among that function's own tests, which have a provider for it.
            continue;
        } else {
            assert!(ANSWERS.iter().any(|(http, _)| *http == name), "no function's event: {name}");
            continue;
        }
        handled += 1;
    }
    assert!(handled >= 15, "{handled}");
    let view = app.plane.store.view().await.unwrap();
    assert!(view.pool.is_empty() && view.stopping.is_empty(), "{view:?}");
}

#[tokio::test]
async fn look_alikes_evict_nobody() {
    let desk = Desk::start().await;
    desk.stock(1).await;
    let sent = desk.open("alice").await.expect("a box");
    let cloud = Arc::new(Cloud::start().await);
    let app = app(&desk, &cloud).await;
    for (name, mut event) in events() {
        let look_alike =
            ["warm-pool", "replace-root-volume", "other-group", "other-hook", "spot", "rebalance"];
        if !look_alike.iter().any(|part| name.contains(part)) {
            continue;
        }
        for key in ["EC2InstanceId", "instance-id"] {
            if event["detail"].get(key).is_some() {
                event["detail"][key] = sent.instance.as_str().into();
            }
        }
        lifecycle::handle(&app, serde_json::from_value(event).unwrap(), name.clone())
            .await
            .expect(&name);
        assert_eq!(desk.open("alice").await.expect(&name).instance, sent.instance, "{name}");
    }
}
