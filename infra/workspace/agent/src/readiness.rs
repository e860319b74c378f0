//! Whether the box can be given to somebody.

use std::{path::Path, sync::Arc, time::Duration};

use reqwest::Client;

use crate::{keys::Keys, proof::Proof};

/// How long each part has to answer: the control plane asks again, so a slow one is not ready yet.
const PATIENCE: Duration = Duration::from_secs(1);

/// Asks the parts of the box whether they serve.
#[derive(Clone, Debug)]
pub struct Readiness {
    editor: Client,
    nginx: Client,
    keys: Arc<Keys>,
    proof: Proof,
}

impl Readiness {
    /// For the editor and the nginx at these sockets.
    ///
    /// # Errors
    /// As `reqwest` has them: no client can be made.
    pub fn new(
        editor_socket: &Path,
        nginx_socket: &Path,
        keys: Arc<Keys>,
        proof: Proof,
    ) -> Result<Self, reqwest::Error> {
        let client =
            |socket: &Path| Client::builder().unix_socket(socket).timeout(PATIENCE).build();
        Ok(Self { editor: client(editor_socket)?, nginx: client(nginx_socket)?, keys, proof })
    }

    /// What the box still waits for: parts that do not serve yet, the public keys, the reset.
    pub async fn waiting_for(&self) -> Vec<&'static str> {
        let (editor, nginx) = tokio::join!(serves(&self.editor), serves(&self.nginx));
        let (keys, reset) = (self.keys.are_known(), self.proof.holds());
        let parts = [("editor", editor), ("nginx", nginx), ("keys", keys), ("reset", reset)];
        parts.into_iter().filter_map(|(name, is_there)| (!is_there).then_some(name)).collect()
    }

    /// Whether the editor serves.
    pub async fn editor_serves(&self) -> bool {
        serves(&self.editor).await
    }
}

/// Whether that part serves.
///
/// The editor is asked for its version and not for `/healthz`, which code-server answers before it
/// has loaded VS Code: the first who asks for more waits for that, and here it is the probe of a
/// spare and not a user.
async fn serves(part: &Client) -> bool {
    let answer = part.get("http://box/version").send().await;
    answer.is_ok_and(|response| response.status().is_success())
}
