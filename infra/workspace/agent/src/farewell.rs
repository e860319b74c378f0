//! The end of a box's use: open pages save, then the home is let go of.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{task::JoinHandle, time::sleep};

use crate::{access::Access, homes::Homes, keeper::Files};

/// How long open pages go on after the order: VS Code in a browser saves a second after the last key
/// (its setting `files.autoSaveDelay`).
const GRACE: Duration = Duration::from_secs(2);

/// The pause between two questions at the keeper.
const PAUSE: Duration = Duration::from_millis(200);

/// Takes the box from its user, once.
pub struct Farewell {
    access: Arc<Access>,
    homes: Arc<Homes>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    files: Files,
    task: Option<JoinHandle<()>>,
}

impl Farewell {
    /// Goes on with one that an earlier agent of this boot began.
    #[must_use]
    pub fn new(access: Arc<Access>, homes: Arc<Homes>) -> Arc<Self> {
        let state = Mutex::new(State { files: Files::Saving, task: None });
        let this = Arc::new(Self { access, homes, state });
        if this.access.is_drained() {
            this.begin();
        }
        this
    }

    /// Begins it, or goes on with it; how far it is.
    pub(crate) fn begin(self: &Arc<Self>) -> Files {
        if !self.homes.are_there() {
            self.access.close();
            return Files::Nothing;
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.files == Files::Saving && state.task.as_ref().is_none_or(JoinHandle::is_finished) {
            state.task = Some(tokio::spawn(Arc::clone(self).run()));
        }
        state.files
    }

    async fn run(self: Arc<Self>) {
        if !self.access.is_closed() {
            sleep(GRACE).await;
            self.access.close();
        }
        loop {
            match self.homes.let_go().await {
                Ok(Files::Saving) => {}
                Ok(files) => {
                    let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
                    state.files = files;
                    return;
                }
                Err(error) => {
                    let error: &dyn std::error::Error = &error;
                    tracing::error!(error, "no word about the home");
                }
            }
            sleep(PAUSE).await;
        }
    }
}

impl Drop for Farewell {
    fn drop(&mut self) {
        let state = self.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let Some(task) = &state.task {
            task.abort();
        }
    }
}
