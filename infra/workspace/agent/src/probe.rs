//! What the control plane asks, over a port that no browser reaches.

use std::{path::Path, sync::Arc, time::Duration};

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use serde::Serialize;

use crate::{
    access::{Access, Activity},
    runtime::Runtime,
};

/// How long each part has to answer: the control plane asks again, so a slow one is not ready yet.
const PATIENCE: Duration = Duration::from_secs(1);

/// Asks the parts of the box whether they serve.
#[derive(Clone, Debug)]
pub struct Readiness {
    editor: reqwest::Client,
    nginx: reqwest::Client,
}

impl Readiness {
    /// For the editor at that socket, and the nginx of that runtime folder.
    ///
    /// # Errors
    /// As `reqwest` has them: no client can be made.
    pub fn new(editor_socket: &Path, runtime: &Runtime) -> Result<Self, reqwest::Error> {
        let client = |socket: &Path| {
            reqwest::Client::builder().unix_socket(socket).timeout(PATIENCE).build()
        };
        Ok(Self { editor: client(editor_socket)?, nginx: client(&runtime.path("nginx.sock"))? })
    }

    /// The parts that do not serve yet.
    pub async fn waiting_for(&self) -> Vec<&'static str> {
        let (editor, nginx) = tokio::join!(serves(&self.editor), serves(&self.nginx));
        let parts = [("editor", editor), ("nginx", nginx)];
        parts.into_iter().filter_map(|(name, serves)| (!serves).then_some(name)).collect()
    }

    /// Whether the editor serves.
    pub async fn editor_serves(&self) -> bool {
        serves(&self.editor).await
    }
}

/// Whether that part serves.
///
/// The editor is asked for its version and not for `/healthz`, which code-server answers before it
/// has loaded VS Code: the first who asks for more waits for that, and here it is the probe of a
/// spare and not a user.
async fn serves(part: &reqwest::Client) -> bool {
    let answer = part.get("http://box/version").send().await;
    answer.is_ok_and(|response| response.status().is_success())
}

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

/// The routes for the control plane.
pub fn probe(access: Arc<Access>, readiness: Readiness) -> Router {
    Router::new()
        .route("/ready", get(ready))
        .route("/activity", get(activity))
        .with_state(Arc::new(Probe { access, readiness }))
}

async fn ready(State(probe): State<Arc<Probe>>) -> (StatusCode, Json<Ready>) {
    let waiting_for = probe.readiness.waiting_for().await;
    let ready = waiting_for.is_empty();
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let instance_id = probe.access.activity().instance_id.to_string();
    (status, Json(Ready { instance_id, ready, waiting_for }))
}

async fn activity(State(probe): State<Arc<Probe>>) -> Json<Activity> {
    Json(probe.access.activity())
}
