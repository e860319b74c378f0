//! Lambda's runtime API between cargo-lambda and functions that may die: a call whose function died
//! has failed at once, and its caller hears so. (Lambda Developer Guide, "Using the Lambda runtime
//! API"; `Runtime.ExitError` is what Lambda calls it.)

use std::{
    fmt, io,
    net::Ipv4Addr,
    sync::{Arc, Mutex, PoisonError},
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// Where Lambda says which call it is.
const REQUEST_ID: &str = "lambda-runtime-aws-request-id";
/// The version of the API, as in its paths.
const VERSION: &str = "2018-06-01";

/// The API; clones are the same.
#[derive(Clone)]
pub struct Runtime {
    client: Client,
    /// Where cargo-lambda is.
    port: u16,
    places: Arc<[Place]>,
}

/// Where one instance of a function after the other works.
#[derive(Clone, Debug)]
pub struct Slot {
    number: usize,
    function: &'static str,
    address: String,
}

impl Slot {
    /// Of which function.
    #[must_use]
    pub fn function(&self) -> &'static str {
        self.function
    }

    /// What its instances are told in `AWS_LAMBDA_RUNTIME_API`.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("port", &self.port).finish_non_exhaustive()
    }
}

struct Place {
    slot: Slot,
    /// The question for the next call. It outlives an instance that dies over it, so that no call goes
    /// to somebody who is dead.
    next: tokio::sync::Mutex<Option<Shared<BoxFuture<'static, Answer>>>>,
    at: Mutex<At>,
}

/// Where its instance is.
#[derive(Default)]
struct At {
    process: Option<u32>,
    /// The id of the call that it is in.
    call: Option<String>,
}

/// A call as cargo-lambda gives it, or why there is none.
type Answer = Result<(HeaderMap, Bytes), String>;

impl Place {
    fn at(&self) -> std::sync::MutexGuard<'_, At> {
        self.at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Runtime {
    /// Listens at `port` of 127.0.0.1 for instances of `functions`, in the place of cargo-lambda, which
    /// is at `api`. GET `/` says of each which process it is, and which call that is in.
    ///
    /// # Errors
    /// The port is taken.
    pub async fn serve(
        port: u16,
        api: u16,
        functions: impl Iterator<Item = &'static str>,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
        let port = listener.local_addr()?.port();
        let place = |(number, function)| {
            let address = format!("http://127.0.0.1:{port}/{number}");
            let slot = Slot { number, function, address };
            Place { slot, next: tokio::sync::Mutex::default(), at: Mutex::default() }
        };
        let places = functions.enumerate().map(place).collect();
        let client = Client::builder().no_proxy().build().map_err(io::Error::other)?;
        let runtime = Self { client, port: api, places };
        let app = Router::new()
            .route("/", get(list))
            .route(&format!("/{{number}}/{VERSION}/runtime/invocation/next"), get(next))
            .route(&format!("/{{number}}/{VERSION}/runtime/invocation/{{id}}/{{how}}"), post(done))
            .with_state(runtime.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        Ok(runtime)
    }

    /// All of them.
    pub fn slots(&self) -> impl Iterator<Item = Slot> {
        self.places.iter().map(|place| place.slot.clone())
    }

    /// That process is the instance now.
    pub fn began(&self, slot: &Slot, process: u32) {
        self.places[slot.number].at().process = Some(process);
    }

    /// The instance has ended: whether it was in a call, which has failed then.
    pub async fn ended(&self, slot: &Slot) -> bool {
        let At { call, .. } = std::mem::take(&mut *self.places[slot.number].at());
        match call {
            Some(id) => {
                self.fail(slot.function, &id).await;
                true
            }
            None => false,
        }
    }

    async fn fail(&self, function: &str, id: &str) {
        let message = format!("RequestId: {id} Error: Runtime exited with error: signal: killed");
        let error = json!({ "errorType": "Runtime.ExitError", "errorMessage": message });
        let url = self.url(function, &format!("{id}/error"));
        if let Err(error) = self.client.post(url).json(&error).send().await {
            tracing::warn!(function, id, %error, "nobody hears that a call has failed");
        }
    }

    fn url(&self, function: &str, rest: &str) -> String {
        let port = self.port;
        format!("http://127.0.0.1:{port}/.rt/{function}/{VERSION}/runtime/invocation/{rest}")
    }
}

async fn list(State(runtime): State<Runtime>) -> Json<Vec<Value>> {
    let say = |place: &Place| {
        let at = place.at();
        json!({ "function": place.slot.function, "process": at.process, "call": at.call })
    };
    Json(runtime.places.iter().map(say).collect())
}

/// Waits for the next call, and returns it.
async fn next(State(runtime): State<Runtime>, Path(number): Path<usize>) -> Response {
    let Some(place) = runtime.places.get(number) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    // Whoever asks is in no call: this one was on its way to an instance when that died.
    let lost = place.at().call.take();
    if let Some(id) = lost {
        runtime.fail(place.slot.function, &id).await;
    }
    let mut waiting = place.next.lock().await;
    let question = waiting.get_or_insert_with(|| {
        ask(runtime.client.clone(), runtime.url(place.slot.function, "next")).boxed().shared()
    });
    let answer = question.clone().await;
    *waiting = None;
    match answer {
        Ok((headers, body)) => {
            let id = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok());
            place.at().call = id.map(ToOwned::to_owned);
            (headers, body).into_response()
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error).into_response(),
    }
}

async fn ask(client: Client, url: String) -> Answer {
    let answer = client.get(url).send().await.map_err(|error| error.to_string())?;
    let mut headers = answer.headers().clone();
    // Those of the connection, which is another one here.
    for name in [header::CONNECTION, header::TRANSFER_ENCODING, header::CONTENT_LENGTH] {
        headers.remove(name);
    }
    Ok((headers, answer.bytes().await.map_err(|error| error.to_string())?))
}

/// A call is over, one way or the other.
async fn done(
    State(runtime): State<Runtime>,
    Path((number, id, how)): Path<(usize, String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let Some(place) = runtime.places.get(number) else { return StatusCode::NOT_FOUND };
    let url = runtime.url(place.slot.function, &format!("{id}/{how}"));
    let sent = runtime.client.post(url).headers(headers).body(body).send().await;
    place.at().call = None;
    sent.map_or(StatusCode::BAD_GATEWAY, |_| StatusCode::ACCEPTED)
}
