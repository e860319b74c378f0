//! One visual language for all pages: `templates/layout.html` and `templates/style.css`, which other
//! crates extend (their `askama.toml` names this crate's `templates` beside their own), and the
//! headers that every page carries.
//!
//! A page is one document: its style and script are in it, and nothing is fetched from elsewhere.
//! Both carry a nonce, new for each answer, so that the policy can refuse everything else (CSP
//! Level 3, section 2.3.1).

mod negotiate;
mod problem;

use askama::Template;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
pub use negotiate::{json, varies, wants_page};
pub use problem::problem_page;

/// What a page needs to be allowed beyond its own style and script.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allow<'a> {
    /// An origin besides the page's own that its forms go to, or redirect to.
    pub forms_to: &'a str,
}

/// A page, as an answer that nobody may keep. `render` gets the nonce.
///
/// A browser tells others no more of the page than its origin (Referrer Policy,
/// `strict-origin-when-cross-origin`): addresses stay in the house, and the target of a form has
/// something to check. With `same-origin` a form for another origin would come from `null` (Fetch
/// standard, "append a request `Origin` header").
///
/// # Errors
/// The template could not be rendered.
pub fn page<T: Template>(
    status: StatusCode,
    allow: Allow<'_>,
    template: impl FnOnce(String) -> T,
) -> askama::Result<Response<String>> {
    let nonce = uuid::Uuid::new_v4().simple().to_string();
    let policy = policy(&nonce, allow);
    let mut page = Response::new(template(nonce).render()?);
    *page.status_mut() = status;
    let headers = page.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "strict-origin-when-cross-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (header::VARY, "accept"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.extend(hotdesk::web::EVERYWHERE);
    let policy = HeaderValue::from_str(&policy).map_err(|_| askama::Error::Fmt)?;
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(page)
}

fn policy(nonce: &str, Allow { forms_to }: Allow<'_>) -> String {
    format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; \
         connect-src 'self'; img-src data:; form-action 'self' {forms_to}; base-uri 'none'; \
         frame-ancestors 'none'"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Template)]
    #[template(
        source = r#"{% extends "layout.html" %}{% block title %}A{% endblock %}"#,
        ext = "html"
    )]
    struct Bare {
        nonce: String,
    }

    fn bare() -> Response<String> {
        page(StatusCode::OK, Allow::default(), |nonce| Bare { nonce }).unwrap()
    }

    #[test]
    fn style_and_script_are_allowed_by_a_nonce_of_this_answer_only() {
        let (one, two) = (bare(), bare());
        let policy = |page: &Response<String>| {
            page.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned()
        };
        assert_ne!(policy(&one), policy(&two));
        let nonce = one.body().split("nonce=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(policy(&one).contains(&format!("style-src 'nonce-{nonce}'")));
        assert!(!policy(&one).contains("unsafe"));
    }

    #[test]
    fn the_language_of_all_pages_is_small() {
        assert!(bare().body().len() < 8_000, "{} bytes", bare().body().len());
        assert!(!bare().body().contains("http"), "nothing comes from elsewhere");
    }
}
