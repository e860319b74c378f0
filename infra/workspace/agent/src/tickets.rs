//! Tickets that were used, so that each opens the box once.

use std::collections::BTreeMap;

use hotdesk::clock::Ms;

use crate::refusal::Refusal;

/// Only valid tickets are remembered, and each for about a minute, so a box sees a handful; the
/// limit keeps memory bounded if the control plane goes wild.
const LIMIT: usize = 1024;

/// Seconds beyond a ticket's end for which it is remembered: more than any leeway in checking it.
const MARGIN: u64 = 30;

/// The ids of used tickets, with the second from which each may be forgotten.
#[derive(Debug, Default)]
pub(crate) struct UsedTickets {
    until: BTreeMap<String, u64>,
}

impl UsedTickets {
    /// Marks a ticket as used: refused if it was already.
    pub(crate) fn take(&mut self, jti: &str, expires: u64, now: Ms) -> Result<(), Refusal> {
        self.until.retain(|_, until| *until > now.seconds());
        if self.until.contains_key(jti) {
            return Err(Refusal::Used);
        }
        if self.until.len() >= LIMIT {
            return Err(Refusal::Busy);
        }
        self.until.insert(jti.to_owned(), expires.saturating_add(MARGIN));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_bounded_and_comes_back() {
        let mut used = UsedTickets::default();
        for n in 0..LIMIT {
            used.take(&n.to_string(), 60, Ms(0)).unwrap();
        }
        assert_eq!(used.take("0", 60, Ms(0)), Err(Refusal::Used));
        assert_eq!(used.take("one more", 60, Ms(0)), Err(Refusal::Busy));
        used.take("one more", 150, Ms((60 + MARGIN) * 1000)).unwrap();
        assert_eq!(used.until.len(), 1);
    }
}
