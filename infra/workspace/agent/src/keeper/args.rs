//! What the keeper is told, and its run.

use std::{future::IntoFuture, path::PathBuf, time::Duration};

use anyhow::Context;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use super::{Keeper, SOCKET, Settings, keeper};
use crate::runtime::{Runtime, listen};

/// AWS attaches in seconds, and gives up on a machine that is lost within minutes.
const MISSING_AFTER: Duration = Duration::from_secs(300);

const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// What the keeper needs to serve.
#[derive(Debug, Args)]
pub struct KeepArgs {
    /// Its folder: what it knows, and its socket keeper.sock; the folder's group may use that.
    /// Emptied at every boot
    #[arg(long, env = "HOTDESK_KEEPER_DIR")]
    pub folder: PathBuf,
    /// The program that stops and starts the editor: `stop` returns when it has ended
    #[arg(long, env = "HOTDESK_EDITOR_CONTROL")]
    pub editor_control: PathBuf,
    /// Where the home is mounted
    #[arg(long, env = "HOTDESK_HOME_DIR", default_value = "/home/developer")]
    pub home: PathBuf,
    /// The number of the user whose home it is, and of their group
    #[arg(long, env = "HOTDESK_HOME_OWNER", default_value_t = 2000)]
    pub owner: u32,
    /// On a desk: the folder in which volumes appear, each a folder of its name with a file `image`
    /// that stands for a disk, or a folder `files` [default: volumes are disks]
    #[arg(long, env = "HOTDESK_VOLUMES")]
    pub volumes: Option<PathBuf>,
    /// Where the kernel lists disks
    #[arg(long, default_value = "/sys/block", hide = true)]
    pub sys_block: PathBuf,
    /// Where disks have their nodes
    #[arg(long, default_value = "/dev", hide = true)]
    pub dev: PathBuf,
}

/// Serves until SIGTERM or SIGINT. What is mounted stays so.
///
/// # Errors
/// Whatever keeps the keeper from serving; it names what to look at.
pub async fn keep(args: KeepArgs) -> anyhow::Result<()> {
    let settings = Settings {
        volumes: args.volumes,
        home: args.home,
        owner: args.owner,
        editor_control: args.editor_control,
        sys_block: args.sys_block,
        dev: args.dev,
        missing_after: MISSING_AFTER,
        again_after: AGAIN_AFTER,
    };
    // Root is no user of a box: everything of it would be killed.
    anyhow::ensure!(settings.owner != 0, "a home is no home of root's");
    let runtime = Runtime::open(args.folder)?;
    let socket = listen(&runtime.path(SOCKET))?;
    let mut term = signal(SignalKind::terminate())?;
    let mut int = signal(SignalKind::interrupt())?;
    tracing::info!(home = %settings.home.display(), "keeper serves");
    let routes = keeper(Keeper::start(settings, runtime)?);
    tokio::select! {
        ended = axum::serve(socket, routes).into_future() => ended.context("the socket failed"),
        _ = term.recv() => Ok(()),
        _ = int.recv() => Ok(()),
    }
}
