//! An instance's place in the group and how it moves. [docs: ec2-auto-scaling-lifecycle]

use super::{
    calls::Process,
    settings::Transition,
    sim::Sim,
    view::{Hold, InstanceState, Lifecycle, Member},
};

/// An instance's place in the group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Membership {
    pub(super) lifecycle: Lifecycle,
    pub(super) healthy: bool,
    pub(super) protected: bool,
    /// The lifecycle actions that hold it in `Pending:Wait` or `Terminating:Wait`.
    pub(super) holds: Vec<Hold>,
    /// When the group moves it on.
    pub(super) step: Option<u64>,
    /// When a health check notices that it does not run.
    pub(super) ill_at: Option<u64>,
    /// Newly launched: its launch hooks have not run. They apply only to newly launched instances,
    /// not to one that leaves standby. [aws-samples/aws-codedeploy-samples issue 30, AWS's answer]
    pub(super) fresh: bool,
}

impl Membership {
    pub(super) fn launched(protected: bool, step: u64) -> Self {
        Self {
            lifecycle: Lifecycle::Pending,
            healthy: true,
            protected,
            holds: Vec::new(),
            step: Some(step),
            ill_at: None,
            fresh: true,
        }
    }

    pub(super) fn next_due(&self) -> Option<u64> {
        let holds = self.holds.iter().map(|hold| hold.until);
        holds.chain(self.step).chain(self.ill_at).min()
    }

    pub(super) fn view(&self, id: &str, group: &str, zone: &str) -> Member {
        Member {
            id: id.into(),
            group: group.into(),
            zone: zone.into(),
            lifecycle: self.lifecycle,
            healthy: self.healthy,
            protected: self.protected,
            holds: self.holds.clone(),
        }
    }

    /// It counts towards the desired capacity: neither on its way out nor in standby.
    pub(super) fn counts(&self) -> bool {
        matches!(
            self.lifecycle,
            Lifecycle::Pending
                | Lifecycle::PendingWait
                | Lifecycle::PendingProceed
                | Lifecycle::InService
        )
    }

    /// It is on its way out of the group for good.
    pub(super) fn leaving(&self) -> bool {
        matches!(
            self.lifecycle,
            Lifecycle::Terminating
                | Lifecycle::TerminatingWait
                | Lifecycle::TerminatingProceed
                | Lifecycle::Terminated
        )
    }
}

impl Sim {
    pub(super) fn member(&self, id: &str) -> Option<&Membership> {
        self.machines.get(id).and_then(|machine| machine.member.as_ref())
    }

    pub(super) fn member_mut(&mut self, id: &str) -> Option<&mut Membership> {
        self.machines.get_mut(id).and_then(|machine| machine.member.as_mut())
    }

    /// Does what is due for a member in its group.
    pub(super) fn run_member(&mut self, id: &str) {
        let now = self.now;
        self.expire_holds(id);
        let Some(member) = self.member_mut(id) else { return };
        let ill = member.ill_at.take_if(|due| *due <= now).is_some();
        let step = member.step.take_if(|due| *due <= now).is_some();
        if ill && !self.suspended(Process::HealthCheck) {
            self.mark_unhealthy(id);
        }
        if step {
            self.step(id);
        }
    }

    fn step(&mut self, id: &str) {
        let Some(member) = self.member_mut(id) else { return };
        match member.lifecycle {
            Lifecycle::Pending if member.fresh => {
                member.fresh = false;
                if !self.hold(id, Transition::Launching) {
                    self.enter_service(id);
                }
            }
            // Whether a standby instance has to run to come back is unverified; here it need not,
            // and the health check catches it.
            Lifecycle::Pending => self.in_service(id),
            Lifecycle::PendingProceed => self.enter_service(id),
            Lifecycle::EnteringStandby => member.lifecycle = Lifecycle::Standby,
            Lifecycle::Terminating => {
                if !self.hold(id, Transition::Terminating) {
                    self.move_on(id, Lifecycle::TerminatingProceed);
                }
            }
            Lifecycle::TerminatingProceed => self.terminate_machine(id),
            Lifecycle::Terminated => self.drop_member(id),
            Lifecycle::PendingWait
            | Lifecycle::InService
            | Lifecycle::Standby
            | Lifecycle::TerminatingWait => {}
        }
    }

    /// Sets a lifecycle state that the group leaves by itself after a moment.
    pub(super) fn move_on(&mut self, id: &str, lifecycle: Lifecycle) {
        let due = self.now + self.settings.group_ms;
        if let Some(member) = self.member_mut(id) {
            member.lifecycle = lifecycle;
            member.step = Some(due);
        }
    }

    /// A launched instance comes into service once it runs; one that no longer can is replaced.
    fn enter_service(&mut self, id: &str) {
        match self.machines.get(id).map(|machine| machine.state) {
            Some(InstanceState::Running) => self.in_service(id),
            Some(InstanceState::Pending) => {} // `state_changed` steps it on
            _ => self.begin_terminate(id),
        }
    }

    fn in_service(&mut self, id: &str) {
        if let Some(member) = self.member_mut(id) {
            member.lifecycle = Lifecycle::InService;
        }
        self.watch_health(id);
        self.review_soon();
    }

    /// Chooses a member to go. Terminate hooks run whatever the reason: for one that was terminated
    /// behind the group's back too [getsocial-rnd/ecs-drain-lambda issue 6, AWS Support's answer];
    /// that they also run for one abandoned at launch is unverified.
    pub(super) fn begin_terminate(&mut self, id: &str) {
        if let Some(member) = self.member_mut(id) {
            member.holds.clear();
            member.ill_at = None;
        }
        self.move_on(id, Lifecycle::Terminating);
        self.review_soon();
    }

    fn terminate_machine(&mut self, id: &str) {
        match self.machines.get(id).map(|machine| machine.state) {
            Some(InstanceState::Terminated) => self.move_on(id, Lifecycle::Terminated),
            Some(InstanceState::ShuttingDown) | None => {}
            Some(_) => self.destroy(id),
        }
    }

    /// EC2 changed an instance's state: what its group makes of it.
    pub(super) fn state_changed(&mut self, id: &str) {
        let Some(machine) = self.machines.get(id) else { return };
        let Some(member) = &machine.member else { return };
        let waits = member.step.is_none() && !member.fresh;
        match (machine.state, member.lifecycle) {
            (
                InstanceState::Running | InstanceState::ShuttingDown | InstanceState::Stopping,
                Lifecycle::Pending | Lifecycle::PendingProceed,
            ) if waits => self.move_on(id, member.lifecycle),
            (InstanceState::Terminated, Lifecycle::TerminatingProceed) => {
                self.move_on(id, Lifecycle::Terminated);
            }
            (_, Lifecycle::InService) => self.watch_health(id),
            _ => {}
        }
    }

    fn drop_member(&mut self, id: &str) {
        if let Some(machine) = self.machines.get_mut(id) {
            machine.member = None;
            if machine.forgotten {
                self.machines.remove(id);
            }
        }
    }
}
