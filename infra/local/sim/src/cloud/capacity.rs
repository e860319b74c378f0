//! The group compares what it has with what it should have, and acts.

use super::{
    calls::Process,
    membership::Membership,
    sim::Sim,
    view::{InstanceState, Lifecycle},
};

impl Sim {
    /// One round: replace the unhealthy, then launch or scale in. A replacement is launched once
    /// the unhealthy member is on its way out. [docs: ec2-auto-scaling-health-checks]
    pub(super) fn review(&mut self) {
        self.replace_unhealthy();
        let counted = self.counted();
        let desired = usize::try_from(self.group.desired).unwrap_or(usize::MAX);
        if counted < desired && !self.suspended(Process::Launch) {
            self.launch(desired - counted);
        } else if counted > desired && !self.suspended(Process::Terminate) {
            self.scale_in(counted - desired);
        }
    }

    /// Unhealthy members go, protected or not. [docs: ec2-auto-scaling-instance-protection] Not
    /// while ReplaceUnhealthy or Terminate is suspended; whatever was marked meanwhile goes on
    /// resume. [docs: understand-how-suspending-processes-affects-other-processes]
    fn replace_unhealthy(&mut self) {
        if self.suspended(Process::ReplaceUnhealthy) || self.suspended(Process::Terminate) {
            return;
        }
        for id in
            self.members_where(|member| member.lifecycle == Lifecycle::InService && !member.healthy)
        {
            self.begin_terminate(&id);
        }
    }

    /// Members that count towards the desired capacity.
    fn counted(&self) -> usize {
        self.members_where(Membership::counts).len()
    }

    /// Launches in one reservation.
    fn launch(&mut self, count: usize) {
        let reservation = self.random.id("r-");
        let step = self.now + self.settings.group_ms;
        for _ in 0..count {
            let Some(id) = self.create_machine(&reservation) else { return };
            let member = Membership::launched(self.group.spec.protect_new, step);
            if let Some(machine) = self.machines.get_mut(&id) {
                machine.member = Some(member);
            }
        }
    }

    /// Unprotected InService members go, any of them: with one zone, one template and billing by
    /// the second, the default policy chooses at random. [docs: as-instance-termination, default
    /// termination policy] That Pending members are spared is unverified.
    fn scale_in(&mut self, count: usize) {
        let mut candidates = self
            .members_where(|member| member.lifecycle == Lifecycle::InService && !member.protected);
        for _ in 0..count {
            let Some(id) = self.random.take(&mut candidates) else { return };
            self.begin_terminate(&id);
        }
    }

    fn members_where(&self, which: impl Fn(&Membership) -> bool) -> Vec<String> {
        let machines = self.machines.iter();
        let found = machines.filter(|(_, machine)| machine.member.as_ref().is_some_and(&which));
        found.map(|(id, _)| id.clone()).collect()
    }

    /// An InService instance that is not `running` will be found unhealthy, even in the grace
    /// period and whatever it does until then. [docs: health checks for instances in an Auto
    /// Scaling group: stopping, stopped, shutting-down, terminated are an "immediate failure"; that
    /// a quick start does not save it is unverified]
    pub(super) fn watch_health(&mut self, id: &str) {
        let ill_at = self.now + self.settings.health_ms;
        let Some(machine) = self.machines.get_mut(id) else { return };
        let runs = machine.state == InstanceState::Running;
        if let Some(member) = machine.member.as_mut()
            && member.lifecycle == Lifecycle::InService
            && member.healthy
            && !runs
        {
            member.ill_at.get_or_insert(ill_at);
        }
    }

    /// A mark stays: an unhealthy instance does not become healthy by itself.
    /// [docs: ec2-auto-scaling-health-checks]
    pub(super) fn mark_unhealthy(&mut self, id: &str) {
        if let Some(member) = self.member_mut(id) {
            member.healthy = false;
        }
        self.review_soon();
    }

    /// What was missed while HealthCheck was suspended is noticed after all.
    pub(super) fn check_health_of_all(&mut self) {
        for id in self.members_where(|member| member.lifecycle == Lifecycle::InService) {
            self.watch_health(&id);
        }
    }
}
