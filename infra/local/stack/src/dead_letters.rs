//! Events that no function would take, kept for whoever looks for them.

use std::{fs::File, io::Write, path::PathBuf};

use serde_json::{Value, json};

use crate::lambda::InvokeError;

/// A file with one JSON object a line.
#[derive(Clone, Debug)]
pub struct DeadLetters(PathBuf);

impl DeadLetters {
    /// Keeps them in `file`, which need not exist.
    #[must_use]
    pub fn new(file: PathBuf) -> Self {
        Self(file)
    }

    /// Adds one, and says so in the log.
    pub fn add(&self, function: &str, event: &Value, error: &InvokeError) {
        tracing::error!(function, %error, file = %self.0.display(), "event given up");
        let line = json!({ "function": function, "error": error.to_string(), "event": event });
        let file = File::options().create(true).append(true).open(&self.0);
        if let Err(error) = file.and_then(|mut file| writeln!(file, "{line}")) {
            tracing::error!(%error, "dead letter lost");
        }
    }
}
