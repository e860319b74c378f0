//! The page of a problem that somebody meets.

use askama::Template;
use hotdesk::{
    problem::Problem,
    web::{self, Reply},
};
use http::{HeaderValue, header};

use crate::Allow;

#[derive(Template)]
#[template(path = "problem.html")]
struct Page {
    nonce: String,
    title: &'static str,
    detail: &'static str,
    slug: &'static str,
    /// What the button leads to, and says.
    way: (&'static str, &'static str),
    /// Whether the page tries again by itself.
    again: bool,
}

/// What went wrong, and what to do. `again`: the request may be repeated as it is.
#[must_use]
pub fn problem_page(problem: Problem, again: bool) -> Reply {
    let way = match problem {
        Problem::SignInFailed => ("/login", "Sign in"),
        _ => ("/", "Start page"),
    };
    let view = |nonce| Page {
        nonce,
        title: problem.title(),
        detail: problem.detail(),
        slug: problem.slug(),
        way,
        again: again && problem.retry_after().is_some(),
    };
    let page = crate::page(problem.status(), Allow::default(), view);
    let Ok(mut reply) = page else { return web::problem(Problem::Internal) };
    if let Some(seconds) = problem.retry_after() {
        reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}
