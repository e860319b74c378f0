//! Random calls of EC2, Auto Scaling and EBS: the invariants of all of them hold after each.

use std::collections::BTreeMap;

use hotdesk_sim::Sim;
use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::{
    disk_invariants::{Keeper, check_disks_at_rest},
    disk_ops::{DiskOp, disk_op, perform, written},
    invariants::{Past, check, check_rest},
    ops::{Kind, world},
};

const LONGEST: usize = 160;

/// The end of a run, and how often each kind of step succeeded.
fn run(ops: &[DiskOp], kind: Kind) -> (Sim, BTreeMap<String, usize>) {
    let mut world = world(kind);
    let (mut past, mut keeper) = (Past::default(), Keeper::default());
    let mut succeeded = BTreeMap::new();
    for op in ops {
        if let DiskOp::Write(n) = op
            && let Some(volume) = written(n, &world.sim)
        {
            keeper.write(&volume);
        }
        if perform(op, &mut world) {
            let name = format!("{op:?}").split('(').next().unwrap_or_default().to_owned();
            *succeeded.entry(name).or_default() += 1;
        }
        let effects = world.sim.take_effects();
        past.follow(&effects);
        keeper.follow(&effects);
        check(&world.sim, &mut past);
        keeper.check(&world.sim);
    }
    let end = world.sim.clone();
    check_disks_at_rest(&mut world.sim);
    check_rest(&mut world.sim);
    (end, succeeded)
}

proptest! {
    #[test]
    fn disks_are_safe_under_random_calls(ops in vec(disk_op(), 1..LONGEST), spot: bool) {
        let kind = Kind { protect_new: false, spot };
        let end = run(&ops, kind);
        prop_assert_eq!(end, run(&ops, kind), "equal seeds and calls give equal runs");
    }

    #[test]
    fn disks_move_in_one_step_of_time_as_in_many(ops in vec(disk_op(), 1..40), cut in 1u64..400) {
        let kind = Kind { protect_new: false, spot: false };
        let (mut whole, mut pieces) = (world(kind), world(kind));
        for op in &ops {
            if let DiskOp::Other(crate::ops::Op::Pass(ms)) = op {
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
fn random_calls_reach_everything_of_disks() {
    let mut runner = TestRunner::deterministic();
    let mut sums = BTreeMap::<String, usize>::new();
    for _ in 0..32 {
        let ops = vec(disk_op(), LONGEST).new_tree(&mut runner).unwrap().current();
        let kind = Kind { protect_new: false, spot: false };
        for (name, count) in run(&ops, kind).1 {
            *sums.entry(name).or_default() += count;
        }
    }
    assert_eq!(sums.len(), 12, "{sums:?}");
    assert!(sums.values().all(|count| *count >= 20), "{sums:?}");
}
