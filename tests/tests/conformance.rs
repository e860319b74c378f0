//! One suite for two clouds: the simulator, and moto, a referee that somebody else wrote. What they
//! say differs only where one table says so, and says which of them is AWS's.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod conformance {
    pub(crate) mod activities;
    mod adapter;
    pub(crate) mod case;
    pub(crate) mod cloud;
    pub(crate) mod copies;
    pub(crate) mod describing;
    pub(crate) mod differences;
    pub(crate) mod disk_differences;
    pub(crate) mod disks;
    pub(crate) mod errors;
    pub(crate) mod hooks;
    pub(crate) mod marks;
    pub(crate) mod power;
    pub(crate) mod sizes;
    pub(crate) mod stage;
    pub(crate) mod standby;
}

use std::{collections::BTreeSet, time::Duration};

use conformance::{
    activities,
    case::Case,
    cloud::Cloud,
    copies, describing,
    differences::{DIFFERENCES, Difference},
    disk_differences::DISK_DIFFERENCES,
    disks, errors, hooks, marks, power, sizes, standby,
};
use tokio::time::timeout;

/// How long a case may take in one cloud; all of them take seconds.
const LONGEST: Duration = Duration::from_secs(60);

fn cases() -> impl Iterator<Item = &'static Case> {
    let files = [
        describing::CASES,
        sizes::CASES,
        standby::CASES,
        power::CASES,
        marks::CASES,
        hooks::CASES,
        activities::CASES,
        errors::CASES,
        disks::CASES,
        copies::CASES,
    ];
    files.into_iter().flatten()
}

fn difference(case: &Case) -> Option<&'static Difference> {
    differences().find(|difference| difference.case == case.name)
}

fn differences() -> impl Iterator<Item = &'static Difference> {
    DIFFERENCES.iter().chain(DISK_DIFFERENCES)
}

#[test]
fn the_table_lists_each_case_that_differs_once() {
    let names: Vec<&str> = cases().map(|case| case.name).collect();
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "a name is there twice");
    let differing: BTreeSet<&str> =
        cases().filter(|case| case.both.is_none()).map(|case| case.name).collect();
    let listed: BTreeSet<&str> = differences().map(|difference| difference.case).collect();
    assert_eq!(differing, listed);
    assert_eq!(listed.len(), differences().count(), "a case is listed twice");
    for Difference { case, simulator, moto, source, .. } in differences() {
        assert_ne!(simulator, moto, "{case}: no difference");
        assert!(!source.is_empty(), "{case}: nobody says so");
    }
}

#[tokio::test]
async fn both_clouds_do_what_the_suite_says() {
    let (simulator, moto) = (Cloud::simulator().await, Cloud::moto().await);
    let mut wrong = Vec::new();
    println!("| case | simulator | moto | |");
    println!("| --- | --- | --- | --- |");
    for case in cases() {
        let run = async |cloud| {
            let run = timeout(LONGEST, (case.run)(cloud)).await;
            run.unwrap_or_else(|_| panic!("{}: no end", case.name))
        };
        let seen = (run(&simulator).await, run(&moto).await);
        let (verdict, meant) = match (case.both, difference(case)) {
            (Some(both), _) => ("same".to_owned(), (both, both)),
            (None, Some(d)) => (format!("differs; AWS: {:?}", d.aws), (d.simulator, d.moto)),
            (None, None) => ("unlisted".to_owned(), ("", "")),
        };
        println!("| {} | {} | {} | {verdict} |", case.name, seen.0, seen.1);
        if (seen.0.as_str(), seen.1.as_str()) != meant {
            wrong.push(format!("{}: {seen:?}, not {meant:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
