//! Lifecycle hooks: they hold an instance until somebody completes the action or it times out.
//! [docs: lifecycle-hooks, lifecycle-hooks-overview]

use super::{
    activity::{self, ActivityStatus},
    effect::Effect,
    error::AwsError,
    events,
    membership::Membership,
    parameters::HookTarget,
    reply::Reply,
    settings::{HookResult, HookSpec, Transition},
    sim::Sim,
    view::{Hold, Lifecycle},
};

impl Sim {
    /// Has all hooks of a transition hold an instance; false if there are none. That several hooks
    /// of a transition wait side by side, not one after the other, is unverified.
    pub(super) fn hold(&mut self, id: &str, transition: Transition) -> bool {
        let hooks = self.group.spec.hooks.iter().filter(|hook| hook.transition == transition);
        let hooks: Vec<HookSpec> = hooks.cloned().collect();
        let holds: Vec<Hold> = hooks.iter().map(|hook| self.begin_action(id, hook)).collect();
        let held = !holds.is_empty();
        if held {
            let lifecycle = match transition {
                Transition::Launching => Lifecycle::PendingWait,
                Transition::Terminating => Lifecycle::TerminatingWait,
            };
            self.alter_member(id, |member| {
                member.lifecycle = lifecycle;
                member.holds = holds;
            });
            self.pause_activity(id);
        }
        held
    }

    fn begin_action(&mut self, id: &str, hook: &HookSpec) -> Hold {
        let token = self.random.uuid().to_string();
        let event_id = self.random.uuid();
        let arn = self.group_arn();
        let group = (self.group.spec.name.as_str(), arn.as_str());
        let instance = (id, token.as_str());
        let event =
            events::lifecycle_action(&self.settings, self.now, event_id, group, hook, instance);
        self.effects.push(Effect::Event(event));
        Hold {
            hook: hook.name.clone(),
            token,
            until: self.now + heartbeat_ms(hook),
            limit: self.now + u64::from(hook.global_timeout_seconds()) * 1000,
        }
    }

    /// Gives actions that timed out their default result.
    pub(super) fn expire_holds(&mut self, id: &str) {
        while let Some(hook) = self.expired(id) {
            self.finish(id, &hook.name, hook.default_result, "Heartbeat Timeout");
        }
    }

    fn expired(&self, id: &str) -> Option<HookSpec> {
        let hold = self.member(id)?.holds.iter().find(|hold| hold.until <= self.now)?;
        self.group.spec.hooks.iter().find(|hook| hook.name == hold.hook).cloned()
    }

    /// Ends one action. CONTINUE lets the other hooks go on, ABANDON ends them too; an instance
    /// whose launch was abandoned is terminated, one that is terminating is terminated either way.
    /// `how` is what its activity says of an abandoned launch; that of a timeout is unverified.
    fn finish(&mut self, id: &str, hook: &str, result: HookResult, how: &str) {
        let hold = self.member(id).and_then(|m| m.holds.iter().find(|hold| hold.hook == hook));
        let token = hold.map(|hold| hold.token.clone()).unwrap_or_default();
        let freed = self.alter_member(id, |member| {
            match result {
                HookResult::Continue => member.holds.retain(|hold| hold.hook != hook),
                HookResult::Abandon => member.holds.clear(),
            }
            member.holds.is_empty().then_some(member.lifecycle)
        });
        let Some(lifecycle) = freed.flatten() else { return };
        match (lifecycle, result) {
            (Lifecycle::PendingWait, HookResult::Continue) => {
                self.move_on(id, Lifecycle::PendingProceed);
            }
            (Lifecycle::PendingWait, HookResult::Abandon) => {
                let message = activity::abandoned(&token, how);
                self.end_activity(id, ActivityStatus::Cancelled, Some(message));
                let cause =
                    format!("instance {id} was taken out of service, its launch abandoned.");
                self.begin_terminate(id, &cause);
            }
            (Lifecycle::TerminatingWait, _) => self.move_on(id, Lifecycle::TerminatingProceed),
            _ => {}
        }
    }

    pub(super) fn complete_action(
        &mut self,
        group: &str,
        hook: &str,
        target: &HookTarget,
        result: HookResult,
    ) -> Result<Reply, AwsError> {
        let (id, hook) = self.find_action(group, hook, target)?;
        self.finish(&id, &hook.name, result, "Lifecycle Action Completed with ABANDON Result");
        Ok(Reply::Done)
    }

    /// The timer begins anew, but not past the action's longest time.
    pub(super) fn record_heartbeat(
        &mut self,
        group: &str,
        hook: &str,
        target: &HookTarget,
    ) -> Result<Reply, AwsError> {
        let (id, hook) = self.find_action(group, hook, target)?;
        let until = self.now + heartbeat_ms(&hook);
        self.alter_member(&id, |member| {
            for hold in member.holds.iter_mut().filter(|hold| hold.hook == hook.name) {
                hold.until = until.min(hold.limit);
            }
        });
        Ok(Reply::Done)
    }

    /// The instance that an action holds, and the action's hook. The sentences are those that
    /// users report [spacelift-io/terraform-aws-spacelift-workerpool-on-ec2 pull request 197,
    /// convox/rack issue 2432]; the one for an unknown hook is unverified.
    fn find_action(
        &self,
        group: &str,
        hook: &str,
        target: &HookTarget,
    ) -> Result<(String, HookSpec), AwsError> {
        self.known_group(group)?;
        let spec =
            self.group.spec.hooks.iter().find(|spec| spec.name == hook).ok_or_else(|| {
                AwsError::validation(format!("No Lifecycle Hook found with name {hook}"))
            })?;
        let holds = |member: &Membership, token: Option<&String>| {
            let mut holds = member.holds.iter().filter(|hold| hold.hook == hook);
            holds.any(|hold| token.is_none_or(|token| hold.token == *token))
        };
        let found = match target {
            HookTarget::Instance(id) => {
                Some(id).filter(|id| self.member(id).is_some_and(|member| holds(member, None)))
            }
            HookTarget::Token(token) => self.machines.iter().find_map(|(id, machine)| {
                let member = machine.member.as_ref()?;
                holds(member, Some(token)).then_some(id)
            }),
        };
        found.map(|id| (id.clone(), spec.clone())).ok_or_else(|| {
            AwsError::validation(match target {
                HookTarget::Token(token) => {
                    format!("No active Lifecycle Action found with token {token}")
                }
                HookTarget::Instance(id) => {
                    format!("No active Lifecycle Action found with instance ID {id}")
                }
            })
        })
    }
}

fn heartbeat_ms(hook: &HookSpec) -> u64 {
    u64::from(hook.heartbeat_seconds) * 1000
}
