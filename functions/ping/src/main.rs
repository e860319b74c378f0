//! The ping function: see the library.

use hotdesk::{clock::SystemClock, config, store::redis::RedisStore, telemetry, tls};
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use ping::{
    App,
    event::{Answer, request},
    handle,
};
use serde_json::value::RawValue;

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
    let runtime = Runtime::new(service_fn(move |event: LambdaEvent<Box<RawValue>>| async move {
        let request = request(event.payload.get())?;
        Ok::<_, Error>(Answer::from(handle(app, request).await))
    }));
    // A task like those that it waits for: the main future would be woken by way of the kernel, at each reply.
    tokio::task::spawn_local(runtime.run()).await?
}
