//! What follows from all machines together, kept up to date as they change, so that a step costs
//! what is due in it and not what there is.

use std::collections::{BTreeMap, BTreeSet};

use super::{machine::Machine, view::Lifecycle};

/// Due times and tallies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Index {
    /// Instance ids by the time when something is due for them next.
    due: BTreeMap<u64, BTreeSet<String>>,
    zones: Vec<Tally>,
}

/// How many machines of a zone are in what condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Members on their way to InService.
    pub(super) launching: usize,
    /// Members in InService.
    pub(super) serving: usize,
    /// Those of them that scale-in may take.
    pub(super) unprotected: usize,
    /// Those of them that a health check marked.
    pub(super) unhealthy: usize,
    /// Instances that are pending or running, members or not.
    pub(super) in_use: usize,
}

/// What one machine adds to the index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    due: Option<u64>,
    zone: usize,
    tally: Tally,
}

impl Mark {
    pub(super) fn of(machine: &Machine) -> Self {
        let mut tally = Tally { in_use: usize::from(machine.in_use()), ..Tally::default() };
        if let Some(member) = &machine.member {
            tally.launching = usize::from(member.launching());
            if member.lifecycle == Lifecycle::InService {
                tally.serving = 1;
                tally.unprotected = usize::from(!member.protected);
                tally.unhealthy = usize::from(!member.healthy);
            }
        }
        Self { due: machine.next_due(), zone: machine.zone, tally }
    }
}

impl Tally {
    /// Members that count towards the desired capacity.
    pub(super) fn counted(&self) -> usize {
        self.launching + self.serving
    }

    /// Members that scale-in may take.
    pub(super) fn removable(&self) -> usize {
        self.launching + self.unprotected
    }

    /// Each field of both.
    fn with(self, other: Self, join: impl Fn(usize, usize) -> usize) -> Self {
        Self {
            launching: join(self.launching, other.launching),
            serving: join(self.serving, other.serving),
            unprotected: join(self.unprotected, other.unprotected),
            unhealthy: join(self.unhealthy, other.unhealthy),
            in_use: join(self.in_use, other.in_use),
        }
    }
}

impl Index {
    pub(super) fn new(zones: usize) -> Self {
        Self { due: BTreeMap::new(), zones: vec![Tally::default(); zones] }
    }

    pub(super) fn enter(&mut self, id: &str, mark: Mark) {
        self.set_due(id, mark.due);
        self.tally(mark, |sum, one| sum + one);
    }

    pub(super) fn leave(&mut self, id: &str, mark: Mark) {
        self.unset_due(id, mark.due);
        self.tally(mark, |sum, one| sum - one);
    }

    pub(super) fn replace(&mut self, id: &str, before: Mark, after: Mark) {
        if before.due != after.due {
            self.unset_due(id, before.due);
            self.set_due(id, after.due);
        }
        if before.tally != after.tally {
            self.tally(before, |sum, one| sum - one);
            self.tally(after, |sum, one| sum + one);
        }
    }

    pub(super) fn next_due(&self) -> Option<u64> {
        self.due.first_key_value().map(|(due, _)| *due)
    }

    pub(super) fn due(&self, now: u64) -> Vec<String> {
        let mut ids: Vec<String> =
            self.due.range(..=now).flat_map(|(_, ids)| ids).cloned().collect();
        ids.sort();
        ids
    }

    pub(super) fn zones(&self) -> &[Tally] {
        &self.zones
    }

    fn set_due(&mut self, id: &str, due: Option<u64>) {
        if let Some(due) = due {
            self.due.entry(due).or_default().insert(id.to_owned());
        }
    }

    fn unset_due(&mut self, id: &str, due: Option<u64>) {
        let Some(due) = due else { return };
        let Some(ids) = self.due.get_mut(&due) else { return };
        ids.remove(id);
        if ids.is_empty() {
            self.due.remove(&due);
        }
    }

    fn tally(&mut self, mark: Mark, join: impl Fn(usize, usize) -> usize) {
        if let Some(sum) = self.zones.get_mut(mark.zone) {
            *sum = sum.with(mark.tally, join);
        }
    }
}
