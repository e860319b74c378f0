//! `POST /stop`: a user gives their box back, or their place in the queue.

use hotdesk::{
    clock::Clock,
    id::Epoch,
    problem::Problem,
    seats::{Addresses, Seat, Seats, Write},
    store::{Leave, Store},
    web::{self, Reply},
};
use http::StatusCode;
use lambda_http::Request;
use serde::Deserialize;
use serde_json::json;
use tracing::info;

use crate::{
    App, Refusal,
    session::{Session, redirect},
};

/// The seat that is meant; without it only the place in the queue is.
#[derive(Default, Deserialize)]
struct Form {
    #[serde(default)]
    epoch: Epoch,
}

/// Begins the stop; the reaper's pass carries it out.
pub(crate) async fn stop<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    request: &Request,
    html: bool,
) -> Result<Reply, Refusal> {
    let form: Form = serde_urlencoded::from_bytes(request.body().as_ref())
        .map_err(|_| Refusal::Problem(Problem::BadRequest))?;
    let now = app.clock.now();
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
