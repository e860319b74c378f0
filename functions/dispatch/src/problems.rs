//! Problems as pages: the one somebody meets, and the one that its type's address leads to.

use askama::Template;
use hotdesk::{
    problem::Problem,
    web::{self, Reply},
};
use hotdesk_pages::Allow;
use http::{HeaderValue, StatusCode, header};
use pulldown_cmark::{Parser, html};

use crate::{Refusal, negotiate};

#[derive(Template)]
#[template(path = "problem.html")]
struct Met {
    nonce: String,
    title: &'static str,
    detail: &'static str,
    slug: &'static str,
    /// Whether the page tries again by itself.
    again: bool,
}

#[derive(Template)]
#[template(path = "about.html")]
struct About {
    nonce: String,
    title: &'static str,
    /// HTML.
    text: String,
}

/// What went wrong, and what to do. `again`: the request may be repeated as it is.
pub(crate) fn page(problem: Problem, again: bool) -> Reply {
    let view = |nonce| Met {
        nonce,
        title: problem.title(),
        detail: problem.detail(),
        slug: problem.slug(),
        again: again && problem.retry_after().is_some(),
    };
    let page = hotdesk_pages::page(problem.status(), Allow::default(), view);
    let Ok(mut reply) = page else { return web::problem(Problem::Internal) };
    if let Some(seconds) = problem.retry_after() {
        reply.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    reply
}

/// `GET /problems/{slug}`: what that type of problem means, for people as a page and for programs as
/// its document.
pub(crate) fn about(slug: &str, html: bool) -> Result<Reply, Refusal> {
    let problem = Problem::ALL.into_iter().find(|problem| problem.slug() == slug);
    let problem = problem.ok_or(Refusal::Problem(Problem::NotFound))?;
    let mut reply = if html {
        let mut text = String::new();
        html::push_html(&mut text, Parser::new(explanation(problem)));
        let view = |nonce| About { nonce, title: problem.title(), text };
        hotdesk_pages::page(StatusCode::OK, Allow::default(), view)?
    } else {
        negotiate::json(StatusCode::OK, &problem.document())
    };
    let an_hour = HeaderValue::from_static("public, max-age=3600");
    reply.headers_mut().insert(header::CACHE_CONTROL, an_hour);
    Ok(reply)
}

/// Its page in the documentation, as Markdown.
fn explanation(problem: Problem) -> &'static str {
    macro_rules! of {
        ($slug:literal) => {
            include_str!(concat!("../../../docs/problems/", $slug, ".md"))
        };
    }
    match problem {
        Problem::SignInNeeded => of!("sign-in-needed"),
        Problem::SeatTokenInvalid => of!("seat-token-invalid"),
        Problem::NameTaken => of!("name-taken"),
        Problem::ForeignOrigin => of!("foreign-origin"),
        Problem::BadRequest => of!("bad-request"),
        Problem::TooLarge => of!("too-large"),
        Problem::UnsupportedMediaType => of!("unsupported-media-type"),
        Problem::Stale => of!("stale"),
        Problem::NotFound => of!("not-found"),
        Problem::MethodNotAllowed => of!("method-not-allowed"),
        Problem::Unavailable => of!("unavailable"),
        Problem::Internal => of!("internal"),
    }
}
