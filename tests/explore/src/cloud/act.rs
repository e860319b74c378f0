//! What the calls to EC2 and Auto Scaling do. See [`hotdesk::fleet::Fleet`].

use std::collections::BTreeMap;

use hotdesk::{
    fleet::{Hook, LAUNCH_HOOK, Lifecycle, Power, Refusal, Refused, Verdict},
    id::InstanceId,
};

use super::{Body, Cloud, counts};

impl Cloud {
    /// Into standby.
    pub fn enter_standby(&mut self, ids: &[InstanceId]) -> Refused {
        self.each(ids, |b| {
            let serves = b.lifecycle == Lifecycle::InService && b.power != Power::Terminated;
            serves.then(|| b.lifecycle = Lifecycle::Standby)
        })
    }

    /// Out of standby.
    pub fn exit_standby(&mut self, ids: &[InstanceId]) -> Refused {
        if self.desired + ids.len() > self.max {
            return ids.iter().map(|id| (id.clone(), Refusal::NotNow)).collect();
        }
        self.each(ids, |b| {
            let rests = b.lifecycle == Lifecycle::Standby && b.power == Power::Running;
            rests.then(|| b.lifecycle = Lifecycle::InService)
        })
    }

    /// Stops boxes.
    pub fn stop(&mut self, ids: &[InstanceId]) -> Refused {
        self.each(ids, |b| {
            let runs = matches!(b.power, Power::Running | Power::Stopped);
            runs.then(|| {
                b.power = Power::Stopped;
                b.ready = false;
            })
        })
    }

    /// Starts boxes; their root file systems are clean.
    pub fn start(&mut self, ids: &[InstanceId]) -> Refused {
        self.each(ids, |b| {
            let stops = matches!(b.power, Power::Running | Power::Stopped);
            stops.then(|| {
                if b.power == Power::Stopped {
                    (b.power, b.ready, b.late) = (Power::Running, false, false);
                    (b.drained, b.seen, b.tenant) = (false, false, None);
                }
            })
        })
    }

    /// Has a member go, held by its terminate hook.
    pub fn terminate(&mut self, id: &InstanceId, lower: bool) {
        let serves = self.of(id).is_some_and(|b| counts(b.lifecycle));
        if let Some(b) = self.known(id) {
            b.lifecycle = match b.power {
                Power::Terminated => Lifecycle::Other,
                _ => Lifecycle::TerminatingWait,
            };
        }
        if serves && lower {
            self.desired = self.desired.saturating_sub(1);
        }
    }

    /// A hook is answered; false: it holds nothing.
    pub fn answer_hook(&mut self, hook: &Hook, verdict: Verdict) -> bool {
        let launch = hook.name == LAUNCH_HOOK;
        match self.known(&hook.instance) {
            Some(b) if launch && b.lifecycle == Lifecycle::PendingWait => {
                if verdict == Verdict::Continue && b.power != Power::Terminated {
                    b.lifecycle = Lifecycle::InService;
                } else {
                    b.end();
                }
                true
            }
            Some(b) if !launch && b.lifecycle == Lifecycle::TerminatingWait => {
                b.end();
                true
            }
            _ => false,
        }
    }

    fn each(
        &mut self,
        ids: &[InstanceId],
        mut act: impl FnMut(&mut Body) -> Option<()>,
    ) -> Refused {
        let mut refused = BTreeMap::new();
        for id in ids {
            let before = self.counted();
            match self.known(id) {
                None => drop(refused.insert(id.clone(), Refusal::Unlisted)),
                Some(b) => {
                    if act(b).is_none() {
                        refused.insert(id.clone(), Refusal::NotNow);
                    }
                }
            }
            // Moves into standby and out of it take desired with them.
            self.desired = (self.desired + self.counted()).saturating_sub(before);
        }
        refused
    }
}
