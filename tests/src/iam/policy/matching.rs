//! Wildcards.

/// Whether `text` is of that pattern, in which `*` stands for any characters and `?` for one.
pub(super) fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    loop {
        match (pattern.next(), text.clone().next()) {
            (Some('*'), _) => {
                let rest = pattern.as_str();
                let mut tails = text.as_str().char_indices().map(|(at, _)| &text.as_str()[at..]);
                return matches(rest, "") || tails.any(|tail| matches(rest, tail));
            }
            (Some('?'), Some(_)) => drop(text.next()),
            (Some(one), Some(other)) if one == other => drop(text.next()),
            (None, None) => return true,
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_pattern_is_of_all_of_a_text() {
        for (pattern, text) in [("a*c", "abc"), ("*", ""), ("a?c", "abc"), ("a*b*c", "a-b-b-c")] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in [("a*c", "abcd"), ("a", "ab"), ("?", ""), ("ab", "a"), ("", "a")] {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    proptest! {
        #[test]
        fn a_text_is_of_itself_with_any_part_of_it_left_out(
            text in "[a-z/:]{1,12}", from in 0usize..12, to in 0usize..12,
        ) {
            let (from, to) = (from.min(text.len()), to.min(text.len()));
            let (from, to) = (from.min(to), from.max(to));
            let pattern = format!("{}*{}", &text[..from], &text[to..]);
            prop_assert!(matches(&pattern, &text), "{}", pattern);
            prop_assert!(matches(&text, &text));
            let longer = format!("{text}!");
            prop_assert!(!matches(&text, &longer));
        }
    }
}
