//! The dispatch function: see the library.

use dispatch::{App, handle};
use hotdesk::{
    clock::SystemClock, config, metrics::definition::Function, store::redis::RedisStore, telemetry,
};
use hotdesk_aws::{dynamo_seats, sdk_config};
use lambda_http::{Error, Request, run, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init_metered(Function::Dispatch)?;
    let at: config::StoreConfig = config::load()?;
    let table: config::SeatsConfig = config::load()?;
    let keys: config::KeyConfig = config::load()?;
    let times: config::TimesConfig = config::load()?;
    let (signer, verifier) = keys.keys()?;
    let sdk = sdk_config().await;
    let app = App {
        store: RedisStore::open(&at)?,
        seats: dynamo_seats(table, &sdk),
        clock: SystemClock,
        signer,
        verifier,
        seat_token_lifetime: keys.seat_token_lifetime(),
        times: times.times(),
        web: config::load()?,
    };
    app.store.connect().await;
    let app = &app;
    run(service_fn(
        move |request: Request| async move { Ok::<_, Error>(handle(app, request).await) },
    ))
    .await
}
