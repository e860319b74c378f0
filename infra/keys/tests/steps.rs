//! Each step, in and out of its turn.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

use std::{collections::BTreeSet, fs, os::unix::fs::PermissionsExt, path::Path};

use hotdesk::{
    clock::Ms,
    token::{DrainClaims, Signer, Verifier},
};
use hotdesk_keys::{Cli, Command, run};
use serde_json::{Value, json};
use tempfile::TempDir;

/// All that the folder may hold.
const FILES: [&str; 4] =
    ["signing-key.json", "public-keys.json", "next-signing-key.json", "secret.json"];

fn step(folder: &Path, command: Command) -> anyhow::Result<String> {
    run(&Cli { folder: folder.to_owned(), command })
}

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

fn secret(folder: &Path) -> Value {
    serde_json::from_str(&text(folder, "secret.json")).unwrap()
}

/// What the folder says now: who signs, and what is known. The secret says the same.
fn now(folder: &Path) -> (Signer, Verifier) {
    let (signing, public) = (text(folder, "signing-key.json"), text(folder, "public-keys.json"));
    let secret = secret(folder);
    assert_eq!((&secret["SIGNING_KEY"], &secret["PUBLIC_KEYS"]), (&json!(signing), &json!(public)));
    (Signer::from_jwk(&signing).unwrap(), Verifier::from_jwks(&public).unwrap())
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
        let files = || FILES.map(|name| fs::read_to_string(folder.join(name)).ok());
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
    for name in FILES {
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

#[test]
fn what_else_is_in_the_secret_stays_there() {
    let temp = TempDir::new().unwrap();
    let folder = temp.path();
    step(folder, Command::Make).unwrap();
    let mut more = secret(folder);
    more["OIDC_CLIENT_SECRET"] = json!("hush");
    fs::write(folder.join("secret.json"), more.to_string()).unwrap();
    for command in [Command::Add, Command::Switch, Command::Retire] {
        step(folder, command).unwrap();
        assert_eq!(secret(folder)["OIDC_CLIENT_SECRET"], "hush", "{command:?}");
        now(folder);
    }
}

#[test]
fn a_secret_that_cannot_be_read_stops_a_step_before_it_changes_anything() {
    let temp = TempDir::new().unwrap();
    let folder = temp.path();
    for command in [Command::Make, Command::Add, Command::Switch, Command::Retire] {
        let broken = folder.join("secret.json");
        let good = fs::read_to_string(&broken).ok();
        for text in ["{", "[]", "null"] {
            fs::write(&broken, text).unwrap();
            let files = || FILES.map(|name| fs::read_to_string(folder.join(name)).ok());
            let before = files();
            let error = format!("{:#}", step(folder, command).unwrap_err());
            assert!(error.contains("secret.json"), "{command:?}: {error}");
            assert_eq!(files(), before, "{command:?}");
        }
        match good {
            Some(text) => fs::write(&broken, text).unwrap(),
            None => fs::remove_file(&broken).unwrap(),
        }
        step(folder, command).unwrap();
    }
}

/// Else the secret that is deployed next would be that of another step.
#[test]
fn a_step_that_cannot_write_the_secret_is_to_be_done_again() {
    let temp = TempDir::new().unwrap();
    let folder = temp.path();
    for command in [Command::Make, Command::Add, Command::Switch, Command::Retire] {
        let in_the_way = folder.join("secret.json.new");
        fs::create_dir(&in_the_way).unwrap();
        assert!(step(folder, command).is_err(), "{command:?}");
        fs::remove_dir(&in_the_way).unwrap();
        if command == Command::Add {
            // Its private half is there; what is next says what to do.
            assert!(step(folder, Command::Switch).is_err());
        }
        step(folder, command).unwrap();
        now(folder);
    }
}

/// Keys from before there was a `secret.json`.
#[test]
fn keys_without_a_secret_get_one_with_the_next_step() {
    let temp = TempDir::new().unwrap();
    let folder = temp.path();
    step(folder, Command::Make).unwrap();
    fs::remove_file(folder.join("secret.json")).unwrap();
    step(folder, Command::Add).unwrap();
    now(folder);
}

#[test]
fn the_template_reads_the_secret_under_its_names() {
    let temp = TempDir::new().unwrap();
    step(temp.path(), Command::Make).unwrap();
    let template = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../template.yaml");
    let template = fs::read_to_string(template).unwrap();
    let after = template.split("secretsmanager:${KeysSecret}:SecretString:").skip(1);
    let read: BTreeSet<&str> = after.filter_map(|rest| rest.split(':').next()).collect();
    let secret = secret(temp.path());
    let written = secret.as_object().unwrap().keys().map(String::as_str);
    assert_eq!(read, written.chain(["OIDC_CLIENT_SECRET"]).collect());
}
