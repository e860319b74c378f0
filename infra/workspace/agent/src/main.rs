//! The agent on a box; see the library.

use clap::Parser;

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    hotdesk::tls::install();
    hotdesk_agent::run(hotdesk_agent::Cli::parse()).await
}
