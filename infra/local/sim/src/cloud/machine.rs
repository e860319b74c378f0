//! An EC2 instance as it is.

use std::{collections::BTreeMap, net::Ipv4Addr};

use super::{
    disk_view::{AttachmentStatus, Device},
    membership::Membership,
    settings::Settings,
    timeline::Born,
    view::{Instance, InstanceState, Member},
};

/// Where an instance's root volume is, as Amazon Linux has it.
const ROOT: &str = "/dev/xvda";

/// An EC2 instance, and its place in the group if it has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Machine {
    pub(super) reservation: String,
    /// The place of its zone in [`Settings::zones`].
    pub(super) zone: usize,
    /// It came from a one-time Spot request.
    pub(super) spot: bool,
    pub(super) born_at: u64,
    pub(super) state: InstanceState,
    pub(super) private_ip: Option<Ipv4Addr>,
    pub(super) public_ip: Option<Ipv4Addr>,
    pub(super) launched_at: u64,
    pub(super) tags: BTreeMap<String, String>,
    /// The devices of volumes that were attached to it, by name.
    pub(super) devices: BTreeMap<String, Device>,
    /// It was `running` at least once.
    pub(super) ran: bool,
    /// Its operating system is up, or booting.
    pub(super) up: bool,
    /// When the state moves on by itself; for a terminated instance, when EC2 forgets it, and for a
    /// forgotten one, when no reader is late enough to see it.
    pub(super) due: Option<u64>,
    /// When an operating system that is shutting down is down.
    pub(super) down_at: Option<u64>,
    /// When EC2 takes a Spot instance back.
    pub(super) interrupt_at: Option<u64>,
    /// EC2 has forgotten it.
    pub(super) forgotten: bool,
    pub(super) member: Option<Membership>,
}

impl Machine {
    /// `pending` until `up_at`, in no group yet.
    pub(super) fn born(reservation: &str, zone: usize, now: u64, up_at: u64) -> Self {
        Self {
            reservation: reservation.into(),
            zone,
            spot: false,
            born_at: now,
            state: InstanceState::Pending,
            private_ip: None,
            public_ip: None,
            launched_at: now,
            tags: BTreeMap::new(),
            devices: BTreeMap::new(),
            ran: false,
            up: false,
            due: Some(up_at),
            down_at: None,
            interrupt_at: None,
            forgotten: false,
            member: None,
        }
    }

    pub(super) fn next_due(&self) -> Option<u64> {
        let member = self.member.as_ref().and_then(Membership::next_due);
        [self.due, self.down_at, self.interrupt_at, member].into_iter().flatten().min()
    }

    /// Neither EC2 nor the group knows it any more.
    pub(super) fn unknown(&self) -> bool {
        self.forgotten && self.member.is_none()
    }

    /// It takes up room in its zone.
    pub(super) fn in_use(&self) -> bool {
        matches!(self.state, InstanceState::Pending | InstanceState::Running)
    }

    /// As EC2 shows it, unless it has forgotten it.
    pub(super) fn instance(&self, id: &str, settings: &Settings) -> Option<Instance> {
        (!self.forgotten).then(|| Instance {
            id: id.into(),
            reservation: self.reservation.clone(),
            state: self.state,
            private_ip: self.private_ip,
            public_ip: self.public_ip,
            launched_at: self.launched_at,
            zone: settings.zone(self.zone),
            spot: self.spot,
            devices: self.root(id).into_iter().chain(self.devices.values().cloned()).collect(),
            tags: self.tags.clone(),
        })
    }

    /// Its root volume, which goes with it and is no volume of EBS here: DescribeVolumes does not
    /// list it.
    fn root(&self, id: &str) -> Option<Device> {
        (self.state != InstanceState::Terminated).then(|| Device {
            name: ROOT.into(),
            volume: id.replacen("i-", "vol-", 1),
            status: AttachmentStatus::Attached,
            attached_at: self.born_at,
            delete_on_termination: true,
        })
    }

    /// As its group shows it, if it is a member.
    pub(super) fn member_view(&self, id: &str, group: &str, settings: &Settings) -> Option<Member> {
        self.member.as_ref().map(|member| Member {
            id: id.into(),
            group: group.into(),
            zone: settings.zone(self.zone),
            lifecycle: member.lifecycle,
            healthy: member.healthy,
            protected: member.protected,
            holds: member.holds.clone(),
        })
    }
}

impl Born for Machine {
    fn born_at(&self) -> u64 {
        self.born_at
    }
}
