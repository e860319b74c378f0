//! The sign-in page of a desk: whoever types a name is that user.
//!
//! It stands for the identity provider and for the function `sign-in` until that exists, and is
//! part of the local stack only.

use std::{sync::Arc, time::Duration};

use askama::Template;
use axum::{
    Form, Router,
    extract::{Query, State},
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use hotdesk::{
    clock::{Clock, SystemClock},
    id::UserId,
    token::{SessionClaims, Signer},
};
use hotdesk_pages::Allow;
use reqwest::Url;
use serde::Deserialize;

/// How long a session lasts.
const SESSION: Duration = Duration::from_secs(8 * 60 * 60);

/// The session's cookie on plain http.
const COOKIE: &str = "hotdesk";

const HEADERS: [(HeaderName, &str); 2] =
    [(header::CACHE_CONTROL, "no-store"), (header::REFERRER_POLICY, "same-origin")];

/// What the page knows.
#[derive(Debug)]
pub struct SignIn {
    /// Where it is itself; its origin is the issuer of its identities.
    pub here: Url,
    /// The API: the only place that it sends anybody to.
    pub base: Url,
    /// Signs sessions.
    pub signer: Signer,
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page<'a> {
    nonce: String,
    next: &'a str,
    name: &'a str,
    problem: Option<String>,
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct Answer {
    name: String,
    #[serde(default)]
    next: String,
}

/// GET and POST `/login`, POST `/logout`.
pub fn router(sign_in: SignIn) -> Router {
    Router::new()
        .route("/", get(|| async { Redirect::to("/login") }))
        .route("/login", get(form).post(enter))
        .route("/logout", post(leave))
        .with_state(Arc::new(sign_in))
}

async fn form(State(this): State<Arc<SignIn>>, Query(wish): Query<Wish>) -> Response {
    this.page(StatusCode::OK, &wish.next, "", None)
}

async fn enter(
    State(this): State<Arc<SignIn>>,
    headers: HeaderMap,
    Form(answer): Form<Answer>,
) -> Response {
    if !this.trusts(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    match answer.name.trim().to_lowercase().parse() {
        Ok(user) => this.welcome(user, &answer.next),
        Err(error) => {
            let problem = Some(sentence(&error.to_string()));
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            this.page(status, &answer.next, &answer.name, problem)
        }
    }
}

async fn leave(State(this): State<Arc<SignIn>>, headers: HeaderMap) -> Response {
    if !this.trusts(&headers) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let cookie = format!("{COOKIE}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
    (HEADERS, [(header::SET_COOKIE, cookie)], Redirect::to("/login")).into_response()
}

impl SignIn {
    /// Whether a form comes from a page of ours: browsers say so with every POST.
    fn trusts(&self, headers: &HeaderMap) -> bool {
        let origin = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok());
        [&self.here, &self.base]
            .iter()
            .any(|url| origin == Some(&url.origin().ascii_serialization()))
    }

    /// The form; it leads on to the API, which its policy must allow.
    fn page(
        &self,
        status: StatusCode,
        next: &str,
        name: &str,
        problem: Option<String>,
    ) -> Response {
        let allow = Allow { forms_to: self.base.as_str() };
        match hotdesk_pages::page(status, allow, |nonce| Page { nonce, next, name, problem }) {
            Ok(page) => page.into_response(),
            Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        }
    }

    fn welcome(&self, user: UserId, next: &str) -> Response {
        let issuer = self.here.origin().ascii_serialization();
        let subject = user.to_string();
        let claims = SessionClaims::new(user, issuer, subject, SystemClock.now(), SESSION);
        let Ok(token) = self.signer.sign(&claims) else {
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        };
        let seconds = SESSION.as_secs();
        let cookie = format!("{COOKIE}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax");
        let next = self.destination(next);
        (HEADERS, [(header::SET_COOKIE, cookie)], Redirect::to(next.as_str())).into_response()
    }

    /// Where `next` leads, if that is a page of the API, else its first page. Read as browsers
    /// read it, to whom `//elsewhere` and `/\elsewhere` are other hosts.
    fn destination(&self, next: &str) -> Url {
        let wanted = self.base.join(next).ok().filter(|url| url.origin() == self.base.origin());
        wanted.unwrap_or_else(|| self.base.clone())
    }
}

/// An error's text as people read it: with a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}
