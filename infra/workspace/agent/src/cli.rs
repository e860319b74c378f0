//! The command line, and the agent's run.

use std::{future::IntoFuture, net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use hotdesk::{clock::SystemClock, token::Verifier};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::EnvFilter;

use crate::{
    access::Access,
    cookie::Cookies,
    front::front,
    nginx::render,
    probe::{Readiness, probe},
    runtime::Runtime,
    site::{Front, Site},
};

/// The agent on a hotdesk box
#[derive(Debug, Parser)]
#[command(name = "hotdesk-agent", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What the agent can do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Let the owner in, and answer the control plane's probes
    Serve(ServeArgs),
    /// Print the configuration of the box's nginx
    Nginx {
        /// The box.
        #[command(flatten)]
        site: Site,
        /// What only nginx knows.
        #[command(flatten)]
        front: Front,
    },
}

/// What the agent needs to serve.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The box.
    #[command(flatten)]
    pub site: Site,
    /// File with the control plane's public keys, a JWK set
    #[arg(long, env = "HOTDESK_PUBLIC_KEYS_FILE")]
    pub public_keys: PathBuf,
    /// Private address and port for the control plane's probes
    #[arg(long, env = "HOTDESK_PROBE_LISTEN")]
    pub probe_listen: SocketAddr,
}

/// Does what the command line says.
///
/// # Errors
/// Whatever keeps the agent from serving; it names what to look at.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Serve(args) => serve(args).await,
        Command::Nginx { site, front } => {
            print!("{}", render(&site, &front)?);
            Ok(())
        }
    }
}

/// Serves until SIGTERM or SIGINT.
async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let ServeArgs { site, public_keys, probe_listen } = args;
    let keys = std::fs::read_to_string(&public_keys)
        .with_context(|| format!("cannot read the public keys {}", public_keys.display()))?;
    let verifier = Verifier::from_jwks(&keys)?;
    let runtime = Runtime::open(site.runtime.as_ref())?;
    let cookies = Cookies { https: site.tls.is_some() };
    let clock = Arc::new(SystemClock);
    let access = Arc::new(Access::load(site.instance.clone(), verifier, cookies, &runtime, clock)?);
    let readiness = Readiness::new(site.editor_socket.as_ref(), &runtime)?;

    let for_probes = TcpListener::bind(probe_listen)
        .await
        .with_context(|| format!("cannot listen for probes on {probe_listen}"))?;
    let for_nginx = runtime.listen("agent.sock")?;
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    tracing::info!(instance_id = %site.instance, %probe_listen, "agent serves");

    let probe = axum::serve(for_probes, probe(access.clone(), readiness.clone()));
    let front = axum::serve(for_nginx, front(access, readiness, cookies, site.home));
    tokio::select! {
        ended = probe.into_future() => ended.context("the probe port failed"),
        ended = front.into_future() => ended.context("the socket for nginx failed"),
        _ = term.recv() => Ok(()),
        _ = int.recv() => Ok(()),
    }
}
