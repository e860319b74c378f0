//! How a member moves through its life in the group. [docs: ec2-auto-scaling-lifecycle]

use super::{
    activity::ActivityStatus,
    machine::Machine,
    membership::Membership,
    parameters::Process,
    settings::Transition,
    sim::Sim,
    timeline::Keep,
    view::{InstanceState, Lifecycle},
};

impl Sim {
    pub(super) fn member(&self, id: &str) -> Option<&Membership> {
        self.machines.get(id).and_then(|machine| machine.member.as_ref())
    }

    /// Changes a machine, if there is one of that id.
    pub(super) fn alter<T>(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut Machine) -> T,
    ) -> Option<T> {
        let keep = self.keep();
        self.machines.alter(id, keep, change)
    }

    /// How much of the past is worth keeping now.
    pub(super) fn keep(&self) -> Keep {
        Keep { now: self.now, lag_ms: self.settings.lag_ms }
    }

    /// Changes a member, if it is one.
    pub(super) fn alter_member<T>(
        &mut self,
        id: &str,
        change: impl FnOnce(&mut Membership) -> T,
    ) -> Option<T> {
        self.alter(id, |machine| machine.member.as_mut().map(change)).flatten()
    }

    /// Does what is due for a member in its group.
    pub(super) fn run_member(&mut self, id: &str) {
        let now = self.now;
        self.expire_holds(id);
        let due = self.alter_member(id, |member| {
            let ill = member.ill_at.take_if(|due| *due <= now).is_some();
            (ill, member.step.take_if(|due| *due <= now).is_some())
        });
        let Some((ill, step)) = due else { return };
        if ill && !self.suspended(Process::HealthCheck) {
            self.mark_unhealthy(id);
        }
        if step {
            self.step(id);
        }
    }

    fn step(&mut self, id: &str) {
        let was = self.alter_member(id, |member| {
            (member.lifecycle, std::mem::replace(&mut member.fresh, false))
        });
        let Some((lifecycle, fresh)) = was else { return };
        match lifecycle {
            Lifecycle::Pending if fresh => {
                if !self.hold(id, Transition::Launching) {
                    self.enter_service(id);
                }
            }
            // Whether a standby instance has to run to come back is unverified; here it need not,
            // and the health check catches it.
            Lifecycle::Pending => self.in_service(id),
            Lifecycle::PendingProceed => self.enter_service(id),
            Lifecycle::EnteringStandby => {
                self.alter_member(id, |member| member.lifecycle = Lifecycle::Standby);
                self.end_activity(id, ActivityStatus::Successful, None);
            }
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
        self.alter_member(id, |member| {
            member.lifecycle = lifecycle;
            member.step = Some(due);
        });
    }

    /// A launched instance comes into service once it runs; one that no longer can is replaced.
    fn enter_service(&mut self, id: &str) {
        match self.machines.get(id).map(|machine| machine.state) {
            Some(InstanceState::Running) => self.in_service(id),
            Some(InstanceState::Pending) => {} // `state_changed` steps it on
            _ => {
                let cause = format!("instance {id} was taken out of service, for it does not run.");
                self.begin_terminate(id, &cause);
            }
        }
    }

    fn in_service(&mut self, id: &str) {
        self.alter_member(id, |member| member.lifecycle = Lifecycle::InService);
        self.end_activity(id, ActivityStatus::Successful, None);
        self.watch_health(id);
        self.review_soon();
    }

    /// Chooses a member to go. Terminate hooks run whatever the reason: for one that was terminated
    /// behind the group's back too [getsocial-rnd/ecs-drain-lambda issue 6, AWS Support's answer];
    /// that they also run for one abandoned at launch is unverified.
    pub(super) fn begin_terminate(&mut self, id: &str, cause: &str) {
        let description = format!("Terminating EC2 instance: {id}");
        self.begin_activity(id, ActivityStatus::InProgress, description, cause);
        self.alter_member(id, |member| {
            member.holds.clear();
            member.ill_at = None;
        });
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
        self.end_activity(id, ActivityStatus::Successful, None);
        self.alter(id, |machine| machine.member = None);
        self.bury(id);
    }
}
