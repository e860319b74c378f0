//! The command line.

use std::{env, ffi::OsString, process::ExitCode};

use anyhow::Context;
use clap::{Parser, Subcommand};
use nix::sys::signal::Signal;

use crate::{
    console::say, folders::Folders, guard, ports, process::bound, settings::Settings, stack,
};

/// All of hotdesk on one machine
#[derive(Debug, Parser)]
#[command(name = "hotdesk-stack", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run it in the foreground, until Ctrl-C
    Up(Settings),
    /// The part of `up` that does the work; `up` sees to what it leaves
    #[command(hide = true)]
    Serve(Settings),
    /// Run a command, and end all that came of it with it
    Guard {
        /// The command.
        #[arg(required = true, trailing_var_arg = true, allow_hyphen_values = true)]
        command: Vec<OsString>,
    },
}

/// Does what the command line says; the exit code is for the shell.
///
/// # Errors
/// Whatever keeps the stack from running; it says what to look at.
pub async fn run() -> anyhow::Result<ExitCode> {
    match Cli::parse().command {
        Command::Up(_) => up().await,
        Command::Serve(settings) => stack::run(&settings).await.map(|()| ExitCode::SUCCESS),
        Command::Guard { command } => {
            let mut guarded = bound(Signal::SIGTERM, &command[0]);
            guarded.args(&command[1..]);
            Ok(guard::run(guarded).await?)
        }
    }
}

async fn up() -> anyhow::Result<ExitCode> {
    ports::check().context("is another stack running, or something else there?")?;
    let folders = Folders::of_the_stack();
    folders.make().context("cannot make the folder .local")?;
    let mut serve = bound(Signal::SIGTERM, env::current_exe()?);
    serve.arg("serve").args(env::args_os().skip(2));
    let code = guard::run(serve).await;
    folders.clear().context("cannot clean the folder .local")?;
    say("hotdesk", "is down, nothing is left running");
    Ok(code?)
}
