//! Every interleaving in a small world: nothing that must never happens, what is interesting does,
//! and each way to break the protocol shows.

use hotdesk_explore::{
    exploration::Exploration,
    mutant::Broken,
    proof::{LARGE_PROOFS, PROOFS, Proof},
    sizes::{LARGE, SMALL},
};

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn explore(explorations: &[Exploration]) {
    for exploration in explorations {
        let findings = exploration.run(Broken::NOTHING, threads());
        println!("{exploration}\n{findings}");
        assert!(findings.stories.is_empty(), "{exploration}\n{findings}");
        let missing = findings.missing(exploration.expected);
        assert!(missing.is_empty(), "{exploration}: never {missing:?}\n{findings}");
    }
}

fn prove(proofs: &[Proof]) {
    for proof in proofs {
        let shown = proof.run(threads());
        println!("{:?}: {shown:?}", proof.broken);
        assert_eq!(shown.is_some(), proof.shows, "{:?} in {}", proof.broken, proof.by);
    }
}

#[test]
fn nothing_happens_that_must_never_and_what_is_interesting_does() {
    explore(SMALL);
}

#[test]
fn whatever_is_broken_shows_where_it_is_said_to() {
    prove(PROOFS);
}

#[test]
#[ignore = "takes hours and tens of gigabytes: LARGE=1 make explore"]
fn nor_does_it_farther_away() {
    explore(LARGE);
}

#[test]
#[ignore = "takes minutes: LARGE=1 make explore"]
fn what_is_broken_in_two_places_shows_where_one_of_them_hides() {
    prove(LARGE_PROOFS);
}
