//! What a round is to do, from counts.

use crate::{fleet::Sizes, store::Demand};

/// What a round does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// So much is desired too little, waking boxes included.
    pub missing: usize,
    /// So many boxes are too few: the most that are woken.
    pub wake: usize,
    /// So many spares are too many.
    pub surplus: usize,
    /// Whether more would be needed than the group may have.
    pub limited: bool,
    /// Whether people wait and the group has fewer members than it wants.
    pub short: bool,
}

/// The plan for these counts. `leaving` are boxes in `fleet:stopping` that the group still counts,
/// `arriving` those that a launch hook holds.
#[must_use]
pub fn plan(
    demand: &Demand,
    sizes: Sizes,
    leaving: usize,
    arriving: usize,
    spares: usize,
    min_boxes: usize,
) -> Plan {
    let wanted = (demand.active + demand.waiting + spares).max(min_boxes);
    let need = wanted.min(sizes.max);
    let have = (sizes.desired + demand.waking).saturating_sub(leaving);
    let there = have.max(demand.active + demand.pool + demand.waking);
    let members = demand.active + demand.pool + leaving + arriving;
    Plan {
        missing: need.saturating_sub(have),
        wake: need.saturating_sub(there),
        surplus: there.saturating_sub(need).min(demand.pool),
        limited: demand.active + demand.waiting > sizes.max,
        short: demand.waiting > 0 && members < sizes.desired,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demand(active: usize, waiting: usize, pool: usize) -> Demand {
        Demand { active, waiting, pool, ..Demand::default() }
    }

    fn sizes(desired: usize, max: usize) -> Sizes {
        Sizes { desired, max }
    }

    fn missing(missing: usize) -> Plan {
        Plan { missing, wake: missing, ..Plan::default() }
    }

    #[test]
    fn an_empty_group_gets_its_spare() {
        assert_eq!(plan(&demand(0, 0, 0), sizes(0, 20), 0, 0, 1, 1), missing(1));
    }

    #[test]
    fn desired_is_active_plus_spares() {
        assert_eq!(plan(&demand(3, 0, 1), sizes(4, 20), 0, 0, 1, 1), Plan::default());
        assert_eq!(plan(&demand(3, 2, 0), sizes(3, 20), 0, 0, 1, 1), missing(3));
    }

    #[test]
    fn max_size_is_never_passed() {
        let full = Plan { limited: true, ..Plan::default() };
        assert_eq!(
            plan(&demand(19, 50, 0), sizes(19, 20), 0, 0, 1, 1),
            Plan { missing: 1, wake: 1, ..full }
        );
        assert_eq!(plan(&demand(20, 50, 0), sizes(20, 20), 0, 0, 1, 1), full);
        // Nobody waits: the spare is all that is not there.
        assert_eq!(plan(&demand(20, 0, 0), sizes(20, 20), 0, 0, 1, 1), Plan::default());
    }

    #[test]
    fn boxes_in_service_count_whatever_desired_says() {
        let lowered = plan(&demand(2, 0, 1), sizes(0, 20), 0, 0, 1, 1);
        assert_eq!(lowered, Plan { missing: 3, ..Plan::default() }, "none is woken");
        let over = plan(&demand(1, 0, 3), sizes(2, 20), 0, 0, 1, 1);
        assert_eq!(over, Plan { surplus: 2, ..Plan::default() });
    }

    #[test]
    fn boxes_on_their_way_out_are_no_capacity() {
        assert_eq!(plan(&demand(1, 1, 0), sizes(2, 20), 1, 0, 0, 0), missing(1));
    }

    #[test]
    fn only_spares_are_surplus() {
        assert_eq!(
            plan(&demand(1, 0, 2), sizes(6, 20), 0, 0, 1, 1),
            Plan { surplus: 2, ..Plan::default() }
        );
        assert_eq!(plan(&demand(0, 0, 1), sizes(1, 20), 0, 0, 0, 1), Plan::default());
    }

    #[test]
    fn a_group_is_short_while_people_wait_for_members_that_it_wants_and_has_not() {
        let short = |demand: &Demand, desired, leaving, arriving| {
            plan(demand, sizes(desired, 20), leaving, arriving, 1, 1).short
        };
        assert!(short(&demand(2, 1, 0), 4, 0, 0));
        assert!(short(&demand(2, 1, 0), 4, 0, 1), "one of two");
        assert!(!short(&demand(2, 1, 0), 4, 0, 2), "both are on their way");
        assert!(!short(&demand(2, 1, 0), 4, 1, 1), "one has yet to leave");
        assert!(!short(&demand(2, 0, 0), 4, 0, 0), "nobody waits");
        assert!(!short(&demand(2, 3, 0), 2, 0, 0), "it has what it wants: to be raised");
    }

    #[test]
    fn waking_boxes_count_as_there() {
        let waking = Demand { waking: 1, ..demand(0, 0, 0) };
        assert_eq!(plan(&waking, sizes(0, 20), 0, 0, 1, 1), Plan::default());
    }
}
