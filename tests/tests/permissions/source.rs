//! The calls that are in the code.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use hotdesk_stack::tools;

/// What clients of the SDK are called in our code; a call begins with one of them.
const CLIENTS: [&str; 3] = ["autoscaling", "client", "ec2"];

/// What is asked of clients besides.
const NO_CALLS: [&str; 2] = ["clone", "to_owned"];

/// The operations that our code sends, by what begins a call: the client and the operation, which has no
/// arguments.
pub(crate) fn operations() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for path in sources() {
        let text: String = fs::read_to_string(path).unwrap().split_whitespace().collect();
        for client in CLIENTS {
            for (at, begin) in text.match_indices(&format!("{client}.")) {
                let rest = &text[at + begin.len()..];
                let name: String =
                    rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
                if rest[name.len()..].starts_with("()") && !NO_CALLS.contains(&name.as_str()) {
                    found.insert(pascal(&name));
                }
            }
        }
    }
    found
}

/// All of ours that is deployed.
fn sources() -> Vec<PathBuf> {
    let mut folders = vec![tools::root().join("shared"), tools::root().join("functions")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true if path.ends_with("tests") => {}
                true => folders.push(path),
                false if path.extension().is_some_and(|e| e == "rs") => files.push(path),
                false => {}
            }
        }
    }
    files
}

fn pascal(name: &str) -> String {
    name.split('_').flat_map(|word| [word[..1].to_uppercase(), word[1..].to_owned()]).collect()
}

/// A client under another name would not be seen.
#[test]
fn every_client_has_a_name_that_is_known() {
    let kinds = ["Client", "Ec2", "AutoScaling"];
    for path in sources() {
        for line in fs::read_to_string(&path).unwrap().lines() {
            let Some((name, kind)) = line.trim().trim_end_matches(',').split_once(": ") else {
                continue;
            };
            let name = name.rsplit(' ').next().unwrap();
            let is_client = kinds.contains(&kind) || kind.ends_with("::Client");
            let ours = is_client && !kind.starts_with("reqwest") && !name.is_empty();
            assert!(!ours || CLIENTS.contains(&name), "{}: {line}", short(&path));
        }
    }
}

fn short(path: &Path) -> String {
    path.strip_prefix(tools::root()).unwrap().display().to_string()
}
