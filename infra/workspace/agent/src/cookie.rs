//! The two cookies of a box, and the token in the first of them.
//!
//! The box's own cookie says who has been let in; it is signed with a key that never leaves the
//! runtime folder, so it means nothing to any other box, nor to this one after a boot. The seat
//! cookie carries the control plane's token for heartbeats, which the agent does not read.

mod pass;

use axum::http::{HeaderMap, HeaderValue, header};
pub use pass::{Pass, PassKey};

/// Names and attributes of the cookies. Where the box is reached by https, browsers themselves
/// hold them to it by the prefix of their names (RFC 6265bis, 4.1.3), which also keeps pages of
/// sibling domains from setting cookies of these names.
#[derive(Clone, Copy, Debug)]
pub struct Cookies {
    /// Whether browsers reach the box by https.
    pub https: bool,
}

impl Cookies {
    /// Name of the box's own cookie.
    #[must_use]
    pub fn box_name(self) -> &'static str {
        if self.https { "__Host-hotdesk_box" } else { "hotdesk_box" }
    }

    /// Name of the cookie with the seat token.
    #[must_use]
    pub fn seat_name(self) -> &'static str {
        if self.https { "__Host-hotdesk_seat" } else { "hotdesk_seat" }
    }

    /// Attributes of both. They have no `Max-Age`: they go with the browser, and the ends in their
    /// tokens hold against browsers that keep them.
    #[must_use]
    pub fn attributes(self) -> &'static str {
        if self.https {
            "Path=/; HttpOnly; SameSite=Lax; Secure"
        } else {
            "Path=/; HttpOnly; SameSite=Lax"
        }
    }

    /// The `Cookie` header that the editor may see: without the box's own, so that nothing which
    /// runs in it can be let in from elsewhere by them. `None` if nothing is left.
    pub(crate) fn of_others(self, headers: &HeaderMap) -> Option<HeaderValue> {
        let all = whole(headers);
        let others = pairs(&all).filter(|pair| {
            let (name, _) = split(pair);
            name != self.box_name().as_bytes() && name != self.seat_name().as_bytes()
        });
        let others = others.collect::<Vec<_>>().join(b"; ".as_slice());
        HeaderValue::from_bytes(&others).ok().filter(|value| !value.is_empty())
    }
}

/// All that a request has of `Cookie`, as one header.
pub(crate) fn whole(headers: &HeaderMap) -> Vec<u8> {
    let all = headers.get_all(header::COOKIE).into_iter().map(HeaderValue::as_bytes);
    all.collect::<Vec<_>>().join(b"; ".as_slice())
}

/// The values of the cookies `name` in a `Cookie` header. Bytes, as a cookie of somebody else in it
/// may be no text.
pub fn values<'a>(header: &'a [u8], name: &str) -> impl Iterator<Item = &'a [u8]> {
    pairs(header)
        .map(split)
        .filter_map(move |(key, value)| (key == name.as_bytes()).then_some(value))
}

fn pairs(header: &[u8]) -> impl Iterator<Item = &[u8]> {
    header.split(|byte| *byte == b';').map(<[u8]>::trim_ascii).filter(|pair| !pair.is_empty())
}

fn split(pair: &[u8]) -> (&[u8], &[u8]) {
    let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(0);
    (&pair[..at], pair.get(at + 1..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    fn found<'a>(header: &'a [u8], name: &str) -> Vec<&'a [u8]> {
        values(header, name).collect()
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let header = b"a=1; xhotdesk_box=2;hotdesk_box=3=4 ; hotdesk_box2=5;;hotdesk_box=6; \xff=7";
        assert_eq!(found(header, "hotdesk_box"), [b"3=4".as_slice(), b"6"]);
        assert!(found(header, "hotdesk").is_empty());
        assert!(found(b"", "hotdesk_box").is_empty());
        assert!(found(b"hotdesk_box", "hotdesk_box").is_empty());
    }

    #[test]
    fn the_editor_sees_the_cookies_of_others() {
        let of_others = |cookies: &'static [u8]| {
            let value = HeaderValue::from_bytes(cookies).unwrap();
            let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
            Cookies { https: false }.of_others(&headers).map(|value| value.as_bytes().to_vec())
        };
        assert_eq!(of_others(b"hotdesk_box=1; hotdesk_seat=2;hotdesk_box=3"), None);
        let kept = of_others(b"a=1;hotdesk_box=2; b=\xff; hotdesk_seat=3; loose");
        assert_eq!(kept.unwrap(), b"a=1; b=\xff; loose");
        assert_eq!(of_others(b""), None);
    }

    proptest! {
        #[test]
        fn nothing_of_the_box_is_left_and_nothing_of_others_is_lost(
            pairs in vec((select(vec!["hotdesk_box", "hotdesk_seat", "a", "hotdesk_boxes", ""]), "[ -:<-~\u{e9}]{0,8}"), 0..8),
            gap in select(vec![";", "; ", " ;; "]),
        ) {
            let pairs = pairs.iter().map(|(name, value)| format!("{name}={}", value.trim()));
            let pairs: Vec<_> = pairs.collect();
            let Ok(value) = HeaderValue::from_bytes(pairs.join(gap).as_bytes()) else {
                return Ok(());
            };
            let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
            let others = Cookies { https: false }.of_others(&headers);
            let own = |pair: &&String| {
                pair.starts_with("hotdesk_box=") || pair.starts_with("hotdesk_seat=")
            };
            let kept: Vec<_> = pairs.iter().filter(|pair| !own(pair)).cloned().collect();
            let others = others.map(|value| value.as_bytes().to_vec()).unwrap_or_default();
            prop_assert_eq!(others, kept.join("; ").into_bytes());
        }
    }
}
