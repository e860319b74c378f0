//! Invoking functions, as AWS does it for events.

use std::fmt;

use serde_json::Value;

/// The most of a function's error that is kept.
const ERROR_LENGTH: usize = 500;

/// Where the functions are invoked: `cargo lambda watch`.
#[derive(Clone, Debug)]
pub struct Lambda {
    client: reqwest::Client,
    endpoint: String,
}

/// Why there is no answer of a function.
#[derive(Debug)]
pub enum InvokeError {
    /// Nobody could be asked.
    Unreachable(reqwest::Error),
    /// The function failed; what it said, cut to a line.
    Failed(String),
}

impl fmt::Display for InvokeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) => write!(f, "cannot be invoked: {error}"),
            Self::Failed(message) => write!(f, "failed: {message}"),
        }
    }
}

impl std::error::Error for InvokeError {}

impl Lambda {
    /// Invokes at `endpoint`, an origin without a slash at its end.
    #[must_use]
    pub fn new(endpoint: &str) -> Self {
        Self { client: reqwest::Client::new(), endpoint: endpoint.to_owned() }
    }

    /// Invokes a function and waits for its answer, however long it takes: cargo-lambda would not
    /// stop a function that nobody waits for. (Lambda API, Invoke, `RequestResponse`.)
    ///
    /// # Errors
    /// The function failed or cannot be invoked.
    pub async fn invoke(&self, function: &str, event: &Value) -> Result<Value, InvokeError> {
        let url = format!("{}/2015-03-31/functions/{function}/invocations", self.endpoint);
        let answer = self.client.post(url).json(event).send().await;
        let answer = answer.map_err(InvokeError::Unreachable)?;
        if answer.status().is_success() {
            return answer.json().await.map_err(InvokeError::Unreachable);
        }
        let mut message =
            format!("{} {}", answer.status(), answer.text().await.unwrap_or_default());
        message.truncate(message.floor_char_boundary(ERROR_LENGTH));
        Err(InvokeError::Failed(message.replace('\n', " ")))
    }
}
