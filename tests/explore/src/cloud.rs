//! EC2 and Auto Scaling as a value, as far as flows can tell: what takes AWS a while happens at once,
//! or as a step of its own; whoever looks too early is a function that is too fast.

mod act;

use hotdesk::{
    fleet::{Group, Lifecycle, Machine, Machines, Member, Members, Power, Sizes},
    id::InstanceId,
};

use crate::names::{LONG_AGO, NOW, addresses, box_index, instance};

/// A box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Body {
    /// Where it stands in the group.
    pub lifecycle: Lifecycle,
    /// Its state.
    pub power: Power,
    /// Its agent can open an editor.
    pub ready: bool,
    /// It was launched or started long ago.
    pub late: bool,
    /// Nobody is let in any more until it boots anew.
    pub drained: bool,
    /// Its agent has seen a heartbeat less than the idle time ago.
    pub seen: bool,
    /// Whose seat was opened on it since it booted.
    pub tenant: Option<usize>,
}

/// All boxes and the group's sizes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cloud {
    /// Boxes, as far as EC2 lists them.
    pub boxes: Vec<Option<Body>>,
    /// DesiredCapacity.
    pub desired: usize,
    /// MaxSize.
    pub max: usize,
}

impl Cloud {
    /// An empty group.
    #[must_use]
    pub fn new(boxes: usize, max: usize) -> Self {
        Self { boxes: vec![None; boxes], desired: 0, max }
    }

    /// A box.
    #[must_use]
    pub fn of(&self, id: &InstanceId) -> Option<Body> {
        self.boxes[box_index(id)]
    }

    fn known(&mut self, id: &InstanceId) -> Option<&mut Body> {
        self.boxes[box_index(id)].as_mut()
    }

    /// Members that desired counts.
    #[must_use]
    pub fn counted(&self) -> usize {
        self.boxes.iter().flatten().filter(|b| counts(b.lifecycle)).count()
    }

    /// Which box the group would launch now.
    #[must_use]
    pub fn to_launch(&self) -> Option<usize> {
        let free = self.boxes.iter().position(Option::is_none)?;
        (self.counted() < self.desired).then_some(free)
    }

    /// Launches it, to be held by its hook.
    pub fn launch(&mut self, n: usize) {
        self.boxes[n] = Some(Body {
            lifecycle: Lifecycle::PendingWait,
            power: Power::Running,
            ready: false,
            late: false,
            drained: false,
            seen: false,
            tenant: None,
        });
    }

    /// See [`hotdesk::fleet::Fleet`] for this and the others.
    #[must_use]
    pub fn sizes(&self) -> Sizes {
        Sizes { desired: self.desired, max: self.max }
    }

    /// The group, but for one box that its list lacks.
    #[must_use]
    pub fn group(&self, unlisted: Option<usize>) -> Group {
        let ids: Vec<InstanceId> = (0..self.boxes.len()).map(|n| instance(n).clone()).collect();
        Group { sizes: self.sizes(), balances: false, members: self.members(&ids, unlisted) }
    }

    /// Members, but for one that the list lacks.
    #[must_use]
    pub fn members(&self, ids: &[InstanceId], unlisted: Option<usize>) -> Members {
        let member = |id: &InstanceId| {
            let b = self.of(id)?;
            let healthy = b.power == Power::Running;
            let lifecycle = b.lifecycle;
            let member = Member { instance: id.clone(), lifecycle, healthy, protected: true };
            // What is out of the group is not listed.
            (lifecycle != Lifecycle::Other).then(|| (id.clone(), member))
        };
        let listed = ids.iter().filter(|id| Some(box_index(id)) != unlisted);
        listed.filter_map(member).collect()
    }

    /// Machines, but for one that the list lacks.
    #[must_use]
    pub fn machines(&self, ids: &[InstanceId], unlisted: Option<usize>) -> Machines {
        let machine = |id: &InstanceId| {
            let b = self.of(id)?;
            let machine = Machine {
                instance: id.clone(),
                power: b.power,
                addresses: addresses(box_index(id)),
                launched: if b.late { LONG_AGO } else { NOW },
                zone: "a".into(),
                home: None,
            };
            Some((id.clone(), machine))
        };
        let listed = ids.iter().filter(|id| Some(box_index(id)) != unlisted);
        listed.filter_map(machine).collect()
    }
}

impl Body {
    /// It dies; a hook that holds it goes on holding its place in the group.
    pub fn die(&mut self) {
        let held = matches!(self.lifecycle, Lifecycle::PendingWait | Lifecycle::Standby);
        if !held {
            self.lifecycle = Lifecycle::Other;
        }
        (self.power, self.ready) = (Power::Terminated, false);
    }

    /// It is terminated.
    pub fn end(&mut self) {
        if self.lifecycle != Lifecycle::Standby {
            self.lifecycle = Lifecycle::Other;
        }
        (self.power, self.ready) = (Power::Terminated, false);
    }
}

fn counts(lifecycle: Lifecycle) -> bool {
    matches!(lifecycle, Lifecycle::Pending | Lifecycle::PendingWait | Lifecycle::InService)
}
