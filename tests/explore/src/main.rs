//! `hotdesk-explore [large] [NAME]...`: explores, and prints what was found; without names, breaks
//! things on purpose too, and prints what that showed.

use std::process::ExitCode;

use hotdesk_explore::{
    exploration::Exploration,
    mutant::Broken,
    proof::{LARGE_PROOFS, PROOFS, Proof},
    sizes::{LARGE, SMALL},
};

fn main() -> ExitCode {
    let mut names: Vec<String> = std::env::args().skip(1).collect();
    let large = names.first().is_some_and(|first| first == "large");
    names.drain(..usize::from(large));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let chosen = |of: &&Exploration| {
        names.is_empty() || names.iter().any(|name| of.name.contains(name.as_str()))
    };
    let mut well = true;
    for exploration in if large { LARGE } else { SMALL }.iter().filter(chosen) {
        well &= explore(exploration, threads);
    }
    if names.is_empty() {
        for proof in if large { LARGE_PROOFS } else { PROOFS } {
            well &= prove(proof, threads);
        }
    }
    if well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether all was well.
fn explore(exploration: &Exploration, threads: usize) -> bool {
    println!("{exploration}");
    let findings = exploration.run(Broken::NOTHING, threads);
    print!("{findings}");
    let missing = findings.missing(exploration.expected);
    if !missing.is_empty() {
        println!("  NEVER: {missing:?}");
    }
    missing.is_empty() && findings.stories.is_empty()
}

/// Whether it showed, if it was to.
fn prove(proof: &Proof, threads: usize) -> bool {
    let Proof { broken, by, shows } = proof;
    let shown = proof.run(threads);
    match &shown {
        Some((rule, states)) => {
            println!("broken {broken:?}: shows in {}, {states} states: not {rule:?}", by.name);
        }
        None => println!("broken {broken:?}: does not show in {}", by.name),
    }
    if shown.is_some() != *shows {
        println!("  NOT AS IT SHOULD BE");
    }
    shown.is_some() == *shows
}
