//! The pages, server-rendered, without anything from elsewhere: one style, a strict content policy
//! with a nonce for the few lines of script.

use askama::Template;
use hotdesk::{
    config::WebConfig,
    id::UserId,
    problem::Problem,
    store::{Limit, Place, Workspace},
    web::{self, Reply},
};
use http::{HeaderValue, StatusCode, header};

#[derive(Template)]
#[template(path = "home.html")]
struct Home<'a> {
    nonce: &'a str,
    user: &'a str,
    state: &'static str,
    epoch: Option<u64>,
    logout: String,
}

#[derive(Template)]
#[template(path = "waiting.html")]
struct Waiting<'a> {
    nonce: &'a str,
    user: &'a str,
    state: &'a str,
    position: Option<u64>,
    /// Whether the group is at its largest.
    full: bool,
}

#[derive(Template)]
#[template(path = "problem.html")]
struct Trouble<'a> {
    nonce: &'a str,
    title: &'a str,
    again: bool,
}

/// The word for a workspace's state, in pages and in JSON.
pub(crate) fn state_word(workspace: &Workspace) -> &'static str {
    match workspace {
        Workspace::Stopped => "stopped",
        Workspace::Starting => "waiting",
        Workspace::Running { .. } => "running",
        Workspace::Stopping => "stopping",
    }
}

/// `GET /`.
pub(crate) fn home(user: &UserId, workspace: &Workspace, web: &WebConfig) -> Reply {
    let epoch = match workspace {
        Workspace::Running { epoch, .. } => Some(epoch.0),
        Workspace::Starting => Some(0),
        Workspace::Stopped | Workspace::Stopping => None,
    };
    let logout = web.login_url();
    let logout = format!("{}/logout", logout.strip_suffix("/login").unwrap_or(&logout));
    page(StatusCode::OK, &logout.clone(), |nonce| {
        Home { nonce, user: user.as_str(), state: state_word(workspace), epoch, logout }.render()
    })
}

/// Where a user stands who has no box yet.
pub(crate) fn waiting(user: &UserId, state: &str, place: Option<Place>) -> Reply {
    let position = place.map(|place| place.position);
    let full = place.and_then(|place| place.limit) == Some(Limit::MaxSize);
    page(StatusCode::ACCEPTED, "", |nonce| {
        Waiting { nonce, user: user.as_str(), state, position, full }.render()
    })
}

/// What went wrong, and what to do.
pub(crate) fn problem(problem: Problem) -> Reply {
    let status =
        StatusCode::from_u16(problem.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut reply = page(status, "", |nonce| {
        Trouble { nonce, title: problem.title(), again: problem.retry_after().is_some() }.render()
    });
    if let Some(seconds) = problem.retry_after() {
        reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}

/// `forms_to` is where forms may go besides this origin.
fn page(
    status: StatusCode,
    forms_to: &str,
    render: impl FnOnce(&str) -> askama::Result<String>,
) -> Reply {
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let Ok(body) = render(&nonce) else { return web::problem(Problem::Internal) };
    let mut reply = web::reply(status, "text/html; charset=utf-8", body);
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; connect-src 'self'; \
         form-action 'self' {forms_to}; base-uri 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        reply.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let referrer = HeaderValue::from_static("same-origin");
    reply.headers_mut().insert(header::REFERRER_POLICY, referrer);
    reply
}
