//! The group compares what it has with what it should have, and acts.

use super::{
    activity::{self, ActivityStatus},
    membership::Membership,
    parameters::Process,
    sim::Sim,
    view::{InstanceState, Lifecycle},
};

impl Sim {
    /// One round: replace the unhealthy, then launch, scale in or rebalance. A replacement is
    /// launched once the unhealthy member is on its way out. [docs: ec2-auto-scaling-health-checks]
    pub(super) fn review(&mut self) {
        self.replace_unhealthy();
        let counted = self.counted();
        let desired = usize::try_from(self.group.desired).unwrap_or(usize::MAX);
        let most = desired.saturating_add(usize::from(self.rebalancing()));
        if counted < desired {
            self.launch(desired - counted);
        } else if counted > most {
            self.scale_in(counted - most);
        } else if counted == desired {
            self.rebalance();
        }
    }

    /// Unhealthy members go, protected or not. [docs: ec2-auto-scaling-instance-protection] Not
    /// while ReplaceUnhealthy or Terminate is suspended; whatever was marked meanwhile goes on
    /// resume. [docs: understand-how-suspending-processes-affects-other-processes]
    fn replace_unhealthy(&mut self) {
        let some = self.machines.zones().iter().any(|tally| tally.unhealthy > 0);
        if !some || self.suspended(Process::ReplaceUnhealthy) || self.suspended(Process::Terminate)
        {
            return;
        }
        for id in
            self.members_where(|member| member.lifecycle == Lifecycle::InService && !member.healthy)
        {
            let cause = "an instance was taken out of service in response to an EC2 health check \
                         indicating it has been terminated or stopped.";
            self.begin_terminate(&id, cause);
        }
    }

    /// Members that count towards the desired capacity.
    fn counted(&self) -> usize {
        self.machines.zones().iter().map(|tally| tally.counted()).sum()
    }

    /// Launches in one reservation, as many as there is room for; the group tries the rest again
    /// after a while. How long AWS waits between attempts is unverified.
    fn launch(&mut self, count: usize) {
        if self.suspended(Process::Launch) || self.launch_waits() {
            return;
        }
        let reservation = self.random.id("r-");
        let cause = format!(
            "an instance was started in response to a difference between desired and actual \
             capacity, increasing the capacity from {} to {}.",
            self.counted(),
            self.group.desired
        );
        for _ in 0..count {
            let zone = self.zone_for_launch();
            if self.launch_in(zone, &reservation, &cause).is_none() {
                return;
            }
        }
    }

    /// Launches one member; `None` if it fails: none is tried before `launch_retry_ms` have passed.
    /// Of several that fail together, AWS tells of each or of all at once (unverified); here of one.
    pub(super) fn launch_in(
        &mut self,
        zone: Option<usize>,
        reservation: &str,
        cause: &str,
    ) -> Option<String> {
        match self.try_launch(zone, reservation) {
            Ok(id) => {
                let description = format!("Launching a new EC2 instance: {id}");
                self.begin_activity(&id, ActivityStatus::PreInService, description, cause);
                Some(id)
            }
            Err(message) => {
                let zone = self.settings.zone(zone.unwrap_or(0));
                self.fail_launch(zone, message, cause);
                self.group.no_launch_before = self.now + self.settings.launch_retry_ms;
                self.review_at(self.group.no_launch_before);
                None
            }
        }
    }

    /// Launches one member, or says why that fails.
    fn try_launch(&mut self, zone: Option<usize>, reservation: &str) -> Result<String, String> {
        if let Some(error) = &self.launch_error {
            return Err(activity::refused(error));
        }
        let zone = zone.ok_or_else(|| self.no_capacity())?;
        let id = self.create_machine(reservation, zone).ok_or_else(activity::no_address)?;
        let step = self.now + self.settings.group_ms;
        let member = Membership::launched(self.group.spec.protect_new, step);
        self.alter(&id, |machine| machine.member = Some(member));
        Ok(id)
    }

    /// What AWS says where no zone has room; it names the first.
    fn no_capacity(&self) -> String {
        if self.group.spec.spot {
            activity::no_spot_capacity()
        } else {
            activity::no_capacity(&self.settings.zone(0))
        }
    }

    /// A launch failed not long ago; the group looks again when it may.
    pub(super) fn launch_waits(&mut self) -> bool {
        let waits = self.now < self.group.no_launch_before;
        if waits {
            self.review_at(self.group.no_launch_before);
        }
        waits
    }

    /// Unprotected members go: each from the zone that has the most of those that have one, there
    /// any of them. [docs: as-instance-termination, default termination policy: the zone with the
    /// most instances first; then, with one template and billing by the second, at random]
    ///
    /// Members on their way to InService go too: protection starts at InService [docs:
    /// ec2-auto-scaling-instance-protection]; that AWS does take them is unverified.
    fn scale_in(&mut self, count: usize) {
        let some = self.machines.zones().iter().any(|tally| tally.removable() > 0);
        if !some || self.suspended(Process::Terminate) {
            return;
        }
        let mut candidates = vec![Vec::new(); self.machines.zones().len()];
        for (id, machine) in self.machines.iter() {
            let goes = machine.member.as_ref().is_some_and(Membership::removable);
            if let Some(zone) = candidates.get_mut(machine.zone).filter(|_| goes) {
                zone.push(id.clone());
            }
        }
        for _ in 0..count {
            let zone = self.fullest_zone(|zone, _| !candidates[zone].is_empty());
            let Some(zone) = zone else { return };
            if let Some(id) = self.random.take(&mut candidates[zone]) {
                let cause = "an instance was taken out of service in response to a difference \
                             between desired and actual capacity.";
                self.begin_terminate(&id, cause);
            }
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
        self.alter(id, |machine| {
            let runs = machine.state == InstanceState::Running;
            if let Some(member) = machine.member.as_mut()
                && member.lifecycle == Lifecycle::InService
                && member.healthy
                && !runs
            {
                member.ill_at.get_or_insert(ill_at);
            }
        });
    }

    /// A mark stays: an unhealthy instance does not become healthy by itself.
    /// [docs: ec2-auto-scaling-health-checks]
    pub(super) fn mark_unhealthy(&mut self, id: &str) {
        self.alter_member(id, |member| member.healthy = false);
        self.review_soon();
    }

    /// What was missed while HealthCheck was suspended is noticed after all.
    pub(super) fn check_health_of_all(&mut self) {
        for id in self.members_where(|member| member.lifecycle == Lifecycle::InService) {
            self.watch_health(&id);
        }
    }
}
