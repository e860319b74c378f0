//! What each type of problem means: the page that its address leads to.

use askama::Template;
use hotdesk::{problem::Problem, web::Reply};
use hotdesk_pages::Allow;
use http::{HeaderValue, StatusCode, header};
use pulldown_cmark::{Parser, html};

use crate::Refusal;

#[derive(Template)]
#[template(path = "about.html")]
struct About {
    nonce: String,
    title: &'static str,
    /// HTML.
    text: String,
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
        hotdesk_pages::json(StatusCode::OK, &problem.document())
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
        Problem::SignInFailed => of!("sign-in-failed"),
        Problem::AccountRefused => of!("account-refused"),
        Problem::NotOperator => of!("not-an-operator"),
        Problem::NameTaken => of!("name-taken"),
        Problem::ForeignOrigin => of!("foreign-origin"),
        Problem::BadRequest => of!("bad-request"),
        Problem::TooLarge => of!("too-large"),
        Problem::UnsupportedMediaType => of!("unsupported-media-type"),
        Problem::Stale => of!("stale"),
        Problem::HomeInUse => of!("home-in-use"),
        Problem::HomeBusy => of!("home-busy"),
        Problem::NoHome => of!("no-home"),
        Problem::NotFound => of!("not-found"),
        Problem::MethodNotAllowed => of!("method-not-allowed"),
        Problem::Unavailable => of!("unavailable"),
        Problem::Internal => of!("internal"),
    }
}
