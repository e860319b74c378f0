//! AWS's query protocol in front of the core: form POSTs in, XML out, as the SDKs of EC2
//! (2016-11-15) and Auto Scaling (2011-01-01) speak it. Signatures are not checked. [`router`] is
//! for a network, [`answer()`] for callers in the same process.
//!
//! A parameter that is not simulated is refused by name: to ignore it would be to pretend.

mod answer;
mod autoscaling;
mod control;
mod counts;
mod ec2;
mod late;
mod query;
mod service;
mod shared;
mod xml;

pub use answer::{Answer, answer};
pub use counts::Calls;
pub use shared::{Shared, drive};

use std::{future::ready, io};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::State,
    http::{HeaderName, StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
    routing::post,
};
use futures::stream;

use crate::AwsError;

/// The HTTP face: POST `/` is EC2 and Auto Scaling (told apart by `Version`); what begins with
/// `/_sim/` is for people and tests, in JSON:
///
/// - GET `state`: `now` (ms since 1970), `group` (with its members and the lifecycle actions that
///   hold them), `instances`, `volumes`, `snapshots`, `activities` and `conditions`, all as they are,
///   whatever the lag;
/// - GET and PUT `faults`: the list of [`Rule`](crate::faults::Rule)s; GET says with each what it
///   has done ([`Active`](crate::faults::Active));
/// - PUT `conditions`: `lag_ms`, `capacity` (`null`: no bound), `throttle`, `launch_error` (EC2's
///   sentence for every launch of the group; `null`: they succeed), `max_size` (409 below MinSize),
///   `lost_zone` (`null`: none; 409 if there is no such zone), `volume_limit` and `volume_capacity`
///   (GiB, in all and in each zone; `null`: no bound), each of which stays as it is if it is left out; the answer is what holds now;
/// - GET `calls`: [`Calls`] by action;
/// - POST `interrupt` and `rebalance`: what EC2 does to the Spot instance `{"instance": "i-..."}`.
pub fn router(shared: Shared) -> Router {
    Router::new().route("/", post(query)).merge(control::routes()).with_state(shared)
}

async fn query(State(shared): State<Shared>, body: Bytes) -> Response {
    match answer(&shared, &body).await {
        Answer::Reply { status, body, request_id } => {
            let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
            let kind = (CONTENT_TYPE, "text/xml;charset=UTF-8".to_owned());
            let id = (HeaderName::from_static("x-amzn-requestid"), request_id);
            (status, [kind, id], body).into_response()
        }
        Answer::Cut => cut(),
    }
}

/// No answer: hyper writes the head with the first piece of the body, and where there is an error
/// instead it closes the connection.
fn cut() -> Response {
    let error = io::Error::other("cut on purpose");
    Body::from_stream(stream::once(ready(Err::<Bytes, _>(error)))).into_response()
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
        code: "InternalFailure".into(),
        message: "the reply does not fit the call".into(),
        status: 500,
    }
}
