//! How many instances EC2 has room for.

use super::{error::AwsError, index::Tally, sim::Sim};

impl Sim {
    /// Sets the most instances that can be pending or running at once in each zone; `None` is no
    /// bound. Those that are already, stay.
    pub fn set_capacity(&mut self, capacity: Option<u32>) {
        self.capacity = capacity;
    }

    /// There is room for one more in the zone of this place.
    pub(super) fn has_room(&self, zone: usize, tally: &Tally) -> bool {
        self.room(zone, tally) > 0
    }

    fn room(&self, zone: usize, tally: &Tally) -> usize {
        if self.lost(&self.settings.zone(zone)) {
            return 0;
        }
        let most =
            self.capacity.map_or(usize::MAX, |most| usize::try_from(most).unwrap_or(usize::MAX));
        most.saturating_sub(tally.in_use)
    }

    /// There is room for all of these, which are stopped: one has no claim to the room that it had.
    /// [docs: API_StartInstances, troubleshooting-launch-capacity] Code, sentence and status as users
    /// report them for StartInstances [nib-health-funds/hammertime issue 29]; that the whole batch
    /// fails is unverified.
    pub(super) fn room_to_start(&self, ids: &[String]) -> Result<(), AwsError> {
        let mut wanted = vec![0usize; self.machines.zones().len()];
        for machine in ids.iter().filter_map(|id| self.machines.get(id)) {
            if let Some(zone) = wanted.get_mut(machine.zone) {
                *zone += 1;
            }
        }
        let mut zones = wanted.iter().zip(self.machines.zones()).enumerate();
        if zones.all(|(zone, (wanted, tally))| *wanted == 0 || *wanted <= self.room(zone, tally)) {
            return Ok(());
        }
        Err(AwsError {
            code: "InsufficientInstanceCapacity".into(),
            message: "Insufficient capacity.".into(),
            status: 500,
        })
    }
}
