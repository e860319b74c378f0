//! Random calls and time steps: the invariants hold after each, and a run can be replayed.

use std::collections::BTreeMap;

use hotdesk_sim::{
    Call, GroupSpec, HookResult, HookTarget, InstanceState, Lifecycle, Process, Sim, Transition,
};
use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::{
    invariants::{Past, check, check_rest},
    world::*,
};

/// Steps in the longest case. With proptest's 256 cases, half as long on average: 20,000 steps.
const LONGEST: usize = 160;

/// A step; indices mean the instance of that number modulo how many there are, so that a shrunk
/// run stays valid.
#[derive(Clone, Debug)]
enum Op {
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
}

fn op() -> impl Strategy<Value = Op> {
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
        Op::Pass(_) => return None,
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

fn spec(protect_new: bool) -> GroupSpec {
    let hooks = vec![
        hook("up", Transition::Launching, HookResult::Abandon),
        hook("down", Transition::Terminating, HookResult::Continue),
    ];
    GroupSpec { min: 1, max: 6, desired: 2, protect_new, hooks, ..GroupSpec::named(GROUP) }
}

/// The end of a run, and how often each kind of step succeeded.
fn run(ops: &[Op], protect_new: bool) -> (Sim, BTreeMap<String, usize>) {
    let mut world = World::new(spec(protect_new));
    let mut past = Past::default();
    let mut succeeded = BTreeMap::new();
    for op in ops {
        if let Op::Pass(ms) = op {
            world.run(*ms);
        } else if let Some(call) = call(op, &Known::of(&world.sim)) {
            let before = world.sim.clone();
            let name = format!("{op:?}").split('(').next().unwrap_or_default().to_owned();
            match world.sim.call(world.now, call) {
                Ok(_) => *succeeded.entry(name).or_default() += 1,
                Err(_) => assert_eq!(world.sim, before, "a refused call changes nothing"),
            }
        }
        past.follow(&world.sim.take_effects());
        check(&world.sim, &mut past);
    }
    let end = world.sim.clone();
    check_rest(&mut world.sim);
    (end, succeeded)
}

proptest! {
    #[test]
    fn invariants_hold_under_random_calls(ops in vec(op(), 1..LONGEST), protect_new: bool) {
        let end = run(&ops, protect_new);
        prop_assert_eq!(end, run(&ops, protect_new), "equal seeds and calls give equal runs");
    }

    #[test]
    fn one_step_of_time_or_many_are_the_same(ops in vec(op(), 1..40), cut in 1u64..400) {
        let (mut whole, mut pieces) = (World::new(spec(false)), World::new(spec(false)));
        for op in &ops {
            if let Op::Pass(ms) = op {
                whole.run(*ms);
                for _ in 0..(ms / cut) {
                    pieces.run(cut);
                }
                pieces.run(ms % cut);
            } else if let Some(call) = call(op, &Known::of(&whole.sim)) {
                let reply = whole.sim.call(whole.now, call.clone());
                prop_assert_eq!(reply, pieces.sim.call(pieces.now, call));
            }
            prop_assert_eq!(&whole.sim, &pieces.sim);
        }
    }
}

/// Guards the others against being about nothing: every kind of call succeeds often.
#[test]
fn random_calls_reach_everything() {
    let mut runner = TestRunner::deterministic();
    let mut sums = BTreeMap::<String, usize>::new();
    for _ in 0..32 {
        let ops = vec(op(), LONGEST).new_tree(&mut runner).unwrap().current();
        for (name, count) in run(&ops, false).1 {
            *sums.entry(name).or_default() += count;
        }
    }
    assert_eq!(sums.len(), 12, "{sums:?}");
    assert!(sums.values().all(|count| *count >= 20), "{sums:?}");
}
