//! What nginx asks the agent, over the Unix socket.

use std::{net::IpAddr, path::PathBuf, sync::Arc};

use axum::{
    Router,
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
    routing::{any, get},
};
use hotdesk::audit::What;
use serde::Deserialize;

use crate::{
    access::{Access, Opened},
    cookie::{Cookies, Pass},
    homes::Homes,
    opening::{self, Opening, Standing},
    origin::is_foreign,
    plain::WebUrl,
    readiness::Readiness,
    refusal::Refusal,
    scripts::{beat_worker, heartbeat},
    tunnel::{PREFIX, Tunnels},
};

/// Carries the owner's name from `/auth` to nginx, which puts it into the workbench's document.
const USER: HeaderName = HeaderName::from_static("hotdesk-user");

/// Carries the cookies that the editor may see from `/auth` to nginx.
const COOKIES: HeaderName = HeaderName::from_static("hotdesk-cookie");

/// Carries the word for a refusal from `/auth` to nginx, and from there to `/refused`.
const REFUSAL: HeaderName = HeaderName::from_static("hotdesk-refusal");

/// Where a request comes from, by nginx, which lets nobody else say it.
const FROM: &str = "hotdesk-from";

/// `navigate` if a browser goes to the address and no page asks for it (Fetch Metadata, 2.2).
const MODE: &str = "sec-fetch-mode";

/// There if it is the workbench's document that was refused, by nginx as well.
const DOCUMENT: &str = "hotdesk-document";

/// Where the editor is, and where the page stands that waits for it.
const EDITOR: &str = "/";
const OPENING: &str = "/_hotdesk/opening";

/// Seconds until it is worth looking again for an editor that does not answer.
const AGAIN: HeaderValue = HeaderValue::from_static("2");

struct Front {
    access: Arc<Access>,
    homes: Arc<Homes>,
    opening: Opening,
    tunnels: Tunnels,
    cookies: Cookies,
    home: WebUrl,
}

#[derive(Deserialize)]
struct OpenQuery {
    ticket: Option<String>,
}

/// The routes for nginx, in front of the editor at that socket.
pub fn front(
    access: Arc<Access>,
    homes: Arc<Homes>,
    readiness: Readiness,
    editor_socket: PathBuf,
    cookies: Cookies,
    home: WebUrl,
) -> Router {
    let opening = Opening::new(readiness, homes.clone(), home.clone());
    let tunnels = Tunnels::new(editor_socket);
    Router::new()
        // HEAD must not use up a ticket, and axum would answer it as GET.
        .route("/open", get(open).head(|| async { StatusCode::METHOD_NOT_ALLOWED }))
        // nginx asks with the method of the request in question.
        .route("/auth", any(auth))
        .route("/pass", any(pass))
        .route("/beat", any(beat))
        .route(PREFIX, any(|| async { StatusCode::BAD_REQUEST }))
        .route(&format!("{PREFIX}/"), any(tunnel))
        .route(&format!("{PREFIX}/{{*address}}"), any(tunnel))
        .route("/opening", get(opening_page).post(told))
        .route("/instead", any(instead))
        .route("/refused/{status}", any(refused))
        .route("/heartbeat.js", get(heartbeat))
        .route("/beat.js", get(beat_worker))
        .with_state(Arc::new(Front { access, homes, opening, tunnels, cookies, home }))
}

async fn open(
    State(front): State<Arc<Front>>,
    method: Method,
    query: Result<Query<OpenQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let from = from(&headers);
    let early = if is_foreign(&method, &headers) {
        Err(Refusal::Foreign)
    } else {
        query.ok().and_then(|Query(query)| query.ticket).ok_or(Refusal::NoTicket)
    };
    let opened = match early {
        Ok(ticket) => front.access.open(&ticket, from).await,
        Err(refusal) => {
            front.access.audit(What::Open, None, from, Some(refusal));
            Err(refusal)
        }
    };
    let welcomed = match opened {
        Ok(opened) => {
            let standing = front.opening.standing(front.access.now()).await;
            welcome(&opened, front.cookies, standing)
        }
        Err(refusal) => Err(refusal),
    };
    welcomed.unwrap_or_else(|refusal| refuse(&front, refusal, &headers))
}

/// 303 to the editor, or to the page for as long as it does not answer: the ticket leaves the
/// address bar.
fn welcome(opened: &Opened, cookies: Cookies, standing: Standing) -> Result<Response, Refusal> {
    let cookie = |name, value: &str, attributes| {
        HeaderValue::try_from(format!("{name}={value}; {attributes}"))
            .map_err(|_| Refusal::Unwritable)
    };
    let attributes = cookies.attributes();
    let pass = cookie(cookies.box_name(), &opened.pass, attributes)?;
    let seat = cookie(cookies.seat_name(), &opened.seat_token, attributes)?;
    let set = [(header::SET_COOKIE, pass), (header::SET_COOKIE, seat)];
    let plain = [
        (header::LOCATION, if standing.is_open() { EDITOR } else { OPENING }),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((StatusCode::SEE_OTHER, plain, AppendHeaders(set)).into_response())
}

fn from(headers: &HeaderMap) -> Option<IpAddr> {
    headers.get(FROM)?.to_str().ok()?.parse().ok()
}

/// Whether a request may go on to the editor: nobody works before their files are there, and before
/// they know if those are older ones.
async fn auth(State(front): State<Arc<Front>>, method: Method, headers: HeaderMap) -> Response {
    let judged = match front.judge(&method, &headers) {
        Ok(pass) => front.home_is_there().await.map(|()| pass),
        Err(refusal) => Err(refusal),
    };
    match judged {
        Ok(pass) => {
            let user = [(USER, pass.sub.to_string())];
            let mut answer = (StatusCode::NO_CONTENT, user).into_response();
            if let Some(others) = front.cookies.of_others(&headers) {
                answer.headers_mut().insert(COOKIES, others);
            }
            answer
        }
        Err(refusal) => refusal_of_pass(refusal),
    }
}

/// Whether a request may go on to what is the box's own.
async fn pass(State(front): State<Arc<Front>>, method: Method, headers: HeaderMap) -> Response {
    match front.judge(&method, &headers) {
        Ok(_) => StatusCode::NO_CONTENT.into_response(),
        Err(refusal) => refusal_of_pass(refusal),
    }
}

impl Front {
    /// Whose request it is.
    fn judge(&self, method: &Method, headers: &HeaderMap) -> Result<Pass, Refusal> {
        let is_new = headers.get(MODE).is_some_and(|mode| mode == "navigate");
        let checked =
            if is_new { self.access.check(headers) } else { self.access.check_old(headers) };
        let pass = checked?;
        if is_foreign(method, headers) { Err(Refusal::Foreign) } else { Ok(pass) }
    }

    async fn home_is_there(&self) -> Result<(), Refusal> {
        let lets_in = self.homes.lets_in(self.access.now()).await;
        lets_in.then_some(()).ok_or(Refusal::NoHome)
    }
}

/// For nginx, which asks for the page by the word.
fn refusal_of_pass(refusal: Refusal) -> Response {
    (refusal.status(), [(REFUSAL, refusal.word())]).into_response()
}

async fn beat(State(front): State<Arc<Front>>, method: Method, headers: HeaderMap) -> StatusCode {
    if is_foreign(&method, &headers) {
        return Refusal::Foreign.status();
    }
    match front.access.beat(&headers) {
        Ok(()) => StatusCode::NO_CONTENT,
        Err(refusal) => refusal.status(),
    }
}

/// An upgrade for the editor.
async fn tunnel(State(front): State<Arc<Front>>, request: Request) -> Response {
    if is_foreign(request.method(), request.headers()) {
        return refusal_of_pass(Refusal::Foreign);
    }
    if let Err(refusal) = front.home_is_there().await {
        return refusal_of_pass(refusal);
    }
    let opened = front.tunnels.open(&front.access, front.cookies, request).await;
    opened.unwrap_or_else(refusal_of_pass)
}

/// How far the editor is, for somebody who was let in: nginx has asked `/auth`.
async fn opening_page(State(front): State<Arc<Front>>, headers: HeaderMap) -> Response {
    let standing = front.opening.standing(front.access.now()).await;
    if standing.goes_on() {
        front.access.waits();
    }
    if wants_json(&headers) {
        opening::document(standing)
    } else if standing.is_open() {
        let to_editor = [(header::LOCATION, EDITOR), (header::CACHE_CONTROL, "no-store")];
        (StatusCode::SEE_OTHER, to_editor).into_response()
    } else {
        front.opening.page(StatusCode::OK, standing)
    }
}

/// Whoever was let in has read what there is to say about their home: on to the editor.
async fn told(State(front): State<Arc<Front>>, headers: HeaderMap) -> Response {
    match front.homes.tell() {
        Ok(()) => {
            let on = [(header::LOCATION, OPENING), (header::CACHE_CONTROL, "no-store")];
            (StatusCode::SEE_OTHER, on).into_response()
        }
        Err(refusal) => refuse(&front, refusal, &headers),
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

/// The page for a refusal of `/auth`, of which nginx keeps the status. Only those of the workbench
/// itself are for the audit trail: whatever is open asks for much, and goes on for a while.
async fn refused(
    State(front): State<Arc<Front>>,
    Path(status): Path<u16>,
    headers: HeaderMap,
) -> Response {
    let word = headers.get(REFUSAL).and_then(|word| word.to_str().ok());
    let forbidden = status == StatusCode::FORBIDDEN.as_u16();
    let unsaid = if forbidden { Refusal::OtherUser } else { Refusal::NoCookie };
    let refusal = word.and_then(Refusal::of_pass).unwrap_or(unsaid);
    if headers.contains_key(DOCUMENT) {
        front.access.audit(What::Request, None, from(&headers), Some(refusal));
    }
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
