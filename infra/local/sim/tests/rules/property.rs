//! Random calls and time steps: the invariants hold after each, and a run can be replayed.

use std::collections::BTreeMap;

use hotdesk_sim::Sim;
use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::{
    invariants::{Past, check, check_rest},
    ops::{Kind, Op, op, perform, world},
};

/// Steps in the longest case. With proptest's 256 cases, half as long on average: 20,000 steps.
const LONGEST: usize = 160;

/// The end of a run, and how often each kind of step succeeded.
fn run(ops: &[Op], kind: Kind) -> (Sim, BTreeMap<String, usize>) {
    let mut world = world(kind);
    let mut past = Past::default();
    let mut succeeded = BTreeMap::new();
    for op in ops {
        if perform(op, &mut world) {
            let name = format!("{op:?}").split('(').next().unwrap_or_default().to_owned();
            *succeeded.entry(name).or_default() += 1;
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
    fn invariants_hold_under_random_calls(
        ops in vec(op(), 1..LONGEST),
        protect_new: bool,
        spot: bool,
    ) {
        let kind = Kind { protect_new, spot };
        let end = run(&ops, kind);
        prop_assert_eq!(end, run(&ops, kind), "equal seeds and calls give equal runs");
    }

    #[test]
    fn one_step_of_time_or_many_are_the_same(
        ops in vec(op(), 1..40),
        cut in 1u64..400,
        spot: bool,
    ) {
        let kind = Kind { protect_new: false, spot };
        let (mut whole, mut pieces) = (world(kind), world(kind));
        for op in &ops {
            if let Op::Pass(ms) = op {
                for _ in 0..(ms / cut) {
                    pieces.run(cut);
                }
                pieces.run(ms % cut);
            } else {
                perform(op, &mut pieces);
            }
            perform(op, &mut whole);
            prop_assert_eq!(&whole.sim, &pieces.sim);
        }
    }
}

/// Guards the others against being about nothing: every kind of step succeeds often.
#[test]
fn random_calls_reach_everything() {
    let mut runner = TestRunner::deterministic();
    let mut sums = BTreeMap::<String, usize>::new();
    for n in 0..32 {
        let ops = vec(op(), LONGEST).new_tree(&mut runner).unwrap().current();
        let kind = Kind { protect_new: false, spot: n % 2 == 0 };
        for (name, count) in run(&ops, kind).1 {
            *sums.entry(name).or_default() += count;
        }
    }
    assert_eq!(sums.len(), 17, "{sums:?}");
    assert!(sums.values().all(|count| *count >= 20), "{sums:?}");
}
