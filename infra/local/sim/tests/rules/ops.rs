//! Random steps, and whom and what they are about.

use hotdesk_sim::{
    Call, GroupSpec, HookResult, HookTarget, InstanceState, Lifecycle, Process, Settings, Sim,
    Transition,
};
use proptest::{collection::vec, prelude::*};

use crate::world::*;

/// A step; indices mean the instance of that number modulo how many there are, so that a shrunk
/// run stays valid.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    Pass(u64),
    Start(usize),
    Stop(Vec<usize>),
    Terminate(usize),
    Enter(Vec<usize>, bool),
    Exit(Vec<usize>),
    Desire(i64),
    Remove(usize, bool),
    Protect(usize, bool),
    Complete(usize, bool, bool),
    Heartbeat(usize),
    Suspend(usize),
    Resume(usize),
    Room(u32),
    Refuse(bool),
    MaxSize(u32),
    Interrupt(usize),
}

pub(crate) fn op() -> impl Strategy<Value = Op> {
    let some = || vec(any::<usize>(), 1..4);
    prop_oneof![
        6 => prop_oneof![0..50u64, 50..500u64, 0..90_000u64].prop_map(Op::Pass),
        2 => any::<usize>().prop_map(Op::Start),
        2 => some().prop_map(Op::Stop),
        1 => any::<usize>().prop_map(Op::Terminate),
        3 => (some(), any::<bool>()).prop_map(|(who, decrement)| Op::Enter(who, decrement)),
        3 => some().prop_map(Op::Exit),
        2 => (-1..8i64).prop_map(Op::Desire),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(who, less)| Op::Remove(who, less)),
        1 => (any::<usize>(), any::<bool>()).prop_map(|(who, on)| Op::Protect(who, on)),
        4 => (any::<usize>(), any::<bool>(), any::<bool>())
            .prop_map(|(who, up, go_on)| Op::Complete(who, up, go_on)),
        1 => any::<usize>().prop_map(Op::Heartbeat),
        1 => any::<usize>().prop_map(Op::Suspend),
        2 => any::<usize>().prop_map(Op::Resume),
        1 => (0..8u32).prop_map(Op::Room),
        1 => proptest::bool::weighted(0.2).prop_map(Op::Refuse),
        1 => prop_oneof![4 => 4..8u32, 1 => 0..4u32].prop_map(Op::MaxSize),
        1 => any::<usize>().prop_map(Op::Interrupt),
    ]
}

/// Whom indices can mean.
struct Known {
    all: Vec<String>,
    sim: Sim,
}

impl Known {
    fn of(sim: &Sim) -> Self {
        let mut all: Vec<String> = sim.group().members.into_iter().map(|m| m.id).collect();
        all.extend(sim.instances().into_iter().map(|instance| instance.id));
        all.sort();
        all.dedup();
        Self { all, sim: sim.clone() }
    }

    /// Three times out of four one of those that fit, else anybody.
    fn one(&self, n: &usize, fit: impl Fn(&str) -> bool) -> Option<String> {
        let fitting: Vec<&String> = self.all.iter().filter(|id| fit(id)).collect();
        if n.is_multiple_of(4) || fitting.is_empty() {
            return self.all.get(n % self.all.len().max(1)).cloned();
        }
        Some(fitting[n / 4 % fitting.len()].clone())
    }

    fn in_group(&self, lifecycle: Lifecycle) -> impl Fn(&str) -> bool {
        let members = self.sim.group().members;
        move |id| members.iter().any(|member| member.id == id && member.lifecycle == lifecycle)
    }

    fn in_ec2(&self, state: InstanceState) -> impl Fn(&str) -> bool {
        let instances = self.sim.instances();
        move |id| instances.iter().any(|instance| instance.id == id && instance.state == state)
    }
}

fn call(op: &Op, known: &Known) -> Option<Call> {
    let process = |n: &usize| vec![Process::ALL[n % Process::ALL.len()]];
    let some = |ns: &[usize], lifecycle| -> Vec<String> {
        ns.iter().filter_map(|n| known.one(n, known.in_group(lifecycle))).collect()
    };
    let serving = |n: &usize| known.one(n, known.in_group(Lifecycle::InService));
    let group = GROUP.to_owned();
    Some(match op {
        Op::Pass(_) | Op::Room(_) | Op::Refuse(_) | Op::MaxSize(_) | Op::Interrupt(_) => {
            return None;
        }
        Op::Start(n) => {
            Call::StartInstances { ids: vec![known.one(n, known.in_ec2(InstanceState::Stopped))?] }
        }
        Op::Stop(ns) => Call::StopInstances { ids: some(ns, Lifecycle::Standby) },
        Op::Terminate(n) => Call::TerminateInstances { ids: vec![serving(n)?] },
        Op::Enter(ns, decrement) => {
            let ids = some(ns, Lifecycle::InService);
            Call::EnterStandby { group, ids, decrement: *decrement }
        }
        Op::Exit(ns) => Call::ExitStandby { group, ids: some(ns, Lifecycle::Standby) },
        Op::Desire(desired) => Call::SetDesiredCapacity { group, desired: *desired },
        Op::Remove(n, less) => {
            Call::TerminateInstanceInAutoScalingGroup { id: serving(n)?, decrement: *less }
        }
        Op::Protect(n, on) => {
            Call::SetInstanceProtection { group, ids: vec![serving(n)?], protected: *on }
        }
        Op::Complete(n, up, go_on) => {
            let (hook, waits) = match up {
                true => ("up", Lifecycle::PendingWait),
                false => ("down", Lifecycle::TerminatingWait),
            };
            Call::CompleteLifecycleAction {
                group,
                hook: hook.into(),
                target: HookTarget::Instance(known.one(n, known.in_group(waits))?),
                result: if *go_on { HookResult::Continue } else { HookResult::Abandon },
            }
        }
        Op::Heartbeat(n) => heartbeat("up", &known.one(n, known.in_group(Lifecycle::PendingWait))?),
        Op::Suspend(n) => Call::SuspendProcesses { group, processes: process(n) },
        Op::Resume(n) => Call::ResumeProcesses { group, processes: process(n) },
    })
}

/// What kind of group a run has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    pub(crate) protect_new: bool,
    pub(crate) spot: bool,
}

pub(crate) fn world(Kind { protect_new, spot }: Kind) -> World {
    let hooks = vec![
        hook("up", Transition::Launching, HookResult::Abandon),
        hook("down", Transition::Terminating, HookResult::Continue),
    ];
    let group = GroupSpec {
        min: 1,
        max: 6,
        desired: 2,
        protect_new,
        spot,
        hooks,
        ..GroupSpec::named(GROUP)
    };
    let zones = vec!["us-east-1a".into(), "us-east-1b".into()];
    World::with(Settings { zones, ..settings() }, group)
}

/// Does a step; true if it succeeded. What does not, changes nothing.
pub(crate) fn perform(op: &Op, world: &mut World) -> bool {
    let before = world.sim.clone();
    let known = Known::of(&world.sim);
    let done = match op {
        Op::Pass(ms) => {
            world.run(*ms);
            true
        }
        Op::Room(most) => {
            // No bound a quarter of the time.
            world.sim.set_capacity(Some(*most).filter(|most| *most < 6));
            true
        }
        Op::Refuse(refuse) => {
            world.sim.set_launch_error(refuse.then(|| "No.".to_owned()));
            true
        }
        Op::MaxSize(max) => world.sim.set_max_size(*max).is_ok(),
        Op::Interrupt(n) => {
            let running = known.one(n, known.in_ec2(InstanceState::Running));
            running.is_some_and(|id| world.sim.interrupt(&id).is_ok())
        }
        _ => call(op, &known).is_some_and(|call| world.sim.call(world.now, call).is_ok()),
    };
    if !done {
        assert_eq!(world.sim, before, "a refused call changes nothing");
    }
    done
}
