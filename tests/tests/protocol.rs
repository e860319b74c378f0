//! The scripts in real Redis do what the reference model does: random sequences of steps, on both,
//! the whole state compared after every step.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod protocol {
    mod beats;
    mod lifetime;
    mod locks;
    pub(crate) mod ops;
    pub(crate) mod pair;
    mod queue;
}

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::{prelude::*, test_runner::TestRunner};
use protocol::{
    ops::{World, ops},
    pair::Pair,
};

const CASES: u32 = 250;
const STEPS: usize = 160;

/// Random sequences on both sides of the pair; how many steps that were.
fn compare(pair: Pair, cases: u32) -> usize {
    let pair = std::cell::RefCell::new(pair);
    let steps = AtomicUsize::new(0);
    let mut runner = TestRunner::new(ProptestConfig {
        cases,
        source_file: Some(file!()),
        ..ProptestConfig::default()
    });
    let outcome = runner.run(&ops(STEPS), |ops| {
        let mut pair = pair.borrow_mut();
        pair.clear();
        let mut world = World::default();
        for op in &ops {
            pair.step(op, &mut world)?;
            steps.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    });
    println!("{} steps compared", steps.load(Ordering::Relaxed));
    if let Err(e) = outcome {
        panic!("{e}");
    }
    steps.into_inner()
}

#[test]
fn the_scripts_do_what_the_model_does() {
    assert!(compare(Pair::new(), CASES) >= 20_000);
}

/// By TLS, as the user whom the template makes.
#[test]
fn the_scripts_do_it_with_the_rights_that_the_template_gives() {
    assert!(compare(Pair::secured(), CASES / 10) >= 2_000);
}
