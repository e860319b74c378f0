//! What the control plane asks and orders, over a port that no browser reaches.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{ConnectInfo, DefaultBodyLimit, Extension, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hotdesk::{
    homes::{Stage, Trouble},
    token::TokenError,
};
use serde::Serialize;

use crate::{
    access::{Access, Activity},
    farewell::Farewell,
    homes::Homes,
    keeper::Letting,
    readiness::Readiness,
    refusal::Refusal,
};

/// The largest order, bytes: one needs 400.
const MAX_ORDER: usize = 4096;

/// What a drained box waits for as long as it runs, and one that has a home: nobody takes it for a
/// spare.
const DRAINED: &str = "drained";
const HOME: &str = "home";

/// What a box waits for that could take no home.
const KEEPER: &str = "keeper";

/// Answer of `/ready`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready {
    instance_id: String,
    ready: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waiting_for: Vec<&'static str>,
}

/// Answer of `/home`.
#[derive(Serialize)]
struct HomeIs {
    stage: Stage,
    #[serde(skip_serializing_if = "Option::is_none")]
    trouble: Option<Trouble>,
}

struct Probe {
    access: Arc<Access>,
    homes: Arc<Homes>,
    farewell: Arc<Farewell>,
    readiness: Readiness,
}

/// The routes for the control plane. Served with [`ConnectInfo`], the audit trail says where an
/// order came from.
pub fn probe(
    access: Arc<Access>,
    homes: Arc<Homes>,
    farewell: Arc<Farewell>,
    readiness: Readiness,
) -> Router {
    Router::new()
        .route("/ready", get(ready))
        .route("/activity", get(activity))
        .route("/home", post(home))
        .route("/drain", post(drain))
        .layer(DefaultBodyLimit::max(MAX_ORDER))
        .with_state(Arc::new(Probe { access, homes, farewell, readiness }))
}

async fn ready(State(probe): State<Arc<Probe>>) -> (StatusCode, Json<Ready>) {
    let (mut waiting_for, keeper) =
        tokio::join!(probe.readiness.waiting_for(), probe.homes.keeper_serves());
    let more =
        [(KEEPER, !keeper), (HOME, probe.homes.is_ordered()), (DRAINED, probe.access.is_drained())];
    waiting_for.extend(more.into_iter().filter_map(|(name, waits)| waits.then_some(name)));
    let ready = waiting_for.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let instance_id = probe.access.activity().instance_id.to_string();
    (status, Json(Ready { instance_id, ready, waiting_for }))
}

async fn activity(State(probe): State<Arc<Probe>>) -> Json<Activity> {
    Json(probe.access.activity())
}

/// How far the ordered home is; 403 for what is no order to this box and its user, 409 once it was
/// drained. 503 while the agent has no keys to check it with and 500 if it could not be written down:
/// then it must come again.
async fn home(State(probe): State<Arc<Probe>>, order: Bytes) -> Response {
    let taken = match text(&order) {
        Ok(order) => probe.access.order_home(order, &probe.homes).await,
        Err(refusal) => Err(refusal),
    };
    match taken {
        Ok(()) => {
            let is = probe.homes.whereabouts(probe.access.now()).await;
            let stage = is.stage.unwrap_or(Stage::Attaching);
            Json(HomeIs { stage, trouble: is.trouble }).into_response()
        }
        Err(refusal) => {
            tracing::warn!(refusal = refusal.word(), "order of a home refused");
            status_of(refusal).into_response()
        }
    }
}

/// What became of the user's files so far; 403 for what is no order to this box. 503 while the agent
/// has no keys to check it with and 500 if it could not be written down: then it must come again.
async fn drain(
    State(probe): State<Arc<Probe>>,
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    order: Bytes,
) -> Response {
    let from: Option<IpAddr> = from.map(|Extension(ConnectInfo(address))| address.ip());
    let drained = match text(&order) {
        Ok(order) => probe.access.drain(order, from).await,
        Err(refusal) => Err(refusal),
    };
    // Also where the order could not be written down: it holds for as long as this agent lives.
    let holds = matches!(drained, Ok(()) | Err(Refusal::Unwritable));
    let files = holds.then(|| probe.farewell.begin());
    match (drained, files) {
        (Ok(()), Some(files)) => Json(Letting { files }).into_response(),
        (Err(refusal), _) => status_of(refusal).into_response(),
        (Ok(()), None) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn text(order: &[u8]) -> Result<&str, Refusal> {
    let text = std::str::from_utf8(order).map_err(|_| Refusal::Ticket(TokenError::Invalid))?;
    Ok(text.trim_ascii())
}

fn status_of(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::NoKeys | Refusal::Unwritable => refusal.status(),
        Refusal::Drained => StatusCode::CONFLICT,
        _ => StatusCode::FORBIDDEN,
    }
}
