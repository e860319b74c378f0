//! Signing in and out, by the organisation's identity provider (`OpenID` Connect).
//!
//! | route | does |
//! | --- | --- |
//! | `GET /login?next=/path` | to the provider, with an attempt in a cookie |
//! | `GET /callback` | back from there: a session, and on to `next` |
//! | `POST /logout` | ends the session, here and there |
//!
//! The function has no store: an attempt is in a signed cookie, a session too, and what the
//! provider says about itself is kept in the process. Pages for browsers, problem documents for the
//! rest, by `Accept`.

mod account;
mod attempt;
mod callback;
pub mod config;
mod login;
mod logout;
mod next;
mod provider;
mod refusal;
mod source;

use config::{AccountConfig, Origin, ProviderConfig, SessionConfig, SiteConfig};
use hotdesk::{
    audit::{Line, What},
    clock::Clock,
    config::{ConfigError, KeyConfig, load},
    id::UserId,
    problem::Problem,
    token::{Signer, Verifier},
    web::Reply,
};
use http::Method;
use lambda_http::Request;
pub use provider::{Limits, NoProvider, Provider};
use refusal::Refusal;

/// What the function needs.
#[derive(Debug)]
pub struct App<C> {
    /// The time.
    pub clock: C,
    /// Signs sessions and attempts.
    pub signer: Signer,
    /// Checks them.
    pub verifier: Verifier,
    /// The identity provider.
    pub provider: Provider,
    /// Who is let in.
    pub accounts: AccountConfig,
    /// For how long.
    pub session: SessionConfig,
    /// Where hotdesk is, as browsers see it.
    pub origin: Origin,
}

/// Why the function cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A setting is missing or cannot be what it is.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// There cannot be a provider.
    #[error(transparent)]
    Provider(#[from] NoProvider),
}

impl<C> App<C> {
    /// As the environment says. The provider is not asked for anything yet: it may be away while
    /// the function starts.
    ///
    /// # Errors
    /// [`StartError`]; it names the variable, and has no value of any.
    pub fn load(clock: C) -> Result<Self, StartError> {
        let (signer, verifier) = load::<KeyConfig>()?.keys()?;
        let SiteConfig { origin } = load()?;
        let provider = Provider::new(load::<ProviderConfig>()?, &origin, Limits::default())?;
        let (accounts, session) = (load()?, load()?);
        Ok(Self { clock, signer, verifier, provider, accounts, session, origin })
    }
}

impl<C: Clock> App<C> {
    /// A line of the audit trail.
    fn audit(
        &self,
        request: &Request,
        what: What,
        who: Option<&UserId>,
        on: Option<&str>,
        result: &str,
    ) {
        let (at, from) = (self.clock.now(), source::source(request));
        Line { what, at, who, on, from, result }.log();
    }
}

/// Answers a request.
pub async fn handle<C: Clock>(app: &App<C>, request: Request) -> Reply {
    let html = hotdesk_pages::wants_page(request.headers());
    let reply = match route(app, &request, html).await {
        Ok(reply) => reply,
        Err(refusal) => refusal::reply(app, &request, refusal, html),
    };
    hotdesk_pages::varies(reply)
}

async fn route<C: Clock>(app: &App<C>, request: &Request, html: bool) -> Result<Reply, Refusal> {
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/login") => login::login(app, request).await,
        (&Method::GET, "/callback") => callback::callback(app, request).await,
        (&Method::POST, "/logout") => logout::logout(app, request, html).await,
        (_, "/login" | "/callback") => Err(Refusal::Method("GET")),
        (_, "/logout") => Err(Refusal::Method("POST")),
        _ => Err(Refusal::Problem(Problem::NotFound)),
    }
}
