//! Which addresses are free.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
};

/// Hosts in a block: 1 to 254 of `a.b.k.0/24`.
const HOSTS: u8 = 254;

/// Gives out `a.b.0.1` to `a.b.0.254`, each time the next one that is free, so that an address
/// comes back as late as possible; `a.b.1.n` and further blocks only while the ones before are full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AddressPool {
    net: [u8; 2],
    /// The hosts in use, by block.
    used: BTreeMap<u8, BTreeSet<u8>>,
    last: u8,
}

impl AddressPool {
    pub(super) fn new(net: [u8; 2]) -> Self {
        Self { net, used: BTreeMap::new(), last: 0 }
    }

    /// The next free address; `None` when all 65,024 are taken.
    pub(super) fn take(&mut self) -> Option<Ipv4Addr> {
        let full = |block: &u8| self.used.get(block).is_some_and(|u| u.len() == usize::from(HOSTS));
        let block = (0..=u8::MAX).find(|block| !full(block))?;
        let used = self.used.entry(block).or_default();
        let mut after_last = (self.last + 1..=HOSTS).chain(1..=self.last);
        let host = after_last.find(|host| !used.contains(host))?;
        used.insert(host);
        self.last = host;
        let [a, b] = self.net;
        Some(Ipv4Addr::new(a, b, block, host))
    }

    pub(super) fn give_back(&mut self, address: Ipv4Addr) {
        let [_, _, block, host] = address.octets();
        if let Some(used) = self.used.get_mut(&block) {
            used.remove(&host);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_count_up_and_come_back_late() {
        let mut pool = AddressPool::new([127, 1]);
        let first = pool.take().unwrap();
        assert_eq!(first, Ipv4Addr::new(127, 1, 0, 1));
        pool.give_back(first);
        for n in 2..=254 {
            assert_eq!(pool.take(), Some(Ipv4Addr::new(127, 1, 0, n)));
        }
        assert_eq!(pool.take(), Some(first), "the freed one, once the others were out");
        assert_eq!(pool.take(), Some(Ipv4Addr::new(127, 1, 1, 2)), "then the next block");
    }

    #[test]
    fn a_full_net_gives_nothing() {
        let mut pool = AddressPool::new([127, 1]);
        let all: BTreeSet<_> = std::iter::from_fn(|| pool.take()).collect();
        assert_eq!(all.len(), 65_024, "no address twice");
    }
}
