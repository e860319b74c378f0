//! `GET /`: a user's workspace, as JSON and as the page where everybody begins.

mod ending;

use askama::Template;
use ending::{Reason, Stop, stop, stops};
use hotdesk::{
    clock::Clock,
    rebuild,
    seats::Seats,
    store::{Store, Workspace},
    web::Reply,
};
use hotdesk_pages::Allow;
use http::StatusCode;
use serde::Serialize;

use crate::{
    App, Refusal,
    books::{self, Books},
    files::{Files, FilesJson},
    ledger::{Ledger, SessionJson},
    session::Session,
    standing::State,
    words,
};

#[derive(Serialize)]
struct StopJson {
    at: Option<String>,
    reason: Reason,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Json<'a> {
    user: &'a str,
    state: &'static str,
    epoch: Option<u64>,
    instance_id: Option<&'a str>,
    since: Option<String>,
    last_seen: Option<String>,
    stop: Option<StopJson>,
    home: Option<FilesJson>,
    sessions: Option<Vec<SessionJson<'a>>>,
}

/// A user's workspace. What is only in the tables is left out where they do not answer: that is no
/// reason to keep anybody from their box.
pub(crate) async fn workspace<S: Store, D: Seats, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    html: bool,
) -> Result<Reply, Refusal> {
    let look = || app.store.workspace(&session.user);
    let (workspace, books) = tokio::join!(
        rebuild::warm(&app.store, &app.seats, &app.clock, look),
        books::in_time(&app.seats, &session.user),
    );
    let workspace = workspace?;
    let stop = stop(&workspace, app.times);
    if html {
        return page(app, session, &workspace, stop, books.as_ref());
    }
    let mut body = Json {
        user: session.user.as_str(),
        state: word(&workspace),
        epoch: None,
        instance_id: None,
        since: None,
        last_seen: None,
        stop: stop.map(|Stop { at, reason }| StopJson { at: words::rfc3339(at), reason }),
        home: books.as_ref().map(|books| FilesJson::of(books.home.as_ref())),
        sessions: books.as_ref().map(|books| SessionJson::all(&books.sessions)),
    };
    if let Workspace::Running { epoch, instance, since, last_seen, .. } = &workspace {
        body.epoch = Some(epoch.0);
        body.instance_id = Some(instance.as_str());
        body.since = words::rfc3339(*since);
        body.last_seen = words::rfc3339(*last_seen);
    }
    Ok(hotdesk_pages::json(StatusCode::OK, &body))
}

fn word(workspace: &Workspace) -> &'static str {
    let state = match workspace {
        Workspace::Stopped => State::Stopped,
        Workspace::Starting => State::Waiting,
        Workspace::Running { .. } => State::Running,
        Workspace::Stopping => State::Stopping,
    };
    state.word()
}

fn page<S, D, C: Clock>(
    app: &App<S, D, C>,
    session: &Session,
    workspace: &Workspace,
    stop: Option<Stop>,
    books: Option<&Books>,
) -> Result<Reply, Refusal> {
    let now = app.clock.now();
    let running = match workspace {
        Workspace::Running { epoch, instance, since, last_seen, .. } => Some(Running {
            epoch: epoch.0,
            instance: instance.as_str(),
            since: words::about(now.since(*since)),
            last_seen: words::about(now.since(*last_seen)),
            stops: stop.map(|stop| stops(stop, app.times, now)),
        }),
        Workspace::Stopped | Workspace::Starting | Workspace::Stopping => None,
    };
    let view = |nonce| Page {
        nonce,
        user: session.user.as_str(),
        state: word(workspace),
        running,
        files: books.map(|books| Files::of(books.home.as_ref(), now)),
        ledger: books.map(|books| Ledger::of(&books.sessions)).unwrap_or_default(),
        operator: session.operator,
    };
    Ok(hotdesk_pages::page(StatusCode::OK, Allow::default(), view)?)
}

struct Running<'a> {
    epoch: u64,
    instance: &'a str,
    since: String,
    last_seen: String,
    stops: Option<String>,
}

#[derive(Template)]
#[template(path = "workspace.html")]
struct Page<'a> {
    nonce: String,
    user: &'a str,
    state: &'static str,
    running: Option<Running<'a>>,
    /// The home; `None` where the tables did not answer.
    files: Option<Files>,
    ledger: Ledger,
    operator: bool,
}
