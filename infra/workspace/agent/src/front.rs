//! What nginx asks the agent, over the Unix socket.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
    routing::{any, get},
};
use serde::Deserialize;

use crate::{
    access::{Access, Opened},
    cookie::Cookies,
    refusal::Refusal,
    site::WebUrl,
};

/// Carries the owner's name from `/auth` to nginx, which puts it into the workbench's document.
const USER: HeaderName = HeaderName::from_static("hotdesk-user");

const HEARTBEAT: &str = include_str!("../../heartbeat.js");

struct Front {
    access: Arc<Access>,
    cookies: Cookies,
    home: WebUrl,
}

#[derive(Deserialize)]
struct OpenQuery {
    ticket: Option<String>,
}

/// The routes for nginx.
pub fn front(access: Arc<Access>, cookies: Cookies, home: WebUrl) -> Router {
    Router::new()
        // HEAD must not use up a ticket, and axum would answer it as GET.
        .route("/open", get(open).head(|| async { StatusCode::METHOD_NOT_ALLOWED }))
        // A subrequest of nginx has the method of its main request.
        .route("/auth", any(auth))
        .route("/beat", any(beat))
        .route("/refused/{status}", any(refused))
        .route("/heartbeat.js", get(heartbeat))
        .with_state(Arc::new(Front { access, cookies, home }))
}

async fn open(State(front): State<Arc<Front>>, Query(query): Query<OpenQuery>) -> Response {
    let opened = query.ticket.ok_or(Refusal::NoTicket).and_then(|t| front.access.open(&t));
    match opened.and_then(|opened| welcome(&opened, front.cookies)) {
        Ok(response) => response,
        Err(refusal) => {
            tracing::info!(reason = &refusal as &dyn std::error::Error, "box not opened");
            refusal.page(&front.home)
        }
    }
}

/// 303 to the editor, so that the ticket leaves the address bar.
fn welcome(opened: &Opened, cookies: Cookies) -> Result<Response, Refusal> {
    let cookie = |name, value: &str, attributes| {
        HeaderValue::try_from(format!("{name}={value}; {attributes}"))
            .map_err(|_| Refusal::Unwritable)
    };
    let pass = cookie(cookies.box_name(), &opened.pass, cookies.box_attributes())?;
    let seat = cookie(cookies.seat_name(), &opened.seat_token, cookies.seat_attributes())?;
    let set = [(header::SET_COOKIE, pass), (header::SET_COOKIE, seat)];
    let plain = [
        (header::LOCATION, "/"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((StatusCode::SEE_OTHER, plain, AppendHeaders(set)).into_response())
}

fn cookies(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::COOKIE).and_then(|value| value.to_str().ok())
}

async fn auth(State(front): State<Arc<Front>>, headers: HeaderMap) -> Response {
    match front.access.check(cookies(&headers)) {
        Ok(user) => (StatusCode::NO_CONTENT, [(USER, user.to_string())]).into_response(),
        Err(refusal) => refusal.status().into_response(),
    }
}

async fn beat(State(front): State<Arc<Front>>, headers: HeaderMap) -> StatusCode {
    match front.access.beat(cookies(&headers)) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(refusal) => refusal.status(),
    }
}

/// The page for a status of `/auth`; nginx keeps the status and takes the page.
async fn refused(State(front): State<Arc<Front>>, Path(status): Path<u16>) -> Response {
    let forbidden = status == StatusCode::FORBIDDEN.as_u16();
    let refusal = if forbidden { Refusal::OtherUser } else { Refusal::NoCookie };
    refusal.page(&front.home)
}

async fn heartbeat() -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, HEARTBEAT).into_response()
}
