//! Calls to EC2 and Auto Scaling, and what must not happen with them.

use hotdesk::{
    fleet::{Lifecycle, Machine, Power, Verdict},
    id::InstanceId,
};

use super::Step;
use crate::{
    call::{CloudCall, Reply},
    mutant::Mutant,
    names::{NOW, addresses, box_index, instance},
    outcome::Outcome,
};

impl Step<'_> {
    pub(super) fn cloud(&mut self, call: &CloudCall) -> Reply {
        match call {
            CloudCall::Group => {
                let unlisted = self.unlisted(&self.all());
                Reply::Group(self.state.cloud.group(unlisted))
            }
            CloudCall::Sizes => Reply::Sizes(self.state.cloud.sizes()),
            CloudCall::Members(ids) => {
                let unlisted = self.unlisted(ids);
                Reply::Members(self.state.cloud.members(ids, unlisted))
            }
            CloudCall::Machines(ids) => {
                let unlisted = self.unlisted(ids);
                let mut machines = self.state.cloud.machines(ids, unlisted);
                if self.is(Mutant::EvictOnAbsence) {
                    for id in ids {
                        machines.entry(id.clone()).or_insert_with(|| dead(id));
                    }
                }
                Reply::Machines(machines)
            }
            CloudCall::EnterStandby(ids) => {
                self.check_unused(ids);
                Reply::Outcomes(self.state.cloud.enter_standby(ids))
            }
            CloudCall::ExitStandby(ids) => Reply::Outcomes(self.state.cloud.exit_standby(ids)),
            CloudCall::Stop(ids) => {
                self.check_unused(ids);
                Reply::Outcomes(self.state.cloud.stop(ids))
            }
            CloudCall::Start(ids) => Reply::Outcomes(self.state.cloud.start(ids)),
            CloudCall::Terminate(id, lower) => {
                self.check_unused(std::slice::from_ref(id));
                self.state.cloud.terminate(id, *lower);
                self.note(Outcome::Terminated);
                Reply::Unit(())
            }
            CloudCall::SetDesired(desired) => {
                if *desired > self.state.cloud.max {
                    self.state.breaks("desired is above MaxSize");
                }
                self.state.cloud.desired = *desired;
                self.note(Outcome::Raised);
                Reply::Unit(())
            }
            CloudCall::AnswerHook(hook, verdict) => {
                if *verdict == Verdict::Abandon {
                    self.check_unused(std::slice::from_ref(&hook.instance));
                }
                if !self.state.cloud.answer_hook(hook, *verdict) {
                    self.note(Outcome::HookTooLate);
                    return Reply::Refused;
                }
                if *verdict == Verdict::Abandon {
                    self.note(Outcome::Abandoned);
                }
                Reply::Unit(())
            }
        }
    }

    /// Nobody's living box is stopped or terminated.
    fn check_unused(&mut self, ids: &[InstanceId]) {
        let lives = |id: &&InstanceId| {
            self.state.cloud.of(id).is_some_and(|b| {
                b.power != Power::Terminated
                    && !matches!(b.lifecycle, Lifecycle::TerminatingWait | Lifecycle::Other)
            })
        };
        if ids.iter().filter(lives).any(|id| self.state.table.open_on(id).is_some()) {
            self.state.breaks("a box is stopped under its user");
        }
    }

    fn all(&self) -> Vec<InstanceId> {
        (0..self.state.cloud.boxes.len()).map(|n| instance(n).clone()).collect()
    }

    /// Which of these boxes chance leaves out of a list.
    fn unlisted(&mut self, ids: &[InstanceId]) -> Option<usize> {
        let left_out = self.chance.checked_sub(1)?;
        let listed = ids.iter().filter(|id| self.state.cloud.of(id).is_some());
        let unlisted = listed.map(box_index).nth(left_out);
        self.state.faults -= u8::from(unlisted.is_some());
        unlisted
    }
}

fn dead(id: &InstanceId) -> Machine {
    Machine {
        instance: id.clone(),
        power: Power::Terminated,
        addresses: addresses(box_index(id)),
        launched: NOW,
        zone: "a".into(),
        home: None,
    }
}
