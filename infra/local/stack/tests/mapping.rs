//! The event source mapping: nothing is lost, nothing overtakes, and what fails for ever is given
//! up alone.

use std::{
    collections::HashMap,
    fs,
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use hotdesk_stack::{
    dead_letters::DeadLetters,
    lambda::Lambda,
    pump::mapping::{Mapping, Patience},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const RETRIES: u32 = 3;

/// How the function says that it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// It names the record.
    Which,
    /// It names it and all that come after it.
    AllFrom,
    /// It fails, and does nothing of the batch.
    Nothing,
    /// It names a record that is not there.
    Nonsense,
}

/// A function that handles records in order until one makes it fail.
#[derive(Debug)]
struct Function {
    says: Says,
    /// How often each record still fails.
    failures: HashMap<String, u32>,
    /// What it was invoked with.
    batches: Vec<Vec<String>>,
    /// What it has handled.
    handled: Vec<String>,
}

type Shared = Arc<Mutex<Function>>;

fn number(record: &Value) -> String {
    record["dynamodb"]["SequenceNumber"].as_str().expect("a number").to_owned()
}

async fn invoked(
    State(function): State<Shared>,
    Json(event): Json<Value>,
) -> (StatusCode, Json<Value>) {
    let mut function = function.lock().expect("not poisoned");
    let batch: Vec<String> =
        event["Records"].as_array().expect("records").iter().map(number).collect();
    function.batches.push(batch.clone());
    let failing = batch.iter().position(|record| function.failures.get(record) > Some(&0));
    let Some(at) = failing else {
        function.handled.extend(batch);
        return (StatusCode::OK, Json(json!({ "batchItemFailures": [] })));
    };
    *function.failures.entry(batch[at].clone()).or_default() -= 1;
    let report = |records: &[String]| {
        let failures = records.iter().rev().map(|id| json!({ "itemIdentifier": id }));
        Json(json!({ "batchItemFailures": failures.collect::<Vec<_>>() }))
    };
    let named = match function.says {
        Says::Nothing => return (StatusCode::INTERNAL_SERVER_ERROR, Json(Value::Null)),
        Says::Nonsense => return (StatusCode::OK, report(&["99".into()])),
        Says::Which => at..=at,
        Says::AllFrom => at..=batch.len() - 1,
    };
    function.handled.extend_from_slice(&batch[..at]);
    (StatusCode::OK, report(&batch[named]))
}

struct Stage {
    mapping: Mapping,
    dead: PathBuf,
    _folder: tempfile::TempDir,
}

impl Stage {
    fn new(endpoint: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let dead = folder.path().join("dead");
        let patience = Patience {
            retries: RETRIES,
            pause: Duration::from_micros(100),
            longest_pause: Duration::from_micros(200),
            ..Patience::default()
        };
        let mapping = Mapping {
            lambda: Lambda::new(endpoint),
            dead: DeadLetters::new(dead.clone()),
            patience,
        };
        Self { mapping, dead, _folder: folder }
    }

    /// The batches that were given up.
    fn dead(&self) -> Vec<Vec<String>> {
        let text = fs::read_to_string(&self.dead).unwrap_or_default();
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON"));
        let batch = |line: Value| {
            assert_eq!(line["function"], "provision");
            line["event"]["Records"].as_array().expect("records").iter().map(number).collect()
        };
        lines.map(batch).collect()
    }
}

async fn function() -> (String, Shared) {
    let function = Function {
        says: Says::Which,
        failures: HashMap::new(),
        batches: Vec::new(),
        handled: Vec::new(),
    };
    let function = Arc::new(Mutex::new(function));
    let router = Router::new()
        .route("/2015-03-31/functions/provision/invocations", post(invoked))
        .with_state(function.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("bound"));
    tokio::spawn(async { axum::serve(listener, router).await });
    (endpoint, function)
}

fn records(count: usize) -> Vec<Value> {
    (0..count).map(|n| json!({ "dynamodb": { "SequenceNumber": n.to_string() } })).collect()
}

#[tokio::test]
async fn whatever_fails_the_rest_is_handled_once_in_order_and_poison_is_given_up_alone() {
    const RECORDS: usize = 4;
    let kinds = [0, 2, u32::MAX];
    let (endpoint, shared) = function().await;
    for says in [Says::Which, Says::AllFrom, Says::Nothing, Says::Nonsense] {
        for case in 0..kinds.len().pow(RECORDS as u32) {
            let kind = |n: usize| kinds[case / kinds.len().pow(n as u32) % kinds.len()];
            let (poison, good): (Vec<usize>, Vec<usize>) =
                (0..RECORDS).partition(|n| kind(*n) == u32::MAX);
            *shared.lock().unwrap() = Function {
                says,
                failures: (0..RECORDS).map(|n| (n.to_string(), kind(n))).collect(),
                batches: Vec::new(),
                handled: Vec::new(),
            };
            let stage = Stage::new(&endpoint);

            stage.mapping.deliver(records(RECORDS)).await;

            let function = shared.lock().unwrap();
            let name = |n: &usize| n.to_string();
            let good: Vec<String> = good.iter().map(name).collect();
            let poison: Vec<Vec<String>> = poison.iter().map(|n| vec![name(n)]).collect();
            assert_eq!(function.handled, good, "{says:?}, case {case}");
            assert_eq!(stage.dead(), poison, "{says:?}, case {case}");
            for alone in &poison {
                let tries = function.batches.iter().filter(|batch| *batch == alone).count();
                assert_eq!(tries, RETRIES as usize + 1, "{says:?}, case {case}");
            }
        }
    }
}

#[tokio::test]
async fn what_was_done_before_the_first_failed_record_does_not_come_again() {
    let (endpoint, shared) = function().await;
    shared.lock().unwrap().failures.insert("2".into(), 1);
    let stage = Stage::new(&endpoint);

    stage.mapping.deliver(records(5)).await;

    let all = |from: u32| (from..5).map(|n| n.to_string()).collect::<Vec<_>>();
    assert_eq!(shared.lock().unwrap().batches, [all(0), all(2)]);
}

#[tokio::test]
async fn a_function_that_cannot_be_invoked_uses_up_no_retries() {
    let (endpoint, shared) = function().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let stage = Stage::new(&format!("http://{}", listener.local_addr().unwrap()));
    let upstream = endpoint.trim_start_matches("http://").to_owned();
    tokio::spawn(async move {
        for _ in 0..3 * RETRIES {
            drop(listener.accept().await);
        }
        loop {
            let (mut inbound, _) = listener.accept().await.unwrap();
            let mut outbound = tokio::net::TcpStream::connect(&upstream).await.unwrap();
            tokio::spawn(async move {
                let _ = tokio::io::copy_bidirectional(&mut inbound, &mut outbound).await;
            });
        }
    });

    stage.mapping.deliver(records(1)).await;

    assert_eq!(shared.lock().unwrap().handled, ["0"]);
    assert!(stage.dead().is_empty());
}

#[tokio::test]
async fn records_that_are_too_old_are_given_up_together() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let mut stage = Stage::new(&format!("http://{nobody}"));
    stage.mapping.patience.age = Duration::ZERO;

    stage.mapping.deliver(records(2)).await;

    assert_eq!(stage.dead(), [["0", "1"]]);
}
