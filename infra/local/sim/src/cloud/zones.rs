//! Which zone a member is in, and how the group keeps its zones even.

use std::collections::BTreeSet;

use super::{error::AwsError, index::Tally, parameters::Process, sim::Sim};

impl Sim {
    /// The zone with the fewest members of those that have room. [docs: auto-scaling-benefits,
    /// instance distribution: the fewest first, then another zone if that fails] Members in standby
    /// and on their way out do not count; of equal zones it is the first (both unverified).
    pub(super) fn zone_for_launch(&self) -> Option<usize> {
        let with_room =
            self.zones().filter(|(zone, tally)| self.open(*zone) && self.has_room(*zone, tally));
        with_room.min_by_key(|(_, tally)| tally.counted()).map(|(zone, _)| zone)
    }

    /// Of the zones for which `fits` holds, the first of those with the most members.
    pub(super) fn fullest_zone(&self, fits: impl Fn(usize, &Tally) -> bool) -> Option<usize> {
        let fitting = self.zones().filter(|(zone, tally)| fits(*zone, tally));
        // Backwards, for `max_by_key` gives the last of equals.
        fitting.rev().max_by_key(|(_, tally)| tally.counted()).map(|(zone, _)| zone)
    }

    /// Sets the zones that the group has subnets in; members in others stay where they are, and are
    /// not evened out (AWS would move unprotected ones). [docs: as-add-availability-zone]
    ///
    /// # Errors
    /// One of them is none of [`Settings::zones`](super::Settings::zones); nothing has changed then.
    pub fn set_group_zones(&mut self, zones: &[&str]) -> Result<(), AwsError> {
        let zones: Result<BTreeSet<String>, _> =
            zones.iter().map(|zone| self.known_zone(zone)).collect();
        self.group.zones = Some(zones?);
        Ok(())
    }

    /// The group launches into the zone of this place.
    fn open(&self, zone: usize) -> bool {
        self.group.zones.as_ref().is_none_or(|zones| zones.contains(&self.settings.zone(zone)))
    }

    fn zones(&self) -> impl DoubleEndedIterator<Item = (usize, &Tally)> {
        self.machines.zones().iter().enumerate()
    }

    /// Zones that differ by two members or more are evened out, one member at a time: the small one
    /// gets one first, even beyond MaxSize, and once that is InService, scale-in takes one from the
    /// big one. [docs: auto-scaling-benefits, rebalancing activities: launches before it terminates,
    /// and may go beyond MaxSize by a tenth or one; as-enter-exit-standby: standby unbalances] How
    /// many AWS moves at once is unverified. Protected members stay where they are.
    ///
    /// A lost zone is not evened out (unverified).
    ///
    /// With Terminate suspended the launch happens all the same. [docs:
    /// understand-how-suspending-processes-affects-other-processes]
    pub(super) fn rebalance(&mut self) {
        if self.suspended(Process::AZRebalance) || self.suspended(Process::Launch) {
            return;
        }
        let tallies = self.machines.zones();
        let there = self
            .zones()
            .filter(|(zone, _)| self.open(*zone) && !self.lost(&self.settings.zone(*zone)));
        let small = there.min_by_key(|(_, tally)| tally.counted());
        let big = self.fullest_zone(|_, tally| tally.unprotected > 0);
        let (Some((small, fewest)), Some(big)) = (small, big) else { return };
        if tallies[big].counted() < fewest.counted() + 2 {
            return;
        }
        let room = self.has_room(small, fewest);
        if self.launch_waits() {
            return;
        }
        let reservation = self.random.id("r-");
        // The sentence is shortened.
        let cause = "an instance was launched to aid in balancing the group's zones.";
        let zone = Some(small).filter(|_| room);
        self.group.rebalancing = self.launch_in(zone, &reservation, cause);
    }

    /// A member that was launched to even the zones out is not in service yet.
    pub(super) fn rebalancing(&mut self) -> bool {
        let launching = |id: &mut String| {
            !self.machines.get(id).is_some_and(|machine| {
                machine.member.as_ref().is_some_and(|member| member.launching())
            })
        };
        self.group.rebalancing.take_if(launching);
        self.group.rebalancing.is_some()
    }
}
