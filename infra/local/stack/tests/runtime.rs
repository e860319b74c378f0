//! Lambda's runtime API for functions that die.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::{net::Ipv4Addr, sync::Arc};

use axum::{
    Router,
    extract::Path,
    routing::{get, post},
};
use hotdesk_stack::runtime::{Runtime, Slot};
use reqwest::Client;
use tokio::{
    net::TcpListener,
    sync::{Mutex, mpsc},
};

/// Where Lambda says which call it is.
const REQUEST_ID: &str = "lambda-runtime-aws-request-id";
/// Where calls are asked for and answered.
const INVOCATION: &str = "2018-06-01/runtime/invocation";

/// Who stands for cargo-lambda: gives the calls `one`, `two` and so on, one to each question, and
/// says what it hears of them.
async fn emulator() -> (u16, mpsc::Receiver<String>) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let (says, heard) = mpsc::channel(9);
    let (calls, asked) = mpsc::channel(9);
    for id in ["one", "two", "three"] {
        calls.try_send(id).unwrap();
    }
    let asked = Arc::new(Mutex::new(asked));
    let next = async move || {
        let id = asked.lock().await.recv().await.unwrap();
        ([(REQUEST_ID, id)], "an event")
    };
    let done = async move |Path((id, how)): Path<(String, String)>, body: String| {
        says.send(format!("{id} {how} {body}")).await.unwrap();
    };
    let path = format!("/.rt/ping/{INVOCATION}");
    let app = Router::new()
        .route(&format!("{path}/next"), get(next))
        .route(&format!("{path}/{{id}}/{{how}}"), post(done));
    tokio::spawn(async move {
        let _calls = calls;
        axum::serve(listener, app).await
    });
    (port, heard)
}

async fn ask_for_a_call(slot: &Slot) -> String {
    let url = format!("{}/{INVOCATION}/next", slot.address());
    let answer = reqwest::get(url).await.unwrap();
    let id = answer.headers()[REQUEST_ID].to_str().unwrap().to_owned();
    assert_eq!(answer.text().await.unwrap(), "an event");
    id
}

#[tokio::test]
async fn the_call_of_whoever_dies_has_failed_and_no_other() {
    let (api, mut heard) = emulator().await;
    let runtime = Runtime::serve(0, api, ["ping"].into_iter()).await.unwrap();
    let slot = runtime.slots().next().unwrap();
    runtime.began(&slot, 1);

    assert_eq!(ask_for_a_call(&slot).await, "one");
    let url = format!("{}/{INVOCATION}/one/response", slot.address());
    Client::new().post(url).body("its answer").send().await.unwrap();
    assert_eq!(heard.recv().await.unwrap(), "one response its answer");
    assert!(!runtime.ended(&slot).await, "it was idle");

    assert_eq!(ask_for_a_call(&slot).await, "two");
    assert!(runtime.ended(&slot).await, "it was in a call");
    let two = heard.recv().await.unwrap();
    assert!(two.starts_with("two error ") && two.contains("Runtime.ExitError"), "{two}");

    // Died on its way to get a call: nobody knows but the next one, who asks again.
    assert_eq!(ask_for_a_call(&slot).await, "three");
    let url = format!("{}/{INVOCATION}/next", slot.address());
    let again = tokio::spawn(reqwest::get(url));
    assert!(heard.recv().await.unwrap().starts_with("three error "));
    again.abort();
}
