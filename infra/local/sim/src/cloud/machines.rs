//! All machines, and what they were a moment ago.

use std::{collections::BTreeMap, ops::Bound};

use super::{
    index::{Index, Mark, Tally},
    machine::Machine,
    timeline::{Keep, Timeline},
};

/// Every machine by instance id. One changes through [`Machines::alter`] only, which keeps the
/// index of due times and the tallies in step, and remembers what late readers still see. A machine
/// outlives its instance's last description while the group still lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Machines {
    records: BTreeMap<String, Timeline<Machine>>,
    index: Index,
}

impl Machines {
    /// None, in so many zones.
    pub(super) fn new(zones: usize) -> Self {
        Self { records: BTreeMap::new(), index: Index::new(zones) }
    }

    pub(super) fn get(&self, id: &str) -> Option<&Machine> {
        self.records.get(id).map(Timeline::now)
    }

    pub(super) fn record(&self, id: &str) -> Option<&Timeline<Machine>> {
        self.records.get(id)
    }

    /// All as they are, by id.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &Machine)> {
        self.records.iter().map(|(id, record)| (id, record.now()))
    }

    /// Those whose ids come after `id`.
    pub(super) fn after(
        &self,
        id: Option<&str>,
    ) -> impl Iterator<Item = (&String, &Timeline<Machine>)> {
        let from = id.map_or(Bound::Unbounded, Bound::Excluded);
        self.records.range::<str, _>((from, Bound::Unbounded))
    }

    pub(super) fn insert(&mut self, id: String, machine: Machine) {
        self.index.enter(&id, Mark::of(&machine));
        self.records.insert(id, Timeline::new(machine));
    }

    pub(super) fn remove(&mut self, id: &str) {
        if let Some(record) = self.records.remove(id) {
            self.index.leave(id, Mark::of(record.now()));
        }
    }

    /// Changes a machine, if there is one of that id.
    pub(super) fn alter<T>(
        &mut self,
        id: &str,
        keep: Keep,
        change: impl FnOnce(&mut Machine) -> T,
    ) -> Option<T> {
        let record = self.records.get_mut(id)?;
        let before = Mark::of(record.now());
        let result = record.alter(keep, change);
        self.index.replace(id, before, Mark::of(record.now()));
        Some(result)
    }

    /// When something is due next.
    pub(super) fn next_due(&self) -> Option<u64> {
        self.index.next_due()
    }

    /// For whom something is due by `now`, by id.
    pub(super) fn due(&self, now: u64) -> Vec<String> {
        self.index.due(now)
    }

    /// How many are in what condition, zone by zone.
    pub(super) fn zones(&self) -> &[Tally] {
        self.index.zones()
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Call, GroupSpec, HookResult, HookSpec, HookTarget, Settings, Sim, Transition,
        cloud::random::Random,
    };

    use super::*;

    /// The index as it is when it is made anew.
    fn anew(machines: &Machines) -> Index {
        let mut index = Index::new(machines.zones().len());
        machines.iter().for_each(|(id, machine)| index.enter(id, Mark::of(machine)));
        index
    }

    fn any_call(random: &mut Random, ids: &[String]) -> Call {
        let group = "desks".to_owned();
        let mut some = || {
            let n = random.up_to(ids.len() as u64) as usize;
            ids.get(n).cloned().into_iter().collect::<Vec<_>>()
        };
        let (who, other) = (some(), some());
        match random.up_to(9) {
            0 => Call::SetDesiredCapacity { group, desired: random.up_to(6) as i64 },
            1 => Call::StopInstances { ids: who },
            2 => Call::StartInstances { ids: who },
            3 => Call::TerminateInstances { ids: who },
            4 => Call::EnterStandby { group, ids: who, decrement: random.chance(0.5) },
            5 => Call::ExitStandby { group, ids: [who, other].concat() },
            6 => Call::SetInstanceProtection { group, ids: who, protected: random.chance(0.5) },
            7 => Call::TerminateInstanceInAutoScalingGroup {
                id: who.concat(),
                decrement: random.chance(0.5),
            },
            _ => Call::CompleteLifecycleAction {
                group,
                hook: "up".into(),
                target: HookTarget::Instance(who.concat()),
                result: HookResult::Continue,
            },
        }
    }

    #[test]
    fn the_index_is_what_it_would_be_if_it_were_made_anew() {
        let up = HookSpec {
            name: "up".into(),
            transition: Transition::Launching,
            heartbeat_seconds: 60,
            default_result: HookResult::Continue,
            metadata: None,
        };
        for (seed, lag_ms) in [(1, 0), (2, 0), (3, 5_000), (4, 60_000)] {
            let zones = vec!["a".into(), "b".into()];
            let settings = Settings { seed, lag_ms, zones, throttle: false, ..Settings::default() };
            let group = GroupSpec {
                desired: 3,
                max: 6,
                protect_new: false,
                hooks: vec![up.clone()],
                ..GroupSpec::named("desks")
            };
            let mut sim = Sim::new(settings, group, 0);
            let mut random = Random::new(seed);
            for _ in 0..2_000 {
                let ids: Vec<String> = sim.machines.iter().map(|(id, _)| id.clone()).collect();
                let later = sim.now() + random.up_to(30_000);
                let call = any_call(&mut random, &ids);
                sim.call(later, call).ok();
                assert_eq!(sim.machines.index, anew(&sim.machines));
            }
            assert!(sim.machines.iter().count() > 20, "it was about something");
        }
    }
}
