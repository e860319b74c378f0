//! Which addresses are free.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
};

/// Hosts in a block: 1 to 254 of `a.b.k.0/24`.
const HOSTS: u8 = 254;

/// Gives out `a.b.0.1` to `a.b.0.254`, each time the next one that is free, so that an address
/// comes back as late as possible; `a.b.1.n` and further blocks only while the ones before are full.
/// After `a.b.255.n` comes `a.(b+2).0.n`: the net next door is another pool's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AddressPool {
    net: [u8; 2],
    /// The hosts in use, by block, for all blocks that were ever needed.
    used: BTreeMap<u16, BTreeSet<u8>>,
    /// Those of the blocks that are not full.
    open: BTreeSet<u16>,
    last: u8,
}

impl AddressPool {
    pub(super) fn new(net: [u8; 2]) -> Self {
        Self { net, used: BTreeMap::new(), open: BTreeSet::new(), last: 0 }
    }

    /// The next free address; `None` when all are taken up to 255 in the second byte.
    pub(super) fn take(&mut self) -> Option<Ipv4Addr> {
        let after_used =
            self.used.last_key_value().map_or(Some(0), |(block, _)| block.checked_add(1));
        let block = self.open.first().copied().or(after_used)?;
        let [a, b] = self.net;
        let [nets_on, third] = block.to_be_bytes();
        let second = nets_on.checked_mul(2).and_then(|nets| b.checked_add(nets))?;
        let used = self.used.entry(block).or_default();
        let mut after_last = (self.last + 1..=HOSTS).chain(1..=self.last);
        let host = after_last.find(|host| !used.contains(host))?;
        used.insert(host);
        if used.len() < usize::from(HOSTS) {
            self.open.insert(block);
        } else {
            self.open.remove(&block);
        }
        self.last = host;
        Some(Ipv4Addr::new(a, second, third, host))
    }

    pub(super) fn give_back(&mut self, address: Ipv4Addr) {
        let [_, second, third, host] = address.octets();
        let [_, b] = self.net;
        let block = u16::from_be_bytes([second.saturating_sub(b) / 2, third]);
        if self.used.get_mut(&block).is_some_and(|used| used.remove(&host)) {
            self.open.insert(block);
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
    fn two_pools_side_by_side_outgrow_their_nets_and_never_meet() {
        let mut pools = [AddressPool::new([127, 1]), AddressPool::new([127, 2])];
        let mut all = BTreeSet::new();
        for _ in 0..101_000 {
            for pool in &mut pools {
                assert!(all.insert(pool.take().unwrap()), "no address twice");
            }
        }
        let beyond = Ipv4Addr::new(127, 3, 0, 1);
        assert!(all.contains(&beyond));
        pools[0].give_back(beyond);
        let next: BTreeSet<_> = (0..254).filter_map(|_| pools[0].take()).collect();
        assert!(next.contains(&beyond), "it is free again");
    }

    #[test]
    fn a_full_pool_gives_nothing() {
        let mut pool = AddressPool::new([127, 254]);
        let all: BTreeSet<_> = std::iter::from_fn(|| pool.take()).collect();
        assert_eq!(all.len(), 65_024, "no address twice");
    }
}
