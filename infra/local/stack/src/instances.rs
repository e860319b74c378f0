//! Functions as processes of our own, in the place of those that cargo-lambda starts: it does not
//! notice when one dies, and whoever had called it would wait for ever. Here another one takes its
//! place, as in Lambda.

use std::{io, path::PathBuf, time::Duration};

use nix::sys::signal::Signal;
use tokio::time::sleep;

use crate::{
    console::say,
    folders::Folders,
    functions::CONCURRENCY,
    ports,
    process::{Process, bound, log_to},
    runtime::{Runtime, Slot},
    settings::Settings,
    tools,
};

/// How many instances of each function there are, all the time. Nobody calls the idle-reaper twice at
/// once, nor `provision`.
const FUNCTIONS: [(&str, usize); 6] = [
    ("dispatch", CONCURRENCY),
    ("idle-reaper", 1),
    ("lifecycle", CONCURRENCY),
    ("ping", CONCURRENCY),
    ("provision", 1),
    ("sign-in", CONCURRENCY),
];

/// The pause before another one takes the place of one that has died.
const PAUSE: Duration = Duration::from_millis(100);

/// Starts all functions, with `variables`, and another one for each that ends, for as long as this
/// process runs.
///
/// # Errors
/// One is not built, or the port of the runtime API is taken.
pub async fn run(
    settings: &Settings,
    folders: &Folders,
    variables: &[(&str, String)],
) -> io::Result<()> {
    let functions = FUNCTIONS.iter().flat_map(|&(name, many)| std::iter::repeat_n(name, many));
    let runtime = Runtime::serve(ports::RUNTIME, ports::API, functions).await?;
    let variables: Vec<_> =
        variables.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    for slot in runtime.slots() {
        let instance = Instance {
            binary: tools::built(slot.function(), settings.release)?,
            log: folders.log("functions"),
            variables: variables.clone(),
        };
        tokio::spawn(keep(instance, slot, runtime.clone()));
    }
    Ok(())
}

/// What it takes to start one.
struct Instance {
    binary: PathBuf,
    log: PathBuf,
    variables: Vec<(String, String)>,
}

impl Instance {
    fn start(&self, slot: &Slot) -> io::Result<Process> {
        let mut command = bound(Signal::SIGKILL, &self.binary);
        crate::environment::foreign().for_each(|name| {
            command.env_remove(name);
        });
        command.envs(self.variables.iter().cloned());
        command.envs([
            ("AWS_LAMBDA_FUNCTION_NAME", slot.function()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "1"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "4096"),
            ("AWS_LAMBDA_RUNTIME_API", slot.address()),
        ]);
        log_to(&mut command, &self.log)?;
        Process::spawn(command)
    }
}

/// One after the other in a slot.
async fn keep(instance: Instance, slot: Slot, runtime: Runtime) {
    loop {
        match instance.start(&slot) {
            Ok(mut process) => {
                runtime.began(&slot, process.id());
                let ended = process.wait().await;
                let called = runtime.ended(&slot).await;
                let ended = ended.map_or_else(|error| error.to_string(), |how| how.to_string());
                let at = if called { "in a call" } else { "idle" };
                say("functions", format!("{} ended {at}: {ended}", slot.function()));
            }
            Err(error) => say("functions", format!("{}: {error}", slot.function())),
        }
        sleep(PAUSE).await;
    }
}
