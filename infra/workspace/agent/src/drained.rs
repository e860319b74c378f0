//! Whether the control plane has taken the box back: kept until the runtime folder is wiped.

use tokio::sync::watch;

use crate::{
    refusal::Refusal,
    runtime::{Runtime, RuntimeError},
};

const FILE: &str = "drained";

/// Whether the box was drained, for whoever must end when it is.
#[derive(Debug)]
pub(crate) struct Drained {
    runtime: Runtime,
    is: watch::Sender<bool>,
}

impl Drained {
    /// As an earlier agent of this boot left it.
    pub(crate) fn load(runtime: Runtime) -> Result<Self, RuntimeError> {
        let is = runtime.read(FILE)?.is_some();
        Ok(Self { runtime, is: watch::Sender::new(is) })
    }

    pub(crate) fn is(&self) -> bool {
        *self.is.borrow()
    }

    /// To wait for it.
    pub(crate) fn watch(&self) -> watch::Receiver<bool> {
        self.is.subscribe()
    }

    /// Drains the box. It holds at once; [`Refusal::Unwritable`] says that the next agent of this
    /// boot would not know, so the order must come again.
    pub(crate) fn set(&self) -> Result<(), Refusal> {
        self.is.send_replace(true);
        self.runtime.write(FILE, b"").map_err(|error| {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, "drain order not written");
            Refusal::Unwritable
        })
    }
}
