//! `POST /stop`: a user gives their box back, or their place in the queue.

use hotdesk::{
    clock::Clock,
    id::Epoch,
    problem::Problem,
    seats::{Addresses, Seat, Seats, Write},
    store::{Leave, Store},
    web::{self, Reply},
};
use http::{StatusCode, header};
use lambda_http::Request;
use serde::Deserialize;
use serde_json::json;
use tracing::info;

use crate::{
    App, Refusal,
    session::{Session, redirect},
};

const FORM: &str = "application/x-www-form-urlencoded";

/// What is given back.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    /// The seat that is meant; without it only the place in the queue is.
    #[serde(default)]
    epoch: Epoch,
    /// The page of one who waits is being closed: the place is free a little later, unless they ask
    /// again.
    #[serde(default)]
    closing: bool,
}

/// Begins the stop; the reaper's pass carries it out.
pub(crate) async fn stop<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    request: &Request,
    html: bool,
) -> Result<Reply, Refusal> {
    let form = form(request)?;
    let now = app.clock.now();
    if form.closing {
        app.store.closing(&session.user, now).await?;
        return Ok(web::empty(StatusCode::NO_CONTENT));
    }
    let left = app.store.leave(&session.user, form.epoch, now).await?;
    let outcome = match left {
        Leave::Begun(stop) => {
            let seat = Seat {
                user: session.user.clone(),
                instance: stop.instance,
                epoch: form.epoch,
                since: now,
                addresses: Addresses::default(),
            };
            // Refused: never opened; the stop flow parks the box.
            let ended = app.seats.end(&seat).await?;
            info!(user = %session.user, instance_id = %seat.instance, epoch = form.epoch.0,
                reason = "left", opened = ended == Write::Done, "stop begun");
            "stopping"
        }
        Leave::Left => "stopped",
        Leave::AlreadyGone if form.epoch == Epoch::default() => "stopped",
        Leave::AlreadyGone => return Err(Refusal::Problem(Problem::Stale)),
    };
    if html {
        return Ok(redirect(StatusCode::SEE_OTHER, "/"));
    }
    Ok(web::json(StatusCode::ACCEPTED, &json!({ "state": outcome })))
}

fn form(request: &Request) -> Result<Form, Refusal> {
    let body = request.body().as_ref();
    if body.len() > web::MAX_BODY {
        return Err(Refusal::Problem(Problem::TooLarge));
    }
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = kind.map(|kind| kind.split(';').next().unwrap_or_default().trim());
    if !body.is_empty() && !kind.is_some_and(|kind| kind.eq_ignore_ascii_case(FORM)) {
        return Err(Refusal::Problem(Problem::UnsupportedMediaType));
    }
    serde_urlencoded::from_bytes(body).map_err(|_| Refusal::Problem(Problem::BadRequest))
}
