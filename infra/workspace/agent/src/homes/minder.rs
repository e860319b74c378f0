//! What the agent asks of the keeper.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use hotdesk::{
    clock::Ms,
    homes::{Stage, Trouble},
};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde::de::DeserializeOwned;

use crate::keeper::{Files, Letting, Order, Report, SOCKET};

/// The keeper's one resource; the host is no name, as the socket says who it is.
const ADDRESS: &str = "http://keeper/home";

/// How long the keeper has to answer: it never waits for its work.
const PATIENCE: Duration = Duration::from_secs(2);

/// How long the keeper may be silent before that is the box's trouble: it is started again within
/// seconds.
const SILENT: Duration = Duration::from_secs(60);

/// Why the keeper gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeeperError {
    #[error("the keeper does not answer")]
    Http(#[from] reqwest::Error),
    #[error("the keeper refuses with {0}")]
    Refused(StatusCode),
}

/// The way to the keeper.
#[derive(Debug)]
pub(super) struct Minder {
    client: Client,
    /// Since when it has not answered.
    silent: Mutex<Option<Ms>>,
}

impl Minder {
    /// To the keeper that has that folder.
    pub(super) fn new(folder: &Path) -> Result<Self, reqwest::Error> {
        let client =
            Client::builder().unix_socket(folder.join(SOCKET)).timeout(PATIENCE).build()?;
        Ok(Self { client, silent: Mutex::default() })
    }

    /// Whether it answers.
    pub(super) async fn serves(&self) -> bool {
        answer::<Report>(self.client.get(ADDRESS)).await.is_ok()
    }

    /// Has it know the order, and says how far it is at `now`: not yet at it while it does not
    /// answer, and in trouble once that lasts.
    pub(super) async fn order(&self, order: &Order, now: Ms) -> Report {
        let answered = answer(self.client.put(ADDRESS).json(order)).await;
        let mut silent = self.silent.lock().unwrap_or_else(PoisonError::into_inner);
        let error = match answered {
            Ok(report) => {
                *silent = None;
                return report;
            }
            Err(error) => error,
        };
        tracing::warn!(error = &error as &dyn std::error::Error, "no answer about the home");
        let (stage, trouble) = if now.since(*silent.get_or_insert(now)) >= SILENT {
            (Stage::Failed, Some(Trouble::System))
        } else {
            (Stage::Attaching, None)
        };
        Report { stage: Some(stage), trouble, full: false }
    }

    /// Has it let go of the home, and says how far it is with that.
    pub(super) async fn let_go(&self) -> Result<Files, KeeperError> {
        Ok(answer::<Letting>(self.client.delete(ADDRESS)).await?.files)
    }
}

async fn answer<T: DeserializeOwned>(request: RequestBuilder) -> Result<T, KeeperError> {
    let response = request.send().await?;
    match response.status() {
        StatusCode::OK => Ok(response.json().await?),
        status => Err(KeeperError::Refused(status)),
    }
}
