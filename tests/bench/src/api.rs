//! Lambda's Runtime API, for one process: it asks for events and answers them. [docs: AWS Lambda Developer
//! Guide, "Using the Lambda runtime API for custom runtimes"]

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use anyhow::{Context as _, bail};
use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
    response::IntoResponse,
    routing::{get, post},
};
use serde_json::Value;
use tokio::{
    net::TcpListener,
    sync::{Notify, mpsc, oneshot},
    time::timeout,
};
use uuid::Uuid;

/// A function that says nothing for so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a function says to an event: its answer, or its error.
type Answer = Result<Value, String>;

/// The API of one process.
#[derive(Debug)]
pub struct Api {
    /// `AWS_LAMBDA_RUNTIME_API`.
    pub address: String,
    events: mpsc::Sender<(Value, oneshot::Sender<Answer>)>,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    events: tokio::sync::Mutex<mpsc::Receiver<(Value, oneshot::Sender<Answer>)>>,
    open: Mutex<Option<(String, oneshot::Sender<Answer>)>>,
    first: Mutex<Option<Instant>>,
    failed: Mutex<Option<String>>,
    asked: Notify,
}

impl Api {
    /// Listens on a free port.
    ///
    /// # Errors
    /// There is none.
    pub async fn start() -> anyhow::Result<Self> {
        let (sender, events) = mpsc::channel(1);
        let shared = Arc::new(Shared {
            events: tokio::sync::Mutex::new(events),
            open: Mutex::default(),
            first: Mutex::default(),
            failed: Mutex::default(),
            asked: Notify::new(),
        });
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?.to_string();
        let routes = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(Arc::clone(&shared));
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Ok(Self { address, events: sender, shared })
    }

    /// When the process asked for its first event.
    ///
    /// # Errors
    /// It does not, or says that it cannot begin.
    pub async fn first(&self) -> anyhow::Result<Instant> {
        timeout(PATIENCE, self.shared.asked.notified()).await.context("it asks for no event")?;
        if let Some(why) = self.shared.failed.lock().expect("not poisoned").take() {
            bail!("it cannot begin: {why}");
        }
        let first = *self.shared.first.lock().expect("not poisoned");
        first.context("it was asked for, and is not noted")
    }

    /// Sends it an event, and returns what it answers.
    ///
    /// # Errors
    /// It does not answer, or says that it failed.
    pub async fn invoke(&self, event: Value) -> anyhow::Result<Value> {
        let (sender, answer) = oneshot::channel();
        self.events.send((event, sender)).await.context("the API is gone")?;
        let answer = timeout(PATIENCE, answer).await.context("no answer in time")?;
        answer?.map_err(|why| anyhow::anyhow!("the function failed: {why}"))
    }
}

async fn next(State(shared): State<Arc<Shared>>) -> impl IntoResponse {
    let now = Instant::now();
    let begins = shared.first.lock().expect("not poisoned").replace(now).is_none();
    if begins {
        shared.asked.notify_one();
    }
    let Some((event, answer)) = shared.events.lock().await.recv().await else {
        return (StatusCode::GONE, HeaderMap::new(), String::new());
    };
    let id = Uuid::new_v4().to_string();
    let mut headers = HeaderMap::new();
    // Far in the future: 2100.
    for (name, value) in [
        ("lambda-runtime-aws-request-id", id.as_str()),
        ("lambda-runtime-deadline-ms", "4102444800000"),
        ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:1:function:bench"),
        ("lambda-runtime-trace-id", "Root=1-00000000-000000000000000000000000;Sampled=0"),
        ("content-type", "application/json"),
    ] {
        headers.insert(name, value.parse().expect("a header"));
    }
    *shared.open.lock().expect("not poisoned") = Some((id, answer));
    (StatusCode::OK, headers, event.to_string())
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> StatusCode {
    shared.answer(&id, serde_json::from_slice(&body).map_err(|e| e.to_string()))
}

async fn error(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    body: Bytes,
) -> StatusCode {
    shared.answer(&id, Err(String::from_utf8_lossy(&body).into_owned()))
}

async fn init_error(State(shared): State<Arc<Shared>>, body: Bytes) -> StatusCode {
    let why = String::from_utf8_lossy(&body).into_owned();
    *shared.failed.lock().expect("not poisoned") = Some(why);
    shared.asked.notify_one();
    StatusCode::ACCEPTED
}

impl Shared {
    fn answer(&self, id: &str, answer: Answer) -> StatusCode {
        match self.open.lock().expect("not poisoned").take() {
            Some((open, sender)) if open == id => {
                // Whoever asked may have given up.
                let _ = sender.send(answer);
                StatusCode::ACCEPTED
            }
            _ => StatusCode::FORBIDDEN,
        }
    }
}
