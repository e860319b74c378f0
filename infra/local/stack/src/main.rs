//! All of hotdesk on one machine.

use std::process::ExitCode;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    hotdesk_stack::cli::run().await.unwrap_or_else(|error| {
        eprintln!("hotdesk-stack: {error:#}");
        ExitCode::FAILURE
    })
}
