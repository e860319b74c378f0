//! The command line, and the agent's run.

use std::{future::IntoFuture, net::SocketAddr, path::PathBuf, sync::Arc};

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use hotdesk::clock::SystemClock;
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tracing_subscriber::EnvFilter;

use crate::{
    access::Access,
    cookie::Cookies,
    farewell::Farewell,
    front::front,
    homes::{Homes, HomesMode},
    keeper::{KeepArgs, keep},
    keys::{Keys, REFRESH},
    nginx::render,
    plain::WebUrl,
    probe::probe,
    proof::Proof,
    readiness::Readiness,
    runtime::{Runtime, listen},
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
    /// Put the user's home on the box, and take it away again, as the agent says; needs root
    Keep(KeepArgs),
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
    /// Where the control plane publishes its public keys, a JWK set: by https, or on this machine
    /// [default: /.well-known/jwks.json at the address where people get a workspace]
    #[arg(long, env = "HOTDESK_KEYS_URL")]
    pub keys_url: Option<WebUrl>,
    /// File in which the reset of the box leaves the id of the boot as the last thing that it does;
    /// until it says this boot's, the box is not ready
    #[arg(long, env = "HOTDESK_RESET_PROOF")]
    pub reset_proof: PathBuf,
    /// Id of this boot [default: the kernel's]
    #[arg(long, env = "HOTDESK_BOOT_ID")]
    pub boot_id: Option<String>,
    /// Private address and port for the control plane's probes and orders
    #[arg(long, env = "HOTDESK_PROBE_LISTEN")]
    pub probe_listen: SocketAddr,
    /// Whether users have homes; without them, what they write goes with the box
    #[arg(long, env = "HOTDESK_HOMES", value_enum, default_value = "volume")]
    pub homes: HomesMode,
    /// The keeper's folder, where its socket is
    #[arg(long, env = "HOTDESK_KEEPER_DIR", default_value = "/run/hotdesk/keeper")]
    pub keeper_dir: PathBuf,
}

/// Does what the command line says.
///
/// # Errors
/// Whatever keeps the agent from serving; it names what to look at.
pub async fn run(cli: Cli) -> anyhow::Result<()> {
    match cli.command {
        Command::Serve(args) => {
            log();
            serve(args).await
        }
        Command::Keep(args) => {
            log();
            keep(args).await
        }
        Command::Nginx { site, front } => {
            print!("{}", render(&site, &front)?);
            Ok(())
        }
    }
}

fn log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// Serves until SIGTERM or SIGINT.
async fn serve(args: ServeArgs) -> anyhow::Result<()> {
    let ServeArgs { site, keys_url, reset_proof, boot_id, probe_listen, homes, keeper_dir } = args;
    let runtime = Runtime::open(site.runtime.as_ref())?;
    let cookies = Cookies { https: site.tls.is_some() };
    let clock = Arc::new(SystemClock);
    let keys_url = keys_url.unwrap_or_else(|| site.home.join("/.well-known/jwks.json"));
    let keys = Arc::new(Keys::load(&keys_url, &runtime, clock.clone())?);
    let access = Access::load(site.instance.clone(), keys.clone(), cookies, &runtime, clock)?;
    let access = Arc::new(access);
    let homes = Arc::new(Homes::load(homes, &keeper_dir, &runtime)?);
    let farewell = Farewell::new(access.clone(), homes.clone());
    let proof = Proof::new(reset_proof, boot_id).context("cannot tell which boot this is")?;
    let editor_socket: PathBuf = site.editor_socket.as_ref().into();
    let nginx_socket = site.nginx_socket();
    let readiness = Readiness::new(&editor_socket, nginx_socket.as_ref(), keys.clone(), proof)?;

    let for_probes = TcpListener::bind(probe_listen)
        .await
        .with_context(|| format!("cannot listen for probes on {probe_listen}"))?;
    let for_nginx = listen(site.agent_socket().as_ref())?;
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    tracing::info!(instance_id = %site.instance, %probe_listen, %keys_url, "agent serves");

    let probe = probe(access.clone(), homes.clone(), farewell, readiness.clone())
        .into_make_service_with_connect_info::<SocketAddr>();
    let front = front(access, homes, readiness, editor_socket, cookies, site.home);
    tokio::select! {
        ended = axum::serve(for_probes, probe).into_future() => {
            ended.context("the probe port failed")
        }
        ended = axum::serve(for_nginx, front).into_future() => {
            ended.context("the socket for nginx failed")
        }
        () = keys.keep_fresh(REFRESH) => Ok(()),
        _ = term.recv() => Ok(()),
        _ = int.recv() => Ok(()),
    }
}
