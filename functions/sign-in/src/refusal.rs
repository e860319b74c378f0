//! Why somebody did not get what they asked for, what they are told, and what is written down.

use askama::Template;
use hotdesk::{
    audit::What,
    clock::Clock,
    id::UserId,
    problem::Problem,
    token::TokenError,
    web::{self, Reply},
};
use hotdesk_pages::{Allow, problem_page};
use http::{HeaderValue, Method, header};
use lambda_http::Request;
use tracing::error;

use crate::{App, account::Rule, provider::ProviderError};

/// Why.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// The client can act on it.
    Problem(Problem),
    /// The address takes another method: this one.
    Method(&'static str),
    /// The provider's answer does not fit to what was begun.
    Failed {
        /// What of it.
        part: &'static str,
        /// Drops the attempt.
        cookie: Option<HeaderValue>,
    },
    /// The account is not let in.
    Account {
        /// By which rule.
        rule: Rule,
        /// Under which name it would have been.
        user: Option<UserId>,
        /// Drops the attempt.
        cookie: Option<HeaderValue>,
    },
    /// The provider does not answer as it should.
    Away(ProviderError),
    /// A token could not be signed.
    Token(TokenError),
    /// A page could not be rendered.
    Page(askama::Error),
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<TokenError> for Refusal {
    fn from(error: TokenError) -> Self {
        Self::Token(error)
    }
}

impl From<askama::Error> for Refusal {
    fn from(error: askama::Error) -> Self {
        Self::Page(error)
    }
}

#[derive(Template)]
#[template(path = "refused.html")]
struct Refused {
    nonce: String,
    title: &'static str,
    detail: &'static str,
    slug: &'static str,
}

/// What is answered.
pub(crate) fn reply<C: Clock>(
    app: &App<C>,
    request: &Request,
    refusal: Refusal,
    html: bool,
) -> Reply {
    let (path, mut more) = (request.uri().path(), None);
    let problem = match refusal {
        Refusal::Problem(problem) => {
            if problem == Problem::ForeignOrigin {
                let result = "refused: from another site";
                app.audit(request, What::Request, None, Some(path), result);
            }
            problem
        }
        Refusal::Method(taken) => {
            more = Some((header::ALLOW, HeaderValue::from_static(taken)));
            Problem::MethodNotAllowed
        }
        Refusal::Failed { part, cookie } => {
            app.audit(request, What::SignIn, None, None, &format!("refused: {part}"));
            more = cookie.map(|cookie| (header::SET_COOKIE, cookie));
            Problem::SignInFailed
        }
        Refusal::Account { rule, user, cookie } => {
            let result = format!("refused: {}", rule.word());
            app.audit(request, What::SignIn, user.as_ref(), None, &result);
            more = cookie.map(|cookie| (header::SET_COOKIE, cookie));
            Problem::AccountRefused
        }
        Refusal::Away(e) => {
            error!(error = %e, path, "the identity provider is of no help");
            Problem::Unavailable
        }
        Refusal::Token(e) => {
            error!(error = %e, path, "token not signed");
            Problem::Internal
        }
        Refusal::Page(e) => {
            error!(error = %e, path, "page not rendered");
            Problem::Internal
        }
    };
    let mut reply = document(problem, request.method() == Method::GET, html);
    reply.headers_mut().extend(more);
    reply
}

/// A problem as a page or as its document. Whoever is refused for their account needs a way out of
/// it: the provider would sign them in with the same one again.
fn document(problem: Problem, again: bool, html: bool) -> Reply {
    if !html {
        return web::problem(problem);
    }
    if problem != Problem::AccountRefused {
        return problem_page(problem, again);
    }
    let (title, detail, slug) = (problem.title(), problem.detail(), problem.slug());
    let view = |nonce| Refused { nonce, title, detail, slug };
    hotdesk_pages::page(problem.status(), Allow::default(), view)
        .unwrap_or_else(|_| web::problem(Problem::Internal))
}
