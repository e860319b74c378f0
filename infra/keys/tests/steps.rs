//! Each step, in and out of its turn.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use hotdesk::{
    clock::Ms,
    token::{DrainClaims, Signer, Verifier},
};
use hotdesk_keys::{Cli, Command, run};
use tempfile::TempDir;

fn step(folder: &Path, command: Command) -> anyhow::Result<String> {
    run(&Cli { folder: folder.to_owned(), command })
}

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

/// What the folder says now: who signs, and what is known.
fn now(folder: &Path) -> (Signer, Verifier) {
    let signer = Signer::from_jwk(&text(folder, "signing-key.json")).unwrap();
    (signer, Verifier::from_jwks(&text(folder, "public-keys.json")).unwrap())
}

/// A token of the one, checked by the other.
fn passes((signer, _): &(Signer, Verifier), (_, verifier): &(Signer, Verifier)) -> bool {
    let box_id = "i-00000001".parse().unwrap();
    let order = DrainClaims::new(&box_id, Ms(0));
    let token = signer.sign(&order).unwrap();
    verifier.verify::<DrainClaims>(&token, &order.aud, Ms(0)).is_ok()
}

#[test]
fn between_two_neighbouring_steps_every_token_is_known() {
    let temp = TempDir::new().unwrap();
    let folder = &temp.path().join("keys");
    step(folder, Command::Make).unwrap();
    let mut stages = vec![now(folder)];
    for command in [Command::Add, Command::Switch, Command::Retire] {
        step(folder, command).unwrap();
        stages.push(now(folder));
    }
    for pair in stages.windows(2) {
        for signs in pair {
            for checks in pair {
                assert!(passes(signs, checks));
            }
        }
    }
    assert!(!passes(&stages[0], &stages[3]), "the old key is forgotten");
    assert!(!passes(&stages[2], &stages[0]), "a step cannot be left out");
}

#[test]
fn a_step_out_of_turn_changes_nothing() {
    let temp = TempDir::new().unwrap();
    let folder = temp.path();
    let refused = |command| {
        let files = || {
            let names = ["signing-key.json", "public-keys.json", "next-signing-key.json"];
            names.map(|name| fs::read_to_string(folder.join(name)).ok())
        };
        let before = files();
        assert!(step(folder, command).is_err(), "{command:?}");
        assert_eq!(files(), before, "{command:?}");
    };
    let all = [Command::Make, Command::Add, Command::Switch, Command::Retire];
    for turn in [Command::Make, Command::Add, Command::Switch, Command::Retire, Command::Add] {
        let others = all.into_iter().filter(|other| *other != turn);
        others.for_each(refused);
        step(folder, turn).unwrap();
    }
}

#[test]
fn only_the_owner_reads_a_key() {
    let temp = TempDir::new().unwrap();
    let folder = &temp.path().join("keys");
    step(folder, Command::Make).unwrap();
    step(folder, Command::Add).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder), 0o700);
    for name in ["signing-key.json", "next-signing-key.json"] {
        assert_eq!(mode(&folder.join(name)), 0o600, "{name}");
    }
}

#[test]
fn an_addition_that_was_cut_off_is_begun_anew() {
    let temp = TempDir::new().unwrap();
    let folder = temp.path();
    step(folder, Command::Make).unwrap();
    let public = text(folder, "public-keys.json");
    step(folder, Command::Add).unwrap();
    fs::write(folder.join("public-keys.json"), public).unwrap();
    assert!(step(folder, Command::Switch).is_err());
    step(folder, Command::Add).unwrap();
    step(folder, Command::Switch).unwrap();
    assert!(passes(&now(folder), &now(folder)));
}
