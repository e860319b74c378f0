//! The ping function: see the library.

use std::{
    future::{Future, ready},
    pin::Pin,
};

use hotdesk::{clock::SystemClock, config, store::redis::RedisStore, telemetry, tls, web::Reply};
use lambda_http::{Body, Error, IntoResponse, Request, Response, run, service_fn};
use ping::{App, handle};

/// An answer in UTF-8, as all of ours are. The crate's own way links the tables of every other encoding: a tenth of
/// this program.
struct Answer(Reply);

impl IntoResponse for Answer {
    fn into_response(self) -> Pin<Box<dyn Future<Output = Response<Body>> + Send>> {
        Box::pin(ready(self.0.map(Body::from)))
    }
}

#[tokio::main(flavor = "local")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    tls::install();
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
    app.store.connect().await;
    let app: &'static _ = Box::leak(Box::new(app));
    // A task like those that it waits for: the main future would be woken by way of the kernel, at each reply.
    tokio::task::spawn_local(run(service_fn(move |request: Request| async move {
        Ok::<_, Error>(Answer(handle(app, request).await))
    })))
    .await?
}
