//! Whether a request comes from a page of the box's own origin.
//!
//! Other boxes are of the same site, so `SameSite` stops none of their requests. Browsers say with
//! `Sec-Fetch-Site` who asks (Fetch Metadata, section 2.3); pages cannot change it. A browser that
//! does not say it still sends `Origin` with what changes something, and with WebSockets.

use axum::http::{HeaderMap, Method, header};

/// Whether a page of another origin is behind a request. Such a page may only lead to the box: a
/// link or a redirect that opens it in a tab of its own, not in a frame.
#[must_use]
pub fn is_foreign(method: &Method, headers: &HeaderMap) -> bool {
    let value = |name| headers.get(name).map(|value| value.as_bytes());
    let reads =
        matches!(*method, Method::GET | Method::HEAD) && !headers.contains_key(header::UPGRADE);
    match value("sec-fetch-site") {
        Some(b"same-origin" | b"none") => false,
        Some(_) => {
            let leads = value("sec-fetch-mode") == Some(b"navigate")
                && value("sec-fetch-dest") == Some(b"document");
            !(reads && leads)
        }
        None => !reads && value("origin").is_some_and(|origin| !is_of(origin, value("host"))),
    }
}

/// Whether that is the origin of that host. Something in front may speak TLS for us, so the schemes
/// may differ, as in the editor's own check.
fn is_of(origin: &[u8], host: Option<&[u8]>) -> bool {
    let at = origin.strip_prefix(b"https://").or_else(|| origin.strip_prefix(b"http://"));
    at.is_some_and(|at| host.is_some_and(|host| at.eq_ignore_ascii_case(host)))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    const HOST: (&str, &str) = ("host", "i-1.box.example");

    fn foreign(method: Method, pairs: &[(&'static str, &str)]) -> bool {
        let pairs = pairs.iter().map(|(name, value)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        });
        is_foreign(&method, &pairs.collect())
    }

    #[test]
    fn a_foreign_page_may_lead_here_and_nothing_else() {
        for site in ["same-site", "cross-site", "", "of another kind"] {
            let leads = |mode, dest| {
                [HOST, ("sec-fetch-site", site), ("sec-fetch-mode", mode), ("sec-fetch-dest", dest)]
            };
            assert!(!foreign(Method::GET, &leads("navigate", "document")));
            assert!(foreign(Method::POST, &leads("navigate", "document")), "a form");
            for (mode, dest) in [
                ("navigate", "iframe"),
                ("navigate", "object"),
                ("no-cors", "image"),
                ("no-cors", "script"),
                ("cors", "empty"),
                ("websocket", "websocket"),
                ("same-origin", "serviceworker"),
            ] {
                assert!(foreign(Method::GET, &leads(mode, dest)), "{site} {mode} {dest}");
            }
            assert!(foreign(Method::GET, &[HOST, ("sec-fetch-site", site)]));
            let socket = [&leads("navigate", "document")[..], &[("upgrade", "websocket")]].concat();
            assert!(foreign(Method::GET, &socket));
        }
    }

    #[test]
    fn its_own_pages_and_its_user_may_do_anything() {
        for site in ["same-origin", "none"] {
            for method in [Method::GET, Method::POST, Method::DELETE] {
                assert!(!foreign(method, &[HOST, ("sec-fetch-site", site)]), "{site}");
            }
        }
    }

    #[test]
    fn without_metadata_the_origin_says_it_of_what_changes_something() {
        let from = |origin| [HOST, ("origin", origin)];
        for (origin, is) in [
            ("https://i-1.box.example", false),
            ("http://i-1.box.example", false),
            ("https://I-1.box.example", false),
            ("https://i-2.box.example", true),
            ("https://i-1.box.example:444", true),
            ("https://i-1.box.example.evil.example", true),
            ("i-1.box.example", true),
            ("null", true),
            ("", true),
        ] {
            assert_eq!(foreign(Method::POST, &from(origin)), is, "{origin}");
            let socket = [&from(origin)[..], &[("upgrade", "websocket")]].concat();
            assert_eq!(foreign(Method::GET, &socket), is, "{origin}");
            assert!(!foreign(Method::GET, &from(origin)), "what reads is not readable elsewhere");
        }
        assert!(!foreign(Method::POST, &[HOST]), "no browser");
        assert!(foreign(Method::POST, &[("origin", "https://i-1.box.example")]), "no host");
    }
}
