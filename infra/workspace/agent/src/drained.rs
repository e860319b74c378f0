//! Whether the control plane has taken the box back: kept until the runtime folder is wiped.

use tokio::sync::watch;

use crate::{
    refusal::Refusal,
    runtime::{Runtime, RuntimeError},
};

const FILE: &str = "drained";

/// Who may pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Door {
    /// Whoever has a ticket or a pass.
    Open,
    /// What is open goes on, so that it can save; nothing new.
    Closing,
    /// Nobody.
    Closed,
}

/// Whether the box was drained, for whoever must end when it is.
#[derive(Debug)]
pub(crate) struct Drained {
    runtime: Runtime,
    door: watch::Sender<Door>,
}

impl Drained {
    /// As an earlier agent of this boot left it: what was open then is not any more.
    pub(crate) fn load(runtime: Runtime) -> Result<Self, RuntimeError> {
        let door = if runtime.read(FILE)?.is_some() { Door::Closed } else { Door::Open };
        Ok(Self { runtime, door: watch::Sender::new(door) })
    }

    pub(crate) fn door(&self) -> Door {
        *self.door.borrow()
    }

    /// To wait for it.
    pub(crate) fn watch(&self) -> watch::Receiver<Door> {
        self.door.subscribe()
    }

    /// Drains the box: nothing new is let in. It holds at once; [`Refusal::Unwritable`] says that
    /// the next agent of this boot would not know, so the order must come again.
    pub(crate) fn set(&self) -> Result<(), Refusal> {
        self.turn(Door::Closing);
        self.runtime.write(FILE, b"").map_err(|error| {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, "drain order not written");
            Refusal::Unwritable
        })
    }

    /// Ends what is still open.
    pub(crate) fn close(&self) {
        self.turn(Door::Closed);
    }

    /// Never back.
    fn turn(&self, to: Door) {
        self.door.send_if_modified(|door| {
            let turns = *door < to;
            *door = (*door).max(to);
            turns
        });
    }
}
