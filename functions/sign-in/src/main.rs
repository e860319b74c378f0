//! The sign-in function: see the library.

use hotdesk::{clock::SystemClock, telemetry, tls};
use lambda_http::{Error, Request, run, service_fn};
use sign_in::{App, handle};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    telemetry::init();
    tls::install();
    let app = &App::load(SystemClock)?;
    run(service_fn(
        move |request: Request| async move { Ok::<_, Error>(handle(app, request).await) },
    ))
    .await
}
