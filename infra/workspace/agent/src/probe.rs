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
    routing::{get, post},
};
use hotdesk::token::TokenError;
use serde::Serialize;

use crate::{
    access::{Access, Activity},
    readiness::Readiness,
    refusal::Refusal,
};

/// The largest order, bytes: one needs 300.
const MAX_ORDER: usize = 4096;

/// What a drained box waits for as long as it runs: nobody takes it for a spare.
const DRAINED: &str = "drained";

/// Answer of `/ready`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Ready {
    instance_id: String,
    ready: bool,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    waiting_for: Vec<&'static str>,
}

struct Probe {
    access: Arc<Access>,
    readiness: Readiness,
}

/// The routes for the control plane. Served with [`ConnectInfo`], the audit trail says where an
/// order came from.
pub fn probe(access: Arc<Access>, readiness: Readiness) -> Router {
    Router::new()
        .route("/ready", get(ready))
        .route("/activity", get(activity))
        .route("/drain", post(drain))
        .layer(DefaultBodyLimit::max(MAX_ORDER))
        .with_state(Arc::new(Probe { access, readiness }))
}

async fn ready(State(probe): State<Arc<Probe>>) -> (StatusCode, Json<Ready>) {
    let mut waiting_for = probe.readiness.waiting_for().await;
    if probe.access.is_drained() {
        waiting_for.push(DRAINED);
    }
    let ready = waiting_for.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let instance_id = probe.access.activity().instance_id.to_string();
    (status, Json(Ready { instance_id, ready, waiting_for }))
}

async fn activity(State(probe): State<Arc<Probe>>) -> Json<Activity> {
    Json(probe.access.activity())
}

/// 204 once the box is drained; 403 for what is no order to it. 503 while the agent has no keys to
/// check it with and 500 if it could not be written down: then it must come again.
async fn drain(
    State(probe): State<Arc<Probe>>,
    from: Option<Extension<ConnectInfo<SocketAddr>>>,
    order: Bytes,
) -> StatusCode {
    let from: Option<IpAddr> = from.map(|Extension(ConnectInfo(address))| address.ip());
    let drained = match std::str::from_utf8(&order) {
        Ok(order) => probe.access.drain(order.trim_ascii(), from).await,
        Err(_) => Err(Refusal::Ticket(TokenError::Invalid)),
    };
    match drained {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(refusal @ (Refusal::NoKeys | Refusal::Unwritable)) => refusal.status(),
        Err(_) => StatusCode::FORBIDDEN,
    }
}
