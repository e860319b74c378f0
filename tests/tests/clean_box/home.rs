//! Homes on a box: volumes as a desk attaches them, and the orders of the control plane.

use std::{
    fs::{self, File},
    path::PathBuf,
};

use hotdesk::{
    clock::{Clock, SystemClock},
    id::Epoch,
    token::{DrainClaims, HomeClaims},
};

use crate::clean_box::{
    http,
    stage::{TestBox, until},
};

/// Bytes.
const SIZE: u64 = 1024 * 1024 * 1024;

/// A user's volume, attached to nothing.
pub(crate) struct Volume {
    pub(crate) user: &'static str,
    id: String,
    /// Where it is while it is attached to nothing.
    pub(crate) at: PathBuf,
}

impl Volume {
    /// A blank one.
    pub(crate) fn new(desk: &TestBox, user: &'static str, n: u32) -> Self {
        let id = format!("vol-{:08x}{n:09x}", std::process::id());
        let at = desk.store().join(&id);
        fs::create_dir_all(&at).unwrap();
        File::create(at.join("image")).unwrap().set_len(SIZE).unwrap();
        Self { user, id, at }
    }

    /// Attaches it to the box, and orders that it is opened until it is; then waits for the editor.
    pub(crate) fn open(&self, desk: &TestBox, new: bool) -> String {
        fs::rename(&self.at, desk.volumes().join(&self.id)).unwrap();
        until("the home is open", || {
            let iat = SystemClock.now().seconds();
            let claims = HomeClaims {
                aud: HomeClaims::audience_of(&desk.instance.parse().unwrap()),
                sub: self.user.parse().unwrap(),
                epoch: Epoch(1),
                volume: self.id.parse().unwrap(),
                size: 1,
                new,
                files_of: None,
                iat,
                exp: iat + 30,
            };
            let answer = order(desk, "/home", &desk.signer.sign(&claims).unwrap());
            assert!(!answer.contains("failed"), "{answer}");
            answer.contains("\"mounted\"").then_some(())
        });
        let (_, cookies) = desk.open(self.user);
        until("the editor answers", || {
            (desk.get("/version", &cookies).status == 200).then_some(())
        });
        cookies
    }

    /// Has the box let go of it.
    pub(crate) fn save(&self, desk: &TestBox) {
        until("the files are saved", || {
            let claims = DrainClaims::new(&desk.instance.parse().unwrap(), SystemClock.now());
            let answer = order(desk, "/drain", &desk.signer.sign(&claims).unwrap());
            answer.contains("\"saved\"").then_some(())
        });
    }

    /// Takes it from a box that is off.
    pub(crate) fn detach(&self, desk: &TestBox) {
        fs::rename(desk.volumes().join(&self.id), &self.at).unwrap();
    }
}

/// What the box answers to an order; nothing where it refuses it.
fn order(desk: &TestBox, path: &str, token: &str) -> String {
    let answer = http::post(&desk.probe, path, token).unwrap();
    if answer.status == 200 { answer.body } else { String::new() }
}
