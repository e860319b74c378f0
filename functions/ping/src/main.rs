//! The ping function: see the library.

use hotdesk::{clock::SystemClock, config, store::redis::RedisStore, telemetry};
use lambda_http::{Error, Request, run, service_fn};
use ping::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    let at: config::StoreConfig = config::load()?;
    let keys: config::KeyConfig = config::load()?;
    let (signer, verifier) = keys.keys()?;
    let app = App {
        store: RedisStore::open(&at)?,
        clock: SystemClock,
        signer,
        verifier,
        token_lifetime: keys.seat_token_lifetime(),
    };
    let app = &app;
    run(service_fn(
        move |request: Request| async move { Ok::<_, Error>(handle(app, request).await) },
    ))
    .await
}
