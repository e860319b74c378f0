//! The home of the box's user, as the agent knows it: which one was ordered, and how far the keeper
//! is with it.

mod minder;

use std::{
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use clap::ValueEnum;
use hotdesk::{
    clock::Ms,
    homes::{Stage, Trouble},
    id::Epoch,
    token::HomeClaims,
};
pub(crate) use minder::KeeperError;
use minder::Minder;
use serde::{Deserialize, Serialize};

use crate::{
    keeper::{Files, Order, Report},
    refusal::Refusal,
    runtime::{Runtime, RuntimeError},
};

const FILE: &str = "home.json";

/// Whether users of this box have homes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HomesMode {
    /// A volume each; the box opens to its user when that is mounted.
    Volume,
    /// None: what they write goes with the box.
    None,
}

/// The order that the box has, and what its user was told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Ordered {
    order: Order,
    epoch: Epoch,
    #[serde(default)]
    files_of: Option<Ms>,
    /// The newest seat whose user knows of what time the files are, or that there is no room.
    #[serde(default)]
    told: Option<Epoch>,
}

#[derive(Debug)]
struct State {
    ordered: Option<Ordered>,
    /// It was mounted; it stays so until the box is drained.
    is_mounted: bool,
}

/// The home of this box.
#[derive(Debug)]
pub struct Homes {
    keeper: Option<Minder>,
    runtime: Runtime,
    state: Mutex<State>,
}

/// Where the home of somebody who waits for it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Whereabouts {
    /// How far it is.
    pub(crate) stage: Option<Stage>,
    /// Why it does not open.
    pub(crate) trouble: Option<Trouble>,
    /// Of what time its files are, if newer ones were lost or somebody restored them.
    pub(crate) files_of: Option<Ms>,
    /// Whether hardly anything can be written.
    pub(crate) full: bool,
    /// Whether its user does not know one of these two yet.
    pub(crate) untold: bool,
}

impl Homes {
    /// The home as an earlier agent of this boot left it; the keeper's folder is needed where there
    /// are homes.
    ///
    /// # Errors
    /// [`HomesError`] if the runtime folder cannot be used, or no client can be made.
    pub fn load(mode: HomesMode, keeper: &Path, runtime: &Runtime) -> Result<Self, HomesError> {
        let ordered = match runtime.read(FILE)? {
            None => None,
            Some(bytes) => Some(
                serde_json::from_slice(&bytes)
                    .map_err(|_| RuntimeError::Damaged { path: runtime.path(FILE) })?,
            ),
        };
        let keeper = (mode == HomesMode::Volume).then(|| Minder::new(keeper)).transpose()?;
        let state = Mutex::new(State { ordered, is_mounted: false });
        Ok(Self { keeper, runtime: runtime.clone(), state })
    }

    /// Whether users of this box have homes at all.
    pub(crate) fn are_there(&self) -> bool {
        self.keeper.is_some()
    }

    /// Whether the box has an order, so that it is somebody's.
    pub(crate) fn is_ordered(&self) -> bool {
        self.state().ordered.is_some()
    }

    /// Whether the keeper answers, where there are homes.
    pub(crate) async fn keeper_serves(&self) -> bool {
        match &self.keeper {
            None => true,
            Some(keeper) => keeper.serves().await,
        }
    }

    /// Whether an order is one that this box can take.
    ///
    /// # Errors
    /// [`Refusal::NoHomes`], [`Refusal::OtherHome`].
    pub(crate) fn may_take(
        &self,
        HomeClaims { sub, volume, .. }: &HomeClaims,
    ) -> Result<(), Refusal> {
        if !self.are_there() {
            return Err(Refusal::NoHomes);
        }
        match &self.state().ordered {
            Some(known) if known.order.user != *sub || known.order.volume != *volume => {
                Err(Refusal::OtherHome)
            }
            _ => Ok(()),
        }
    }

    /// Takes an order that the box can take, unless it is older than the one it has. It is on disk
    /// before this returns.
    ///
    /// # Errors
    /// [`Refusal::Unwritable`]; then nothing changes.
    pub(crate) fn take(&self, claims: &HomeClaims) -> Result<(), Refusal> {
        let HomeClaims { sub, epoch, volume, size, new, files_of, .. } = claims;
        let (user, volume) = (sub.clone(), volume.clone());
        let mut state = self.state();
        let known = state.ordered.as_ref();
        if known.is_some_and(|known| known.epoch > *epoch) {
            return Ok(());
        }
        let told = known.and_then(|known| known.told);
        let order = Order { user, volume, size: *size, new: *new };
        let ordered = Ordered { order, epoch: *epoch, files_of: *files_of, told };
        if known != Some(&ordered) {
            self.save(&ordered)?;
            state.ordered = Some(ordered);
        }
        Ok(())
    }

    /// Where the home is at `now`. Whoever asks has the keeper know its order.
    pub(crate) async fn whereabouts(&self, now: Ms) -> Whereabouts {
        let Some(keeper) = &self.keeper else {
            return Whereabouts { stage: Some(Stage::Mounted), ..Whereabouts::default() };
        };
        let Some(ordered) = self.state().ordered.clone() else { return Whereabouts::default() };
        let Report { stage, trouble, full } = keeper.order(&ordered.order, now).await;
        let mut state = self.state();
        state.is_mounted |= stage == Some(Stage::Mounted);
        let files_of = ordered.files_of;
        let untold = (files_of.is_some() || full) && ordered.told < Some(ordered.epoch);
        Whereabouts { stage, trouble, files_of, full, untold }
    }

    /// Whether the editor is open to its user at `now`: their home is there, and they know it if its
    /// files are older ones.
    pub(crate) async fn lets_in(&self, now: Ms) -> bool {
        if !self.are_there() {
            return true;
        }
        let is_mounted = self.state().is_mounted;
        if !is_mounted && self.whereabouts(now).await.stage != Some(Stage::Mounted) {
            return false;
        }
        let state = self.state();
        state.ordered.as_ref().is_some_and(|ordered| {
            ordered.files_of.is_none() || ordered.told >= Some(ordered.epoch)
        })
    }

    /// Notes that its user was told all that there is to say about the home.
    pub(crate) fn tell(&self) -> Result<(), Refusal> {
        let mut state = self.state();
        if let Some(ordered) = &state.ordered {
            let told = Ordered { told: Some(ordered.epoch), ..ordered.clone() };
            self.save(&told)?;
            state.ordered = Some(told);
        }
        Ok(())
    }

    /// Has the keeper let go of the home, and says how far it is with that.
    pub(crate) async fn let_go(&self) -> Result<Files, KeeperError> {
        match &self.keeper {
            None => Ok(Files::Nothing),
            Some(keeper) => keeper.let_go().await,
        }
    }

    fn save(&self, ordered: &Ordered) -> Result<(), Refusal> {
        let json = serde_json::to_vec(ordered).map_err(|_| Refusal::Unwritable)?;
        self.runtime.write(FILE, &json).map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "order not written");
            Refusal::Unwritable
        })
    }

    /// A panic while it was held leaves it whole: each step changes one field at its end.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why the agent cannot know of homes.
#[derive(Debug, thiserror::Error)]
pub enum HomesError {
    /// The runtime folder cannot be used.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// No client can be made.
    #[error("no client for the keeper")]
    Client(#[from] reqwest::Error),
}
