//! `GET /status`: where a user stands. Asking keeps their place in the queue.

use hotdesk::{
    clock::Clock,
    rebuild,
    seats::Seats,
    store::{Ask, Store},
    web::{self, Reply},
};
use http::{HeaderValue, StatusCode, header};
use lambda_http::Request;

use crate::{
    App, Refusal,
    session::Session,
    standing::{Standing, State, is_known},
    waiting,
};

/// 200, or 304 to a client that knows.
pub(crate) async fn status<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    request: &Request,
    html: bool,
) -> Result<Reply, Refusal> {
    let ask = || app.store.ask(&session.user, app.clock.now());
    let asked = rebuild::warm(&app.store, &app.seats, &app.clock, ask).await?;
    let (state, place) = match asked {
        Ask::Running(_) => (State::Running, None),
        Ask::Waiting(place) => (State::Waiting, Some(place)),
        Ask::Stopping => (State::Stopping, None),
        Ask::NotQueued => (State::Stopped, None),
    };
    let (standing, now) = (Standing { state, place }, app.clock.now());
    let etag = standing.etag(&session.user, html);
    let mut reply = if is_known(request.headers(), &etag) {
        hotdesk_pages::varies(web::empty(StatusCode::NOT_MODIFIED))
    } else if html {
        waiting::page(&standing, StatusCode::OK, session, now)?
    } else {
        standing.json(StatusCode::OK)
    };
    standing.tell_when_to_ask(&mut reply, now);
    let headers = reply.headers_mut();
    // Kept by the browser alone, and asked for anew each time (RFC 9111, section 5.2.2.4).
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.extend(HeaderValue::from_str(&etag).ok().map(|etag| (header::ETAG, etag)));
    Ok(reply)
}
