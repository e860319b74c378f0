//! The way from a home that is open, or is being opened, to a volume that can be taken away.

use std::{fs, sync::Arc, time::Duration};

use nix::errno::Errno;
use tokio::{
    task::spawn_blocking,
    time::{Instant, sleep},
};

use super::{Keeper, editor, mounts};

/// How long something may hold the home though everything of its user was killed.
const BUSY: Duration = Duration::from_secs(20);

/// The pause between two tries to unmount it.
const PAUSE: Duration = Duration::from_millis(100);

impl Keeper {
    /// Lets go of the home. If it cannot, whoever asks again begins it anew.
    pub(super) async fn leave(self: Arc<Self>) {
        // An opening that is under way ends at its next step.
        let mut work = self.work.lock().await;
        if let Err(error) = editor::stop(&self.settings.editor_control).await {
            // What does not end in good order is killed below.
            tracing::error!(error = &error as &dyn std::error::Error, "editor does not stop");
        }
        if self.settings.home.is_symlink() {
            let gone = fs::remove_file(&self.settings.home);
            if let Err(error) = gone {
                tracing::error!(error = &error as &dyn std::error::Error, "home stays linked");
                return;
            }
        } else if !self.unmounted().await {
            return;
        }
        *work = None;
        self.has_left();
        tracing::info!("home is let go of");
    }

    async fn unmounted(&self) -> bool {
        let end = Instant::now() + BUSY;
        loop {
            match mounts::home_at(&self.settings.home) {
                Ok(None) => return true,
                // Also where the keeper that mounted it was killed before it noted that.
                Ok(Some(_)) => self.has_mounted(),
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "mounts unknown");
                    return false;
                }
            }
            if let Err(error) = editor::kill_all_of(self.settings.owner).await {
                tracing::error!(error = &error as &dyn std::error::Error, "user's processes stay");
            }
            let home = self.settings.home.clone();
            let done = spawn_blocking(move || mounts::unmount(&home)).await;
            match done.unwrap_or(Err(Errno::EINTR)) {
                Ok(()) => continue,
                Err(error) if Instant::now() >= end => {
                    tracing::error!(error = &error as &dyn std::error::Error, "home stays mounted");
                    return false;
                }
                Err(error) => tracing::debug!(%error, "home is in use"),
            }
            sleep(PAUSE).await;
        }
    }
}
