//! Some seeds with real Redis in each test run, always the same ones and a fresh one; and that a seed is
//! a run.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::{
    hash::{BuildHasher, RandomState},
    io::{self, Write},
    time::Duration,
};

use clap::Parser;
use hotdesk::{control::Reuse, spares::Spares};
use hotdesk_simulate::{
    options::Options,
    plan::Plan,
    run::{self, Outcome},
    seeds, visits,
};
use hotdesk_tests::world::{chance::Chance, trace::Trace};

/// Together of all kinds that there are: see the first test.
const FIXED: [u64; 3] = [1, 20, 52];

fn options(arguments: &[&str]) -> Options {
    Options::parse_from([&["hotdesk-simulate"], arguments].concat())
}

fn played(seed: u64, options: &Options, visits: &[Duration]) -> Outcome {
    run::run(seed, options, visits.to_vec(), &Trace::new(true))
}

#[test]
fn fixed_seeds_are_of_all_kinds() {
    let options = options(&["--users", "8"]);
    let plans = FIXED.map(|seed| Plan::new(&options, Vec::new(), &mut Chance::new(seed)));
    let any = |is: fn(&Plan) -> bool| plans.iter().any(is) && !plans.iter().all(is);
    assert!(any(|plan| plan.spot) && any(|plan| plan.policy.reuse == Reuse::Never));
    assert!(
        any(|plan| plan.policy.names.is_some()) && any(|plan| (plan.max as usize) < plan.users)
    );
    assert!(any(|plan| plan.policy.max_lifetime.is_some()));
    assert!(any(|plan| plan.policy.max_standby_age.is_some()));
    assert!(any(|plan| plan.policy.homes.archive_after.is_some()));
    assert!(any(|plan| matches!(plan.policy.spares, Spares::Auto(_))));
}

#[test]
fn fixed_seeds_and_a_fresh_one_are_as_promised() {
    let fresh = RandomState::new().hash_one("fresh") % 1_000_000;
    // Past what tests that pass have to say for themselves.
    writeln!(io::stderr(), "the fresh seed is {fresh}").unwrap();
    for seed in FIXED.into_iter().chain([fresh]) {
        let seed = seed.to_string();
        assert!(seeds::run(&options(&["--seed", &seed, "--hours", "1", "--users", "8"]), &[]));
    }
}

#[test]
fn two_runs_of_a_seed_are_the_same_to_the_last_step() {
    for store in
        [&["--hours", "1", "--users", "6"][..], &["--hours", "1", "--users", "6", "--model"]]
    {
        let options = options(store);
        let (one, same) = (played(4, &options, &[]), played(4, &options, &[]));
        assert!(one.steps > 1000, "{}", one.steps);
        assert_eq!((one.hash, one.steps, &one.hits), (same.hash, same.steps, &same.hits));
        assert_eq!(one.story, same.story);
        assert_ne!(one.hash, played(5, &options, &[]).hash);
    }
}

#[test]
fn people_come_by_a_file_of_counts() {
    let visits = visits::read("timestamp,count\n0,3\n600,5\n1200,0\n").unwrap();
    let options = options(&["--hours", "1", "--users", "2", "--model", "--faults", "0"]);
    let outcome = played(1, &options, &visits);
    assert_eq!(outcome.violations, [""; 0], "{:#?}", outcome.story);
    assert_ne!(outcome.hash, played(1, &options, &[]).hash);
}
