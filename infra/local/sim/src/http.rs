//! AWS's query protocol in front of the core: form POSTs in, XML out, as the SDKs of EC2
//! (2016-11-15) and Auto Scaling (2011-01-01) speak it. Signatures are not checked.
//!
//! A parameter that is not simulated is refused by name: to ignore it would be to pretend.

mod autoscaling;
mod ec2;
mod query;
mod shared;
mod xml;

pub use shared::{Shared, drive};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::AwsError;
use query::Query;

/// The HTTP face: POST `/` is EC2 and Auto Scaling (told apart by `Version`), GET `/_sim/state`
/// the whole state as JSON, for people and tests: `now` (ms since 1970), `group` (with its members
/// and the lifecycle actions that hold them) and `instances`.
pub fn router(shared: Shared) -> Router {
    Router::new().route("/", post(answer)).route("/_sim/state", get(state)).with_state(shared)
}

async fn state(State(shared): State<Shared>) -> Json<Value> {
    shared.look(|sim| {
        Json(json!({ "now": sim.now(), "group": sim.group(), "instances": sim.instances() }))
    })
}

async fn answer(State(shared): State<Shared>, body: Bytes) -> Response {
    let request_id = Uuid::new_v4().to_string();
    let mut query = Query::parse(&body);
    let action = query.take("Action").unwrap_or_default();
    let version = query.take("Version").unwrap_or_default();
    let (outcome, error_xml): (_, fn(&AwsError, &str) -> String) = match version.as_str() {
        ec2::VERSION => (ec2::answer(&shared, &action, query, &request_id), ec2::error),
        autoscaling::VERSION => {
            (autoscaling::answer(&shared, &action, query, &request_id), autoscaling::error)
        }
        _ => (Err(invalid_action(&action)), autoscaling::error),
    };
    match outcome {
        Ok(xml) => {
            tracing::debug!(action, "answered");
            xml_response(StatusCode::OK, xml)
        }
        Err(error) => {
            tracing::debug!(action, code = error.code, message = error.message, "refused");
            let status = StatusCode::from_u16(error.status).unwrap_or(StatusCode::BAD_REQUEST);
            xml_response(status, error_xml(&error, &request_id))
        }
    }
}

fn xml_response(status: StatusCode, xml: String) -> Response {
    (status, [(CONTENT_TYPE, "text/xml;charset=UTF-8")], xml).into_response()
}

/// [docs: CommonErrors, InvalidAction]
fn invalid_action(action: &str) -> AwsError {
    AwsError::client(
        "InvalidAction",
        format!("The action {action} is not valid for this web service (or not simulated)."),
    )
}

/// The core replied with something that does not belong to the call; a fault of the simulator.
fn mismatch() -> AwsError {
    AwsError {
        code: "InternalFailure",
        message: "the reply does not fit the call".into(),
        status: 500,
    }
}
