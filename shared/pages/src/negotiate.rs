//! Which representation a client wants: a page for browsers, JSON for programs.

use std::str::FromStr;

use headers_accept::Accept;
use hotdesk::web::{self, Reply};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use mediatype::{
    MediaType,
    names::{APPLICATION, HTML, JSON, TEXT},
};

const PAGE: MediaType<'_> = MediaType::new(TEXT, HTML);
/// JSON first: who takes anything is a program.
const OFFERED: &[MediaType<'_>] = &[MediaType::new(APPLICATION, JSON), PAGE];

/// JSON where there is a page too; pages say so themselves.
#[must_use]
pub fn json(status: StatusCode, body: &impl serde::Serialize) -> Reply {
    varies(web::json(status, body))
}

/// Says that another client may get another representation.
#[must_use]
pub fn varies(mut reply: Reply) -> Reply {
    reply.headers_mut().insert(header::VARY, HeaderValue::from_static("accept"));
    reply
}

/// Whether the client would rather have a page (RFC 9110, section 12.5.1). Whoever accepts neither,
/// or says nothing, gets JSON: an answer is better than 406.
#[must_use]
pub fn wants_page(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    let accept = accept.and_then(|text| Accept::from_str(text).ok());
    accept.is_some_and(|accept| accept.negotiate(OFFERED) == Some(&PAGE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_pages_and_programs_json() {
        for (accept, page) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("text/html", true),
            ("text/*", true),
            ("application/json;q=0.5, text/html;q=0.9", true),
            ("*/*", false),
            ("", false),
            ("application/json", false),
            ("application/json, text/html;q=0.9", false),
            ("text/html;q=0, */*", false),
            ("image/png", false),
            ("no list of types", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(wants_page(&headers), page, "{accept:?}");
        }
        assert!(!wants_page(&HeaderMap::new()));
    }
}
