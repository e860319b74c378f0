//! What a request says of how it came about: by our own page, by another site's, by nobody's click.

use http::{HeaderMap, header};

use crate::{config::BaseUrl, problem::Problem};

/// What changes something comes from our own pages: boxes may be siblings on one site, so SameSite
/// cookies alone stop nothing.
///
/// # Errors
/// [`Problem::ForeignOrigin`] if `Origin` is another one, or missing.
pub fn same_origin(headers: &HeaderMap, base: &BaseUrl) -> Result<(), Problem> {
    if says(headers, header::ORIGIN.as_str()) == Some(base.0.as_str()) {
        Ok(())
    } else {
        Err(Problem::ForeignOrigin)
    }
}

/// What another site's page asks for in passing (an image, a frame, a script's request) does
/// nothing for the user; a link that they follow does (Fetch Metadata Request Headers, W3C).
/// Browsers from before 2023 do not say, nor do programs: for them SameSite and the missing CORS
/// headers have to do.
///
/// # Errors
/// [`Problem::ForeignOrigin`] if it is asked for in passing.
pub fn not_in_passing(headers: &HeaderMap) -> Result<(), Problem> {
    let foreign = matches!(says(headers, "sec-fetch-site"), Some("same-site" | "cross-site"));
    let link = says(headers, "sec-fetch-mode") == Some("navigate")
        && says(headers, "sec-fetch-dest").is_none_or(|dest| dest == "document");
    if foreign && !link { Err(Problem::ForeignOrigin) } else { Ok(()) }
}

/// Whether a browser fetches a page before anybody clicked (Fetch standard, `Sec-Purpose`; older
/// browsers send `Purpose`): that gives and begins nothing.
#[must_use]
pub fn is_prefetch(headers: &HeaderMap) -> bool {
    ["sec-purpose", "purpose", "x-moz"].iter().any(|name| {
        let purpose = says(headers, name);
        purpose.is_some_and(|it| it.contains("prefetch") || it.contains("prerender"))
    })
}

fn says<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
