//! The control plane's public keys: fetched from where it publishes them, and kept.
//!
//! Two keys may be in the set while they rotate, so a new one is known before it signs. The last
//! good set is kept in the runtime folder: while nobody answers, it goes on being the one that
//! tokens are checked against, and an answer that is no set changes nothing.

use std::{
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use hotdesk::{
    clock::{Clock, Ms},
    token::{Claims, Verifier},
};
use reqwest::{Client, Response, Url};
use tokio::sync::Mutex;

use crate::{plain::WebUrl, refusal::Refusal, runtime::Runtime};

const FILE: &str = "keys.json";

/// How long a set is used before it is fetched again.
pub const REFRESH: Duration = Duration::from_secs(300);

/// The pause after a fetch that brought nothing.
const RETRY: Duration = Duration::from_secs(5);

/// Tokens that name unknown keys make the agent look again, but no more often than this: anybody
/// can send such tokens.
const PAUSE: Duration = Duration::from_secs(10);

/// How long an answer may take, and how large it may be: two keys need 300 bytes.
const PATIENCE: Duration = Duration::from_secs(5);
const LIMIT: usize = 64 * 1024;

/// Why keys cannot be fetched from an address.
#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    /// Whoever is on the way could put in keys of their own.
    #[error("public keys come by https, or from this machine itself")]
    Plain,
    /// No client can be made.
    #[error("no client for the public keys")]
    Client(#[from] reqwest::Error),
}

/// Why a fetch brought no keys.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("the keys were not answered for")]
    Http(#[from] reqwest::Error),
    #[error("the answer is larger than any set of keys")]
    Size,
    #[error("the answer is no set of keys")]
    Set,
}

/// The public keys that the agent knows.
pub struct Keys {
    url: Url,
    client: Client,
    runtime: Runtime,
    clock: Arc<dyn Clock>,
    set: RwLock<Option<Arc<Verifier>>>,
    /// When they were last asked for; held while they are, so that one fetch runs at a time.
    asked: Mutex<Option<Ms>>,
}

impl Keys {
    /// The keys that an earlier agent of this boot has fetched, or none yet, and more from `url`.
    ///
    /// # Errors
    /// [`KeysError`] if nothing can be fetched from there.
    pub fn load(url: &WebUrl, runtime: &Runtime, clock: Arc<dyn Clock>) -> Result<Self, KeysError> {
        let url = Url::parse(&url.to_string()).map_err(|_| KeysError::Plain)?;
        if url.scheme() != "https" && !is_this_machine(&url) {
            return Err(KeysError::Plain);
        }
        let none = reqwest::redirect::Policy::none();
        let client = Client::builder().redirect(none).timeout(PATIENCE).build()?;
        let kept = runtime.read(FILE).ok().flatten();
        let kept = kept.and_then(|set| Verifier::from_jwks(std::str::from_utf8(&set).ok()?).ok());
        let (set, asked) = (RwLock::new(kept.map(Arc::new)), Mutex::new(None));
        Ok(Self { url, client, runtime: runtime.clone(), clock, set, asked })
    }

    /// Whether there are keys to check tokens with.
    #[must_use]
    pub fn are_known(&self) -> bool {
        self.set().is_some()
    }

    /// The claims of a token for `audience`. A token by an unknown key makes the agent look for new
    /// keys first.
    ///
    /// # Errors
    /// [`Refusal::Ticket`] if it is none of the control plane's, or over; [`Refusal::NoKeys`] while
    /// there are no keys.
    pub(crate) async fn verify<C: Claims>(
        &self,
        token: &str,
        audience: &str,
    ) -> Result<C, Refusal> {
        let known = self.set().filter(|set| !set.lacks_key_of(token));
        let set = match known {
            Some(set) => set,
            None => {
                self.look_again().await;
                self.set().ok_or(Refusal::NoKeys)?
            }
        };
        Ok(set.verify(token, audience, self.clock.now())?)
    }

    /// Fetches the keys now, at every `period`, and soon again where that brought nothing.
    pub async fn keep_fresh(&self, period: Duration) {
        loop {
            let fresh = {
                let mut asked = self.asked.lock().await;
                self.fetch(&mut asked).await
            };
            tokio::time::sleep(if fresh { period } else { RETRY.min(period) }).await;
        }
    }

    async fn look_again(&self) {
        let mut asked = self.asked.lock().await;
        let now = self.clock.now();
        // A clock that was set back says nothing about the pause.
        if asked.is_some_and(|asked| asked <= now && now.since(asked) < PAUSE) {
            return;
        }
        self.fetch(&mut asked).await;
    }

    /// Whether there is a good set by now.
    async fn fetch(&self, asked: &mut Option<Ms>) -> bool {
        let got = self.get().await;
        *asked = Some(self.clock.now());
        match got {
            Ok(set) => {
                self.keep(set);
                true
            }
            Err(error) => {
                let error: &dyn std::error::Error = &error;
                tracing::warn!(error, "no public keys fetched; those that are known stay");
                false
            }
        }
    }

    async fn get(&self) -> Result<Verifier, FetchError> {
        let answer = self.client.get(self.url.clone()).send().await?.error_for_status()?;
        let body = bounded(answer).await?;
        let text = std::str::from_utf8(&body).map_err(|_| FetchError::Set)?;
        Verifier::from_jwks(text).map_err(|_| FetchError::Set)
    }

    fn keep(&self, set: Verifier) {
        if self.set().is_some_and(|old| old.jwks() == set.jwks()) {
            return;
        }
        tracing::info!(keys = ?set, "public keys changed");
        if let Err(error) = self.runtime.write(FILE, set.jwks().as_bytes()) {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, "public keys not kept for the next agent of this boot");
        }
        *self.set.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(set));
    }

    fn set(&self) -> Option<Arc<Verifier>> {
        self.set.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("url", &self.url.as_str()).field("set", &self.set()).finish()
    }
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

async fn bounded(mut answer: Response) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        if body.len() + chunk.len() > LIMIT {
            return Err(FetchError::Size);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
