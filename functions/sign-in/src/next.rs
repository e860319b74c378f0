//! Where somebody goes after signing in: to a page of ours, whatever they were told to ask for.

use url::{Position, Url, form_urlencoded};

/// The longest address that is remembered, bytes: it is in a cookie.
const LONGEST: usize = 512;

/// The page that the query of `/login` asks for, as a whole address; our first page if that is no
/// page of ours.
pub(crate) fn wanted(query: Option<&str>, site: &Url) -> String {
    let mut parameters = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    let next = parameters.find(|(name, _)| name == "next");
    let next = next.and_then(|(_, next)| page_of(&next, site));
    next.unwrap_or_else(|| site.as_str().to_owned())
}

/// Read as browsers read it, to whom `//elsewhere` and `/\elsewhere` are other hosts. The answer is
/// a whole address, as `//elsewhere` can be a path of ours and must not become a host.
fn page_of(next: &str, site: &Url) -> Option<String> {
    let url = site.join(next).ok()?;
    // The scheme by itself: the origin of `blob:https://ours/` is ours.
    if url.scheme() != site.scheme() || url.origin() != site.origin() {
        return None;
    }
    let page = format!("{}{}", site.origin().ascii_serialization(), &url[Position::BeforePath..]);
    (page.len() <= LONGEST).then_some(page)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn site() -> Url {
        Url::parse("https://desk.example").unwrap()
    }

    fn wants(next: &str) -> String {
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        wanted(Some(&query), &site())
    }

    #[test]
    fn pages_of_ours_are_reached() {
        for (next, expected) in [
            ("/dispatch", "https://desk.example/dispatch"),
            ("/status?a=b&c=d#e", "https://desk.example/status?a=b&c=d#e"),
            ("https://desk.example/dispatch", "https://desk.example/dispatch"),
            ("https://someone:secret@desk.example/", "https://desk.example/"),
            ("", "https://desk.example/"),
            ("/%2F%2Fevil.example", "https://desk.example/%2F%2Fevil.example"),
            ("/.//evil.example", "https://desk.example//evil.example"),
        ] {
            assert_eq!(wants(next), expected, "{next}");
        }
        assert_eq!(wanted(None, &site()), "https://desk.example/");
        assert_eq!(wanted(Some("other=/dispatch"), &site()), "https://desk.example/");
    }

    #[test]
    fn other_sites_are_not() {
        let long = format!("/{}", "a".repeat(LONGEST));
        for next in [
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "///evil.example",
            "/\t/evil.example",
            "\t//evil.example",
            " //evil.example",
            "/\n/evil.example",
            "https://evil.example",
            "https:evil.example/../..//evil.example",
            "https:\\\\evil.example",
            "http://desk.example/",
            "https://desk.example:444/",
            "https://desk.example.evil/",
            "https://desk.example@evil.example/",
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "data:text/html,a",
            "blob:https://desk.example/dispatch",
            "file:///etc/passwd",
            "https://desk.example\\@evil.example",
            &long,
        ] {
            let went = wants(next);
            let host = Url::parse(&went).unwrap();
            assert_eq!(host.origin(), site().origin(), "{next:?}: {went}");
            assert!(!went.contains("evil") || host.path().contains("evil"), "{next:?}: {went}");
        }
        assert_eq!(wants("//evil.example"), "https://desk.example/");
        assert_eq!(wants(&long), "https://desk.example/");
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_the_page_is_ours(next in r"[/\\:@.\t\n?#%a-z]{0,24}|.*") {
            let went = wants(&next);
            prop_assert!(went.bytes().all(|b| b.is_ascii_graphic()), "{went}");
            prop_assert!(went.starts_with("https://desk.example/"), "{went}");
            prop_assert_eq!(Url::parse(&went).unwrap().origin(), site().origin());
        }
    }
}
