//! How an instance's state moves. [docs: EC2 instance lifecycle]

use super::{
    effect::Effect,
    events,
    machine::Machine,
    sim::Sim,
    view::{Instance, InstanceState},
};

impl Sim {
    /// Every instance that can still be described, as it is.
    #[must_use]
    pub fn instances(&self) -> Vec<Instance> {
        let all = self.machines.iter();
        all.filter_map(|(id, machine)| machine.instance(id, &self.settings)).collect()
    }

    /// A new instance of the group, `pending`; `None` when no address is free.
    pub(super) fn create_machine(&mut self, reservation: &str, zone: usize) -> Option<String> {
        let private_ip = self.private.take()?;
        let id = self.random.id("i-");
        let spec = &self.group.spec;
        let mut tags = spec.tags.clone();
        tags.insert("aws:autoscaling:groupName".into(), spec.name.clone());
        let machine = Machine {
            private_ip: Some(private_ip),
            spot: spec.spot,
            tags,
            ..Machine::born(reservation, zone, self.now, self.now + self.settings.boot_ms)
        };
        self.machines.insert(id.clone(), machine);
        self.announce(&id, InstanceState::Pending);
        Some(id)
    }

    /// Begins to start a stopped instance.
    pub(super) fn boot(&mut self, id: &str) {
        let now = self.now;
        self.alter(id, |machine| machine.launched_at = now);
        self.set_state(id, InstanceState::Pending, Some(now + self.settings.boot_ms));
    }

    /// Begins to stop an instance.
    pub(super) fn halt(&mut self, id: &str) {
        self.go_down(id, InstanceState::Stopping, self.settings.stop_ms);
    }

    /// Begins to terminate an instance.
    pub(super) fn destroy(&mut self, id: &str) {
        self.go_down(id, InstanceState::ShuttingDown, self.settings.terminate_ms);
    }

    fn go_down(&mut self, id: &str, state: InstanceState, takes: u64) {
        let down_at = self.now + takes / 2;
        self.alter(id, |machine| {
            if machine.up {
                machine.down_at.get_or_insert(down_at);
            }
        });
        self.set_state(id, state, Some(self.now + takes));
    }

    /// Does what is due for an instance in EC2.
    pub(super) fn run_machine(&mut self, id: &str) {
        let now = self.now;
        let due = self.alter(id, |machine| {
            let down = machine.down_at.take_if(|due| *due <= now).is_some();
            machine.up &= !down;
            let leaves = machine.due.take_if(|due| *due <= now).is_some().then_some(machine.state);
            let interrupted = machine.interrupt_at.take_if(|due| *due <= now).is_some();
            (down, leaves, interrupted)
        });
        let Some((down, leaves, interrupted)) = due else { return };
        if down {
            self.effects.push(Effect::BoxStopped { id: id.into() });
        }
        match leaves {
            Some(InstanceState::Pending) => self.come_up(id),
            Some(InstanceState::Stopping) => {
                self.release_public(id);
                self.set_state(id, InstanceState::Stopped, None);
            }
            Some(InstanceState::ShuttingDown) => {
                self.release_public(id);
                self.release_private(id);
                let forget_at = now + self.settings.forget_ms;
                self.set_state(id, InstanceState::Terminated, Some(forget_at));
            }
            Some(InstanceState::Terminated) => self.forget(id),
            Some(InstanceState::Running | InstanceState::Stopped) | None => {}
        }
        if interrupted {
            self.take_back(id);
        }
    }

    /// `pending` to `running`, with a new public address (a stop loses the old one). [docs:
    /// using-instance-addressing] When during `pending` AWS shows the address is unverified; here
    /// only once it runs.
    fn come_up(&mut self, id: &str) {
        let private_ip = self.machines.get(id).and_then(|machine| machine.private_ip);
        let (Some(public_ip), Some(private_ip)) = (self.public.take(), private_ip) else {
            // No address is free: EC2 gives up (unverified).
            self.destroy(id);
            return;
        };
        self.alter(id, |machine| {
            machine.public_ip = Some(public_ip);
            machine.ran = true;
            machine.up = true;
        });
        self.set_state(id, InstanceState::Running, None);
        self.effects.push(Effect::BoxStarted { id: id.into(), public_ip, private_ip });
    }

    fn set_state(&mut self, id: &str, state: InstanceState, due: Option<u64>) {
        let known = self.alter(id, |machine| {
            machine.state = state;
            machine.due = due;
        });
        if known.is_some() {
            self.announce(id, state);
            self.release_volumes(id, state);
            self.state_changed(id);
        }
    }

    fn announce(&mut self, id: &str, state: InstanceState) {
        let event_id = self.random.uuid();
        let event = events::state_change(&self.settings, self.now, event_id, id, state);
        self.effects.push(Effect::Event(event));
    }

    fn release_public(&mut self, id: &str) {
        let address = self.alter(id, |machine| machine.public_ip.take()).flatten();
        address.into_iter().for_each(|address| self.public.give_back(address));
    }

    fn release_private(&mut self, id: &str) {
        let address = self.alter(id, |machine| machine.private_ip.take()).flatten();
        address.into_iter().for_each(|address| self.private.give_back(address));
    }

    /// EC2 no longer knows a terminated instance; its group may still list it. Its second time is
    /// when no reader is late enough to see it any more.
    fn forget(&mut self, id: &str) {
        if self.machines.get(id).is_some_and(Machine::unknown) {
            self.machines.remove(id);
        } else {
            self.alter(id, |machine| machine.forgotten = true);
            self.bury(id);
        }
    }

    /// Drops a machine that neither EC2 nor the group knows, at once or after the lag.
    pub(super) fn bury(&mut self, id: &str) {
        if !self.machines.get(id).is_some_and(Machine::unknown) {
            return;
        }
        let due = self.now + self.settings.lag_ms;
        if due == self.now {
            self.machines.remove(id);
        } else {
            self.alter(id, |machine| machine.due = Some(due));
        }
    }
}
