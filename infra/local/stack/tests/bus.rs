//! Events to `lifecycle`: tried three times, then kept.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{Router, extract::State, http::StatusCode, routing::post};
use hotdesk_stack::{dead_letters::DeadLetters, lambda::Lambda, pump::bus};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    time::{Duration, sleep, timeout},
};

/// A function that fails as often as told, and counts.
async fn function(failures: usize) -> (Lambda, Arc<AtomicUsize>) {
    type Count = (usize, Arc<AtomicUsize>);
    async fn invoked(State((failures, count)): State<Count>) -> (StatusCode, &'static str) {
        if count.fetch_add(1, Ordering::SeqCst) < failures {
            (StatusCode::INTERNAL_SERVER_ERROR, r#"{"errorMessage":"not today"}"#)
        } else {
            (StatusCode::OK, "null")
        }
    }
    let count = Arc::new(AtomicUsize::new(0));
    let router = Router::new()
        .route("/2015-03-31/functions/lifecycle/invocations", post(invoked))
        .with_state((failures, count.clone()));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async { axum::serve(listener, router).await });
    (Lambda::new(&endpoint), count)
}

async fn until(mut true_yet: impl FnMut() -> bool) {
    let wait = async {
        while !true_yet() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(30), wait).await.expect("within 30 s");
}

#[tokio::test]
async fn an_event_that_fails_twice_is_delivered() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dead");
    let (lambda, count) = function(2).await;

    bus::deliver(&lambda, &DeadLetters::new(file.clone()), json!({ "id": "1" }));

    until(|| count.load(Ordering::SeqCst) == 3).await;
    assert!(!file.exists());
}

#[tokio::test]
async fn an_event_that_fails_three_times_is_kept() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("dead");
    let (lambda, count) = function(usize::MAX).await;

    bus::deliver(&lambda, &DeadLetters::new(file.clone()), json!({ "id": "1" }));

    until(|| fs::read_to_string(&file).is_ok_and(|text| text.ends_with('\n'))).await;
    let kept: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(kept["event"], json!({ "id": "1" }));
    assert_eq!(kept["function"], "lifecycle");
    assert!(kept["error"].as_str().unwrap().contains("not today"));
    assert_eq!(count.load(Ordering::SeqCst), 3);
}
