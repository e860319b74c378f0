//! User names out of claims.
//!
//! Lower case; the operator's own domain is cut off, any other `@` becomes `_`; what is no user
//! name then is refused, as is a claim with any other character that a user name cannot have:
//! leaving characters out would give two people one name. Should two claims give one name all the
//! same (`a@b` and `a_b`), the second person is refused where seats are opened, because issuer and
//! subject are remembered with the first one's; nobody is ever taken for another.

use hotdesk::id::{IdError, UserId};

/// The user name that a claim gives, where `domain` is the operator's own.
pub(super) fn user_name(claim: &str, domain: Option<&str>) -> Result<UserId, IdError> {
    // Of ASCII only: there are letters elsewhere whose lower case is an ASCII letter, and that
    // would be somebody else's name.
    let claim = claim.to_ascii_lowercase();
    let own = domain.and_then(|domain| claim.strip_suffix(domain)?.strip_suffix('@'));
    own.unwrap_or(&claim).replace('@', "_").parse()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(claim: &str, domain: Option<&str>) -> Option<String> {
        user_name(claim, domain).ok().map(String::from)
    }

    #[test]
    fn names_are_what_people_expect() {
        let own = Some("example.com");
        for (claim, domain, expected) in [
            ("alice", None, "alice"),
            ("Alice@Example.COM", own, "alice"),
            ("alice@example.com", None, "alice_example.com"),
            ("alice@example.org", own, "alice_example.org"),
            ("alice@sub.example.com", own, "alice_sub.example.com"),
            ("alice@evil-example.com", own, "alice_evil-example.com"),
            ("alice@example.com.evil", own, "alice_example.com.evil"),
            ("alice.b_c-d@example.com", own, "alice.b_c-d"),
            ("00u1a2b3", None, "00u1a2b3"),
        ] {
            assert_eq!(name(claim, domain).as_deref(), Some(expected), "{claim}");
        }
    }

    #[test]
    fn what_cannot_be_a_name_is_refused() {
        let (own, long) = (Some("example.com"), "a".repeat(65));
        for claim in [
            "",
            "@",
            "@example.com",
            "pool@example.com",
            "pings",
            "alice+desk@example.com",
            "o'brien@example.com",
            "alice smith",
            "alice\n",
            "ws:pool",
            "../alice",
            "-alice",
            "álice",
            // The Kelvin sign, whose lower case is k.
            "\u{212a}im@example.com",
            "alice@example.com\u{0}",
            "аlice@example.com",
            &long,
        ] {
            assert_eq!(name(claim, own), None, "{claim:?}");
        }
    }

    proptest! {
        #[test]
        fn whatever_the_claim_it_gives_a_user_name_or_none(claim in ".*", domain in proptest::option::of("[a-z.]{1,9}")) {
            if let Some(name) = name(&claim, domain.as_deref()) {
                prop_assert!(name.parse::<UserId>().is_ok());
            }
        }

        #[test]
        fn people_of_one_domain_have_names_of_their_own(one in "[a-z0-9][a-z0-9._-]{0,20}", other in "[a-z0-9][a-z0-9._-]{0,20}") {
            let of = |local: &str| name(&format!("{local}@example.com"), Some("example.com"));
            prop_assert!(one == other || of(&one) != of(&other) || of(&one).is_none());
        }

        #[test]
        fn people_of_two_domains_have_names_of_their_own(local in "[a-z0-9][a-z0-9.-]{0,20}", one in "[a-z]{1,9}\\.com", other in "[a-z]{1,9}\\.org") {
            let of = |domain: &str| name(&format!("{local}@{domain}"), Some(one.as_str()));
            prop_assert!(of(&one) != of(&other) || of(&one).is_none());
        }
    }
}
