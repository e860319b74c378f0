//! `GET /dispatch`: the way to the box.

use hotdesk::{
    allocate::{Allocation, allocate},
    audit::What,
    clock::Clock,
    problem::Problem,
    seats::{Seat, Seats},
    store::Store,
    token::{SeatClaims, TICKET_LIFETIME, TicketClaims},
    web::{self, Reply},
};
use http::{HeaderValue, StatusCode, header};
use tracing::info;

use crate::{
    App, Refusal,
    session::{Session, audit},
    standing::{Standing, State},
    waiting,
};

/// Sends the user to their box, or tells them where they stand.
pub(crate) async fn open<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    html: bool,
) -> Result<Reply, Refusal> {
    let allocation = allocate(
        &app.store,
        &app.seats,
        &app.clock,
        &session.user,
        &session.identity,
        session.began,
    )
    .await?;
    let (state, place) = match &allocation {
        Allocation::Ready(seat) => return to_box(app, session, seat),
        Allocation::OtherPerson => {
            audit(app, session, What::Assign, None, "refused: another account's name");
            return Err(Refusal::Problem(Problem::NameTaken));
        }
        Allocation::Revoked => {
            audit(app, session, What::Assign, None, "refused: revoked");
            return Err(Refusal::SignIn);
        }
        Allocation::Waiting(place) => (State::Waiting, Some(*place)),
        Allocation::Stopping => (State::Stopping, None),
        Allocation::Rebuilding => (State::Rebuilding, None),
    };
    info!(user = %session.user, outcome = state.word(), position = place.map(|place| place.position));
    let standing = Standing { state, place };
    let now = app.clock.now();
    let mut reply = if html {
        waiting::page(&standing, StatusCode::ACCEPTED, session, now)?
    } else {
        standing.json(StatusCode::ACCEPTED)
    };
    standing.tell_when_to_ask(&mut reply, now);
    Ok(reply)
}

fn to_box<S, D, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    seat: &Seat,
) -> Result<Reply, Refusal> {
    let now = app.clock.now();
    let Seat { user, instance, epoch, addresses, .. } = seat;
    let claims =
        SeatClaims::new(user.clone(), instance.clone(), *epoch, now, app.seat_token_lifetime);
    let seat_token = app.signer.sign(&claims)?;
    let ticket = app.signer.sign(&TicketClaims {
        aud: instance.to_string(),
        sub: user.clone(),
        epoch: *epoch,
        session_exp: session.ends,
        seat_token,
        jti: uuid::Uuid::new_v4().to_string(),
        iat: now.seconds(),
        exp: now.plus(TICKET_LIFETIME).seconds(),
    })?;
    audit(app, session, What::Assign, Some(instance.as_str()), "done");
    let base = &app.web.workspace_url.0;
    let base = base.replace("{instanceId}", instance.as_str());
    let base = base
        .replace("{publicIp}", &addresses.public_ip)
        .replace("{privateIp}", &addresses.private_ip);
    let mut reply =
        web::redirect(StatusCode::FOUND, &format!("{base}/_hotdesk/open?ticket={ticket}"));
    reply.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    Ok(reply)
}
