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
    opening::{self, Opening, Standing},
    probe::Readiness,
    refusal::Refusal,
    site::WebUrl,
};

/// Carries the owner's name from `/auth` to nginx, which puts it into the workbench's document.
const USER: HeaderName = HeaderName::from_static("hotdesk-user");

/// Where the editor is, and where the page stands that waits for it.
const EDITOR: &str = "/";
const OPENING: &str = "/_hotdesk/opening";

/// Seconds until it is worth looking again for an editor that does not answer.
const AGAIN: HeaderValue = HeaderValue::from_static("2");

/// The files of the heartbeat as the one script that they are, with no name left in the workbench.
const HEARTBEAT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("../../heartbeat/words.js"),
    include_str!("../../heartbeat/style.js"),
    include_str!("../../heartbeat/notice.js"),
    include_str!("../../heartbeat/ask.js"),
    include_str!("../../heartbeat/heart.js"),
    include_str!("../../heartbeat/main.js"),
    "})();\n"
);

/// Its worker, which makes the requests.
const BEAT: &str = include_str!("../../heartbeat/beat.js");

struct Front {
    access: Arc<Access>,
    opening: Opening,
    cookies: Cookies,
    home: WebUrl,
}

#[derive(Deserialize)]
struct OpenQuery {
    ticket: Option<String>,
}

/// The routes for nginx.
pub fn front(access: Arc<Access>, readiness: Readiness, cookies: Cookies, home: WebUrl) -> Router {
    let opening = Opening::new(readiness, home.clone());
    Router::new()
        // HEAD must not use up a ticket, and axum would answer it as GET.
        .route("/open", get(open).head(|| async { StatusCode::METHOD_NOT_ALLOWED }))
        // A subrequest of nginx has the method of its main request.
        .route("/auth", any(auth))
        .route("/beat", any(beat))
        .route("/opening", get(opening_page))
        .route("/instead", any(instead))
        .route("/refused/{status}", any(refused))
        .route("/heartbeat.js", get(|| script(HEARTBEAT)))
        .route("/beat.js", get(|| script(BEAT)))
        .with_state(Arc::new(Front { access, opening, cookies, home }))
}

async fn open(
    State(front): State<Arc<Front>>,
    Query(query): Query<OpenQuery>,
    headers: HeaderMap,
) -> Response {
    let opened = query.ticket.ok_or(Refusal::NoTicket).and_then(|t| front.access.open(&t));
    let welcomed = match opened {
        Ok(opened) => {
            let standing = front.opening.standing(front.access.now()).await;
            welcome(&opened, front.cookies, standing)
        }
        Err(refusal) => Err(refusal),
    };
    welcomed.unwrap_or_else(|refusal| {
        tracing::info!(reason = &refusal as &dyn std::error::Error, "box not opened");
        refuse(&front, refusal, &headers)
    })
}

/// 303 to the editor, or to the page for as long as it does not answer: the ticket leaves the
/// address bar.
fn welcome(opened: &Opened, cookies: Cookies, standing: Standing) -> Result<Response, Refusal> {
    let cookie = |name, value: &str, attributes| {
        HeaderValue::try_from(format!("{name}={value}; {attributes}"))
            .map_err(|_| Refusal::Unwritable)
    };
    let pass = cookie(cookies.box_name(), &opened.pass, cookies.box_attributes())?;
    let seat = cookie(cookies.seat_name(), &opened.seat_token, cookies.seat_attributes())?;
    let set = [(header::SET_COOKIE, pass), (header::SET_COOKIE, seat)];
    let plain = [
        (header::LOCATION, if standing.is_open() { EDITOR } else { OPENING }),
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

/// How far the editor is, for somebody who was let in: nginx has asked `/auth`.
async fn opening_page(State(front): State<Arc<Front>>, headers: HeaderMap) -> Response {
    let standing = front.opening.standing(front.access.now()).await;
    if wants_json(&headers) {
        opening::document(standing)
    } else if standing.is_open() {
        let to_editor = [(header::LOCATION, EDITOR), (header::CACHE_CONTROL, "no-store")];
        (StatusCode::SEE_OTHER, to_editor).into_response()
    } else {
        front.opening.page(StatusCode::OK, standing)
    }
}

/// The same page in the place of the workbench's document, when nginx got none from the editor. It
/// says that the editor is starting even if it is there by now: looking again shows it.
async fn instead(State(front): State<Arc<Front>>) -> Response {
    let standing = front.opening.standing(front.access.now()).await.not_yet();
    let mut page = front.opening.page(StatusCode::SERVICE_UNAVAILABLE, standing);
    page.headers_mut().insert(header::RETRY_AFTER, AGAIN);
    page
}

/// The page for a status of `/auth`; nginx keeps the status and takes the page.
async fn refused(
    State(front): State<Arc<Front>>,
    Path(status): Path<u16>,
    headers: HeaderMap,
) -> Response {
    let forbidden = status == StatusCode::FORBIDDEN.as_u16();
    let refusal = if forbidden { Refusal::OtherUser } else { Refusal::NoCookie };
    refuse(&front, refusal, &headers)
}

fn refuse(front: &Front, refusal: Refusal, headers: &HeaderMap) -> Response {
    if wants_json(headers) { refusal.document() } else { refusal.page(&front.home) }
}

/// Whether somebody asks for JSON and not for a page. Parts of the editor take anything: they get
/// the page, as a browser does that says nothing.
fn wants_json(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("json") && !accept.contains("text/html"))
}

async fn script(text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, text).into_response()
}
