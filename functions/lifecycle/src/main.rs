//! The lifecycle function: see the library.

use aws_lambda_events::eventbridge::EventBridgeEvent;
use hotdesk::{config, metrics::definition::Function, telemetry};
use hotdesk_aws::{control_plane, failure};
use lambda_runtime::{Diagnostic, Error, LambdaEvent, run, service_fn};
use lifecycle::{App, Error as Failure, handle};
use serde_json::Value;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init_metered(Function::Lifecycle)?;
    let fleet: config::FleetConfig = config::load()?;
    let app = App { plane: control_plane().await?, group: fleet.asg_name };
    let app = &app;
    let serve = move |event: LambdaEvent<EventBridgeEvent<Value>>| async move {
        handle(app, event.payload, event.context.request_id).await.map_err(|e| match e {
            Failure::Flow(e) => failure(&e),
            Failure::Event(e) => {
                Diagnostic { error_type: "event".into(), error_message: e.to_string() }
            }
        })
    };
    run(service_fn(serve)).await
}
