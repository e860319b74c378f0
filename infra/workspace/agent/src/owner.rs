//! Whose box this is: bound by the first ticket, kept until the runtime folder is wiped.

use hotdesk::id::{Epoch, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    refusal::Refusal,
    runtime::{Runtime, RuntimeError},
};

const FILE: &str = "owner.json";

/// The user whom the box serves, with the newest epoch of theirs that it has seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Owner {
    pub(crate) user: UserId,
    pub(crate) epoch: Epoch,
}

/// The binding, in memory and in the runtime folder.
#[derive(Debug)]
pub(crate) struct Binding {
    runtime: Runtime,
    owner: Option<Owner>,
}

impl Binding {
    /// The binding that an earlier agent of this boot left, or none.
    pub(crate) fn load(runtime: Runtime) -> Result<Self, RuntimeError> {
        let owner = match runtime.read(FILE)? {
            None => None,
            Some(bytes) => Some(
                serde_json::from_slice(&bytes)
                    .map_err(|_| RuntimeError::Damaged { path: runtime.path(FILE) })?,
            ),
        };
        Ok(Self { runtime, owner })
    }

    pub(crate) fn owner(&self) -> Option<&Owner> {
        self.owner.as_ref()
    }

    /// Binds the box to `user`, or raises the epoch of a binding to the same user. It is on disk
    /// before this returns, so nobody is let in on a binding that a crash could take back.
    pub(crate) fn bind(&mut self, user: &UserId, epoch: Epoch) -> Result<(), Refusal> {
        let epoch = match &self.owner {
            Some(owner) if owner.user != *user => return Err(Refusal::OtherUser),
            Some(owner) if owner.epoch >= epoch => return Ok(()),
            _ => epoch,
        };
        let owner = Owner { user: user.clone(), epoch };
        let json = serde_json::to_vec(&owner).map_err(|_| Refusal::Unwritable)?;
        if let Err(error) = self.runtime.write(FILE, &json) {
            tracing::error!(error = &error as &dyn std::error::Error, "binding not written");
            return Err(Refusal::Unwritable);
        }
        tracing::info!(%user, %epoch, "box bound");
        self.owner = Some(owner);
        Ok(())
    }
}
