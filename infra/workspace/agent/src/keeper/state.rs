//! What the keeper is at, and who may ask it for what.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hotdesk::homes::{Stage, Trouble};
use tokio::{
    sync::{Mutex as Work, watch},
    task::{JoinHandle, spawn_blocking},
};

use super::{Files, Order, Report, device::Device, kept::Kept, mounts};
use crate::runtime::{Runtime, RuntimeError};

/// What the keeper is told about its box.
#[derive(Clone, Debug)]
pub struct Settings {
    /// On a desk: the folder in which volumes appear. Elsewhere they are disks.
    pub volumes: Option<PathBuf>,
    /// Where the home is mounted.
    pub home: PathBuf,
    /// The number of the user whose home it is, and of their group.
    pub owner: u32,
    /// The program that stops and starts the editor, by its one argument.
    pub editor_control: PathBuf,
    /// Where the kernel lists disks.
    pub sys_block: PathBuf,
    /// Where disks have their nodes.
    pub dev: PathBuf,
    /// How long a volume may take to appear before that is a trouble.
    pub missing_after: Duration,
    /// The pause between two tries of what did not work, and between two looks for growth.
    pub again_after: Duration,
}

/// Why an order is not taken.
#[derive(Debug, thiserror::Error)]
pub enum OrderRefused {
    /// The box has another home already.
    #[error("the box has another home")]
    Other,
    /// The box lets go of its home, or has.
    #[error("the box takes no home any more")]
    Left,
    /// It could not be written down.
    #[error("the order cannot be kept")]
    Unwritable(#[from] RuntimeError),
}

/// The keeper of the box's home.
#[derive(Debug)]
pub struct Keeper {
    pub(super) settings: Settings,
    pub(super) runtime: Runtime,
    state: Mutex<State>,
    pub(super) leaving: watch::Sender<bool>,
    /// Held by whoever opens the home or lets go of it; the device is there while it is mounted.
    pub(super) work: Work<Option<Device>>,
}

#[derive(Debug)]
struct State {
    kept: Kept,
    stage: Option<Stage>,
    trouble: Option<Trouble>,
    letting: Option<JoinHandle<()>>,
}

impl Keeper {
    /// The keeper as an earlier one of this boot left it, going on with what that was at.
    ///
    /// # Errors
    /// [`RuntimeError`] if its folder cannot be used.
    pub fn start(settings: Settings, runtime: Runtime) -> Result<Arc<Self>, RuntimeError> {
        let kept = Kept::load(&runtime)?;
        let stage = kept.order.as_ref().map(|_| Stage::Attaching);
        let leaving = watch::Sender::new(kept.leaving);
        let order = kept.order.clone();
        let (is_leaving, has_left) = (kept.leaving, kept.left);
        let state = Mutex::new(State { kept, stage, trouble: None, letting: None });
        let this = Self { settings, runtime, state, leaving, work: Work::default() };
        let this = Arc::new(this);
        match order {
            _ if has_left => {}
            _ if is_leaving => {
                this.let_go();
            }
            Some(_) => this.begin_opening(),
            None => {}
        }
        Ok(this)
    }

    /// Takes an order, and begins with it. The same one again changes nothing, but for the size.
    ///
    /// # Errors
    /// [`OrderRefused`]; then nothing changes.
    pub fn order(self: &Arc<Self>, order: Order) -> Result<(), OrderRefused> {
        let mut state = self.state();
        if state.kept.leaving {
            return Err(OrderRefused::Left);
        }
        let known = state.kept.order.as_ref();
        match known {
            Some(known) if (&known.user, &known.volume) != (&order.user, &order.volume) => {
                return Err(OrderRefused::Other);
            }
            Some(known) if known.size >= order.size => return Ok(()),
            _ => {}
        }
        let is_first = known.is_none();
        // What was said of a blank volume first holds: it may be formatted by now.
        let new = known.map_or(order.new, |known| known.new);
        let kept = Kept { order: Some(Order { new, ..order }), ..state.kept.clone() };
        kept.save(&self.runtime)?;
        state.kept = kept;
        if is_first {
            state.stage = Some(Stage::Attaching);
            drop(state);
            self.begin_opening();
        }
        Ok(())
    }

    /// How far it is.
    pub async fn report(&self) -> Report {
        let (stage, trouble) = {
            let state = self.state();
            (state.stage, state.trouble)
        };
        let home = self.settings.home.clone();
        let full = stage == Some(Stage::Mounted)
            && spawn_blocking(move || mounts::is_full(&home))
                .await
                .is_ok_and(|full| full == Ok(true));
        Report { stage, trouble, full }
    }

    /// Begins to let go of the home, for good, and says what became of its files.
    pub fn let_go(self: &Arc<Self>) -> Files {
        let mut state = self.state();
        if !state.kept.leaving {
            state.kept.leaving = true;
            // The next keeper would open it again: that is what the agent repeats its order for.
            self.keep(&state.kept);
        }
        self.leaving.send_replace(true);
        if state.kept.left {
            return if state.kept.mounted { Files::Saved } else { Files::Nothing };
        }
        if state.letting.as_ref().is_none_or(JoinHandle::is_finished) {
            state.letting = Some(tokio::spawn(Arc::clone(self).leave()));
        }
        Files::Saving
    }

    fn begin_opening(self: &Arc<Self>) {
        tokio::spawn(Arc::clone(self).open());
    }

    /// The order as it is now.
    pub(super) fn ordered(&self) -> Option<Order> {
        self.state().kept.order.clone()
    }

    /// Notes how far it is. A trouble of before goes with the next stage.
    pub(super) fn is_at(&self, stage: Stage) {
        let mut state = self.state();
        (state.stage, state.trouble) = (Some(stage), None);
    }

    /// Notes that it does not open.
    pub(super) fn has_trouble(&self, trouble: Trouble) {
        let mut state = self.state();
        (state.stage, state.trouble) = (Some(Stage::Failed), Some(trouble));
    }

    /// Whether it failed, and is still being tried.
    pub(super) fn is_in_trouble(&self) -> bool {
        self.state().trouble.is_some()
    }

    /// Notes that there is a home to let go of.
    pub(super) fn has_mounted(&self) {
        let mut state = self.state();
        if !state.kept.mounted {
            state.kept.mounted = true;
            self.keep(&state.kept);
        }
    }

    /// Notes that there is none any more.
    pub(super) fn has_left(&self) {
        let mut state = self.state();
        state.kept.left = true;
        self.keep(&state.kept);
    }

    /// What cannot be kept, the next keeper finds out from what is mounted.
    fn keep(&self, kept: &Kept) {
        if let Err(error) = kept.save(&self.runtime) {
            tracing::error!(error = &error as &dyn std::error::Error, "state not written");
        }
    }

    /// A panic while it was held leaves it whole: each step changes fields at its end.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
