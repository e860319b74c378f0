//! What the keeper knows beyond its own life.

use serde::{Deserialize, Serialize};

use super::Order;
use crate::runtime::{Runtime, RuntimeError};

const FILE: &str = "home.json";

/// The order, and what became of it in this boot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) order: Option<Order>,
    /// It was mounted.
    pub(super) mounted: bool,
    /// It is to be let go of, and no other one is taken.
    pub(super) leaving: bool,
    /// It was let go of.
    pub(super) left: bool,
}

impl Kept {
    /// As an earlier keeper of this boot left it.
    pub(super) fn load(runtime: &Runtime) -> Result<Self, RuntimeError> {
        match runtime.read(FILE)? {
            None => Ok(Self::default()),
            Some(bytes) => serde_json::from_slice(&bytes)
                .map_err(|_| RuntimeError::Damaged { path: runtime.path(FILE) }),
        }
    }

    pub(super) fn save(&self, runtime: &Runtime) -> Result<(), RuntimeError> {
        let json = serde_json::to_vec(self)
            .map_err(|_| RuntimeError::Damaged { path: runtime.path(FILE) })?;
        runtime.write(FILE, &json)
    }
}
