//! E-mail addresses, as far as their domain decides.

/// The domain of an address that is one beyond doubt: one `@` with something before it, and no
/// space or control character. RFC 5321 would let an `@` stand in quotes before the real one; such
/// an address has no domain here.
pub(super) fn domain_of(address: &str) -> Option<&str> {
    let (local, domain) = address.split_once('@')?;
    let odd = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '@' | '"' | '<' | '>');
    let whole =
        !local.is_empty() && !domain.is_empty() && !address.replacen('@', "", 1).contains(odd);
    whole.then_some(domain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_plain_address_has_a_domain() {
        for odd in [
            "",
            "@",
            "alice",
            "alice@",
            "@example.com",
            "a@b@example.com",
            "\"a@b\"@example.com",
            "alice@example.com ",
            "alice@example.com\n",
            "al ice@example.com",
            "Alice <alice@example.com>",
            "alice@evil.com\0@example.com",
            "alice@\u{a0}example.com",
        ] {
            assert_eq!(domain_of(odd), None, "{odd:?}");
        }
        assert_eq!(domain_of("alice@Example.com"), Some("Example.com"));
        assert_eq!(domain_of("o'brien+desk@example.com"), Some("example.com"));
    }
}
