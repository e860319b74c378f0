//! `POST /ping`: a heartbeat of a seat, sent by the box's nginx for a page that is visible.
//!
//! | answer | means |
//! | --- | --- |
//! | 204 | noted; a header `Seat-Token` carries the next token when half of this one's life is over; a header `Box-Threat` (a name, a comma, ms since 1970) says why the box may soon be gone, and when: `interruption` or `rebalance` by AWS, `lifetime` because the seat is nearly too old |
//! | 400, 413 | malformed, or not the token's user and instance |
//! | 401 | the seat token is not ours, or over: open the workspace again |
//! | 409 | the seat is over: open the workspace again |
//! | 503 | the store is cold or away: go on, nobody loses a box for it |
//!
//! The body is `{user, instanceId}`; with `"stay": true` the user says that they stay, so that the
//! seat's longest lifetime counts anew.

pub mod event;

use std::time::Duration;

use hotdesk::{
    clock::Clock,
    id::{InstanceId, UserId},
    problem::Problem,
    store::{Store, Touch, Warning},
    token::{SeatClaims, Signer, Verifier},
    web::{self, Reply},
};
use http::{HeaderValue, Method, Request, StatusCode, header};
use serde::Deserialize;
use tracing::{error, info};

/// What the function needs.
#[derive(Debug)]
pub struct App<S, C> {
    /// The fast store.
    pub store: S,
    /// The time.
    pub clock: C,
    /// Signs the next token.
    pub signer: Signer,
    /// Checks this one.
    pub verifier: Verifier,
    /// How long the next token lives.
    pub token_lifetime: Duration,
}

/// What the page says.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Beat {
    /// Who.
    pub user: UserId,
    /// On which box.
    pub instance_id: InstanceId,
    /// Whether the user says that they stay.
    #[serde(default)]
    pub stay: bool,
}

impl Beat {
    /// From the body of a request.
    ///
    /// # Errors
    /// [`Problem::TooLarge`], or [`Problem::BadRequest`] where it is anything else.
    pub fn read(body: &[u8]) -> Result<Self, Problem> {
        if body.len() > web::MAX_BODY {
            return Err(Problem::TooLarge);
        }
        serde_json::from_slice(body).map_err(|_| Problem::BadRequest)
    }
}

/// Answers a request.
pub async fn handle<S: Store, C: Clock>(
    app: &App<S, C>,
    request: Request<impl AsRef<[u8]>>,
) -> Reply {
    match note(app, &request).await {
        Ok(reply) => reply,
        Err(Problem::MethodNotAllowed) => web::takes_only("POST"),
        Err(problem) => web::problem(problem),
    }
}

async fn note<S: Store, C: Clock>(
    app: &App<S, C>,
    request: &Request<impl AsRef<[u8]>>,
) -> Result<Reply, Problem> {
    if request.uri().path() != "/ping" {
        return Err(Problem::NotFound);
    }
    if request.method() != Method::POST {
        return Err(Problem::MethodNotAllowed);
    }
    let now = app.clock.now();
    let bearer = request.headers().get(header::AUTHORIZATION).and_then(|h| h.to_str().ok());
    let token = bearer.and_then(|h| h.strip_prefix("Bearer ")).ok_or(Problem::SeatTokenInvalid)?;
    let claims = app.verifier.verify::<SeatClaims>(token, SeatClaims::AUDIENCE, now);
    let claims = claims.map_err(|_| Problem::SeatTokenInvalid)?;
    let beat = Beat::read(request.body().as_ref())?;
    if beat.user != claims.sub || beat.instance_id != claims.instance {
        return Err(Problem::BadRequest);
    }
    let SeatClaims { sub, instance, epoch, .. } = &claims;
    let noted = if beat.stay {
        app.store.stay(sub, instance, *epoch, now).await
    } else {
        app.store.touch(sub, instance, *epoch, now).await
    };
    let warning = match noted {
        Ok(Touch::Ok(warning)) => warning,
        Ok(Touch::Stale) => {
            info!(user = %claims.sub, instance_id = %claims.instance, epoch = claims.epoch.0, outcome = "stale");
            return Err(Problem::Stale);
        }
        Err(e) => {
            error!(error = %e, "heartbeat not noted");
            return Err(Problem::from(&e));
        }
    };
    let mut reply = web::empty(StatusCode::NO_CONTENT);
    if let Some(Warning { threat, at }) = warning {
        let value = HeaderValue::from_str(&format!("{},{at}", threat.name()));
        reply.headers_mut().insert("box-threat", value.map_err(|_| Problem::Internal)?);
    }
    if claims.wants_renewal(now) {
        let next =
            SeatClaims::new(claims.sub, claims.instance, claims.epoch, now, app.token_lifetime);
        let token = app.signer.sign(&next).map_err(|_| Problem::Internal)?;
        let value = HeaderValue::from_str(&token).map_err(|_| Problem::Internal)?;
        reply.headers_mut().insert("seat-token", value);
    }
    Ok(reply)
}
