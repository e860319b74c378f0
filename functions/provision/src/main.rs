//! The provision function: see the library.

use aws_lambda_events::dynamodb::Event;
use hotdesk::{metrics::definition::Function, telemetry};
use hotdesk_aws::{control_plane, failure};
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use provision::handle;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init_metered(Function::Provision)?;
    let plane = control_plane().await?;
    let plane = &plane;
    let serve = move |event: LambdaEvent<Event>| async move {
        handle(plane, event.payload, event.context.request_id).await.map_err(|e| failure(&e))
    };
    run(service_fn(serve)).await
}
