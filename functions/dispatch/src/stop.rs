//! `POST /stop`: a user gives their box back, or their place in the queue.

use hotdesk::{
    audit::What,
    clock::Clock,
    id::Epoch,
    ledger::{Ending, Why},
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
    session::{Session, audit},
};

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
    let form: Form = web::form(request)?;
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
            let by = Some(session.user.clone());
            let ending = Ending { why: Why::Left, at: now, last_seen: None, by };
            let ended = app.seats.end(&seat, &ending).await?;
            audit(app, session, What::Stop, Some(seat.instance.as_str()), "done");
            info!(user = %session.user, instance_id = %seat.instance, epoch = form.epoch.0,
                reason = "left", opened = ended == Write::Done, "stop begun");
            "stopping"
        }
        Leave::Left => "stopped",
        Leave::AlreadyGone if form.epoch == Epoch::default() => "stopped",
        Leave::AlreadyGone => return Err(Refusal::Problem(Problem::Stale)),
    };
    if html {
        return Ok(web::redirect(StatusCode::SEE_OTHER, "/"));
    }
    Ok(web::json(StatusCode::ACCEPTED, &json!({ "state": outcome })))
}
