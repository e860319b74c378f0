//! The folder of the keys, and the steps on it.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context, ensure};
use hotdesk::token::{Verifier, generate};
use serde_json::{Map, Value, json};

const SIGNING: &str = "signing-key.json";
const NEXT: &str = "next-signing-key.json";
const PUBLIC: &str = "public-keys.json";
const SECRET: &str = "secret.json";

pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    pub(crate) fn make(&self) -> anyhow::Result<()> {
        ensure!(!self.has(SIGNING), "there is a key already: to replace it, rotate (add)");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        let secret = self.secret()?;
        let (private, public) = generate()?;
        let set = serde_json::from_str(&public)?;
        self.publish(&set)?;
        self.conceal(secret, &private, &set)?;
        self.write(SIGNING, &private)
    }

    pub(crate) fn add(&self) -> anyhow::Result<()> {
        ensure!(!self.has(NEXT), "a rotation is under way: switch");
        let mut set = self.public()?;
        ensure!(keys(&set).len() == 1, "a rotation is under way: retire");
        let (secret, signing) = (self.secret()?, self.read(SIGNING)?);
        let (private, public) = generate()?;
        let new: Value = serde_json::from_str(&public)?;
        let all = keys(&set).into_iter().chain(keys(&new)).collect::<Vec<_>>();
        set = json!({ "keys": all });
        // The private half first: a public key of which nobody has it could not be undone.
        self.write(NEXT, &private)?;
        self.conceal(secret, &signing, &set)?;
        self.publish(&set)
    }

    pub(crate) fn switch(&self) -> anyhow::Result<()> {
        let next = self.read(NEXT).context("no rotation is under way: add")?;
        let id = id_of(&serde_json::from_str(&next)?)?;
        let (secret, set) = (self.secret()?, self.public()?);
        let known = keys(&set).iter().any(|key| key["kid"] == id);
        if !known {
            // `add` was cut off between its two files.
            fs::remove_file(self.0.join(NEXT))?;
        }
        ensure!(known, "the next key is not among the public ones: add anew");
        self.conceal(secret, &next, &set)?;
        fs::rename(self.0.join(NEXT), self.0.join(SIGNING))?;
        Ok(())
    }

    pub(crate) fn retire(&self) -> anyhow::Result<()> {
        ensure!(!self.has(NEXT), "the next key does not sign yet: switch");
        let (secret, signing) = (self.secret()?, self.read(SIGNING)?);
        let id = id_of(&serde_json::from_str(&signing)?)?;
        let (kept, old): (Vec<_>, Vec<_>) =
            keys(&self.public()?).into_iter().partition(|key| key["kid"] == id);
        ensure!(!old.is_empty(), "there is no old key");
        let set = json!({ "keys": kept });
        self.conceal(secret, &signing, &set)?;
        self.publish(&set)
    }

    fn public(&self) -> anyhow::Result<Value> {
        let text = self.read(PUBLIC).context("there are no keys: make")?;
        Verifier::from_jwks(&text)?;
        Ok(serde_json::from_str(&text)?)
    }

    fn publish(&self, set: &Value) -> anyhow::Result<()> {
        let text = set.to_string();
        Verifier::from_jwks(&text)?;
        self.write(PUBLIC, &text)
    }

    /// What the secret says so far: what somebody has put there beside the keys stays.
    fn secret(&self) -> anyhow::Result<Map<String, Value>> {
        if !self.has(SECRET) {
            return Ok(Map::new());
        }
        serde_json::from_str(&self.read(SECRET)?)
            .with_context(|| format!("{SECRET} is no JSON object: mend it, or move it away"))
    }

    /// Writes the keys into the secret. Always before the file that ends the step: whatever was cut off
    /// is begun anew, and the secret with it.
    fn conceal(
        &self,
        mut secret: Map<String, Value>,
        signing: &str,
        set: &Value,
    ) -> anyhow::Result<()> {
        secret.insert("SIGNING_KEY".to_owned(), signing.into());
        secret.insert("PUBLIC_KEYS".to_owned(), set.to_string().into());
        self.write(SECRET, &serde_json::to_string_pretty(&secret)?)
    }

    fn has(&self, name: &str) -> bool {
        self.0.join(name).exists()
    }

    fn read(&self, name: &str) -> anyhow::Result<String> {
        let path = self.0.join(name);
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }

    /// Whole or not at all, for its owner only.
    fn write(&self, name: &str, text: &str) -> anyhow::Result<()> {
        let (path, new) = (self.0.join(name), self.0.join(format!("{name}.new")));
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        Ok(fs::rename(&new, &path)?)
    }
}

fn keys(set: &Value) -> Vec<Value> {
    set["keys"].as_array().cloned().unwrap_or_default()
}

fn id_of(key: &Value) -> anyhow::Result<Value> {
    let id = key.get("kid").cloned();
    id.context("the key has no id: it is none of ours")
}
