//! The idle-reaper function: see the library.

use hotdesk::{metrics::definition::Function, telemetry};
use hotdesk_aws::{control_plane, failure};
use idle_reaper::handle;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde::de::IgnoredAny;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init_metered(Function::IdleReaper)?;
    let plane = control_plane().await?;
    let plane = &plane;
    let serve = move |event: LambdaEvent<IgnoredAny>| async move {
        handle(plane, event.context.request_id).await.map_err(|e| failure(&e))
    };
    run(service_fn(serve)).await
}
