//! An EC2 instance and how its state moves. [docs: EC2 instance lifecycle]

use std::{collections::BTreeMap, net::Ipv4Addr};

use super::{
    effect::Effect,
    events,
    membership::Membership,
    sim::Sim,
    view::{Instance, InstanceState},
};

/// An EC2 instance, and its place in the group if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Machine {
    pub(super) reservation: String,
    pub(super) state: InstanceState,
    pub(super) private_ip: Option<Ipv4Addr>,
    pub(super) public_ip: Option<Ipv4Addr>,
    pub(super) launched_at: u64,
    pub(super) tags: BTreeMap<String, String>,
    /// It was `running` at least once.
    pub(super) ran: bool,
    /// Its operating system is up, or booting.
    up: bool,
    /// When the state moves on by itself; for a terminated instance, when EC2 forgets it.
    due: Option<u64>,
    /// When an operating system that is shutting down is down.
    down_at: Option<u64>,
    /// EC2 has forgotten it.
    pub(super) forgotten: bool,
    pub(super) member: Option<Membership>,
}

impl Machine {
    pub(super) fn next_due(&self) -> Option<u64> {
        let member = self.member.as_ref().and_then(Membership::next_due);
        [self.due, self.down_at, member].into_iter().flatten().min()
    }

    pub(super) fn view(&self, id: &str, zone: &str) -> Instance {
        Instance {
            id: id.into(),
            reservation: self.reservation.clone(),
            state: self.state,
            private_ip: self.private_ip,
            public_ip: self.public_ip,
            launched_at: self.launched_at,
            zone: zone.into(),
            tags: self.tags.clone(),
        }
    }
}

impl Sim {
    /// Every instance that can still be described.
    #[must_use]
    pub fn instances(&self) -> Vec<Instance> {
        let known = self.machines.iter().filter(|(_, machine)| !machine.forgotten);
        known.map(|(id, machine)| machine.view(id, &self.settings.zone)).collect()
    }

    /// A new instance of the group, `pending`; `None` when no address is free.
    pub(super) fn create_machine(&mut self, reservation: &str) -> Option<String> {
        let private_ip = self.private.take()?;
        let id = self.random.id("i-");
        let spec = &self.group.spec;
        let mut tags = spec.tags.clone();
        tags.insert("aws:autoscaling:groupName".into(), spec.name.clone());
        let machine = Machine {
            reservation: reservation.into(),
            state: InstanceState::Pending,
            private_ip: Some(private_ip),
            public_ip: None,
            launched_at: self.now,
            tags,
            ran: false,
            up: false,
            due: Some(self.now + self.settings.boot_ms),
            down_at: None,
            forgotten: false,
            member: None,
        };
        self.machines.insert(id.clone(), machine);
        self.announce(&id, InstanceState::Pending);
        Some(id)
    }

    /// Begins to start a stopped instance.
    pub(super) fn boot(&mut self, id: &str) {
        let due = self.now + self.settings.boot_ms;
        if let Some(machine) = self.machines.get_mut(id) {
            machine.launched_at = self.now;
        }
        self.set_state(id, InstanceState::Pending, Some(due));
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
        if let Some(machine) = self.machines.get_mut(id).filter(|machine| machine.up) {
            machine.down_at.get_or_insert(down_at);
        }
        self.set_state(id, state, Some(self.now + takes));
    }

    /// Does what is due for an instance in EC2.
    pub(super) fn run_machine(&mut self, id: &str) {
        let now = self.now;
        let Some(machine) = self.machines.get_mut(id) else { return };
        if machine.down_at.take_if(|due| *due <= now).is_some() {
            machine.up = false;
            self.effects.push(Effect::BoxStopped { id: id.into() });
        }
        if machine.due.take_if(|due| *due <= now).is_none() {
            return;
        }
        match machine.state {
            InstanceState::Pending => self.come_up(id),
            InstanceState::Stopping => {
                self.release_public(id);
                self.set_state(id, InstanceState::Stopped, None);
            }
            InstanceState::ShuttingDown => {
                self.release_public(id);
                self.release_private(id);
                let forget_at = now + self.settings.forget_ms;
                self.set_state(id, InstanceState::Terminated, Some(forget_at));
            }
            InstanceState::Terminated => self.forget(id),
            InstanceState::Running | InstanceState::Stopped => {}
        }
    }

    /// `pending` to `running`, with a new public address (a stop loses the old one). [docs:
    /// using-instance-addressing] When during `pending` AWS shows the address is unverified; here only once it runs.
    fn come_up(&mut self, id: &str) {
        let Some(machine) = self.machines.get_mut(id) else { return };
        let (Some(public_ip), Some(private_ip)) = (self.public.take(), machine.private_ip) else {
            // No address is free: EC2 gives up (unverified).
            self.destroy(id);
            return;
        };
        machine.public_ip = Some(public_ip);
        machine.ran = true;
        machine.up = true;
        self.set_state(id, InstanceState::Running, None);
        self.effects.push(Effect::BoxStarted { id: id.into(), public_ip, private_ip });
    }

    fn set_state(&mut self, id: &str, state: InstanceState, due: Option<u64>) {
        let Some(machine) = self.machines.get_mut(id) else { return };
        machine.state = state;
        machine.due = due;
        self.announce(id, state);
        self.state_changed(id);
    }

    fn announce(&mut self, id: &str, state: InstanceState) {
        let event_id = self.random.uuid();
        let event = events::state_change(&self.settings, self.now, event_id, id, state);
        self.effects.push(Effect::Event(event));
    }

    fn release_public(&mut self, id: &str) {
        let address = self.machines.get_mut(id).and_then(|machine| machine.public_ip.take());
        address.into_iter().for_each(|address| self.public.give_back(address));
    }

    fn release_private(&mut self, id: &str) {
        let address = self.machines.get_mut(id).and_then(|machine| machine.private_ip.take());
        address.into_iter().for_each(|address| self.private.give_back(address));
    }

    /// EC2 no longer knows a terminated instance; its group may still list it.
    fn forget(&mut self, id: &str) {
        if let Some(machine) = self.machines.get_mut(id) {
            machine.forgotten = true;
            if machine.member.is_none() {
                self.machines.remove(id);
            }
        }
    }
}
