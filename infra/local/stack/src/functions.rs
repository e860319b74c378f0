//! The functions, under `cargo lambda watch`: it stands for Lambda and for API Gateway, by the
//! routes in the workspace's Cargo.toml.

use std::{
    env,
    ffi::OsString,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context, bail};
use futures::future::try_join_all;
use nix::sys::signal::Signal;
use reqwest::{Client, Method, redirect::Policy};
use serde_json::json;
use tokio::{
    net::TcpStream,
    time::{sleep, timeout},
};

use crate::{
    environment,
    folders::Folders,
    lambda::Lambda,
    ports,
    process::{POLL, Process, bound, log_to},
    settings::Settings,
    tools,
    versions::alternate,
};

/// How many instances of a function there are at most.
pub(crate) const CONCURRENCY: usize = 4;

/// How long functions get to start; they are built by then.
const START: Duration = Duration::from_secs(120);

/// Starts the emulator of this version at the API's port, or with an older one beside it those of
/// both, and returns once they listen.
///
/// # Errors
/// As [`start`].
pub async fn start_all(
    settings: &Settings,
    folders: &Folders,
    python: &Path,
    variables: &[(&str, String)],
) -> io::Result<Vec<(&'static str, Process)>> {
    let mut started = Vec::new();
    for (from, port) in versions(settings).iter().zip(listening(settings)) {
        let process = start(settings, folders, python, from, *port, variables).await?;
        started.push((from.name, process));
    }
    if settings.older.is_some() {
        alternate(ports::API, [ports::NEW, ports::OLDER]).await?;
    }
    Ok(started)
}

/// Where each version's functions listen.
#[must_use]
pub fn listening(settings: &Settings) -> &'static [u16] {
    if settings.older.is_some() { &[ports::NEW, ports::OLDER] } else { &[ports::API] }
}

/// A version of the functions.
struct Version<'a> {
    /// Of its log.
    name: &'static str,
    /// Its workspace.
    folder: &'a Path,
    /// Where it was built; where the environment says, if not here.
    target: Option<PathBuf>,
}

fn versions(settings: &Settings) -> Vec<Version<'_>> {
    let this = Version { name: "functions", folder: tools::root(), target: None };
    let older = settings.older.iter().map(|folder| Version {
        name: "older-functions",
        folder,
        target: Some(folder.join("target")),
    });
    [this].into_iter().chain(older).collect()
}

/// Starts the emulator, with `variables` for the functions, and returns once it listens.
///
/// # Errors
/// It is not installed, or does not listen.
async fn start(
    settings: &Settings,
    folders: &Folders,
    python: &Path,
    from: &Version<'_>,
    port: u16,
    variables: &[(&str, String)],
) -> io::Result<Process> {
    let mut command = bound(Signal::SIGTERM, env::current_exe()?);
    command.args(["guard", "cargo", "lambda", "watch", "--wait", "--ignore-changes"]);
    command.args(["--disable-cors", "--invoke-address", "127.0.0.1"]);
    command.args(["--invoke-port", &port.to_string()]);
    if settings.revive {
        // It does not notice when one dies: see `instances`.
        command.arg("--only-lambda-apis");
    } else {
        command.args(["--concurrency", &CONCURRENCY.to_string()]);
    }
    command.arg("--manifest-path").arg(from.folder.join("Cargo.toml"));
    if settings.release {
        command.arg("--release");
    }
    let mut path = OsString::from(python.join("bin"));
    if let Some(rest) = env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    if let Some(target) = &from.target {
        command.env("CARGO_TARGET_DIR", target);
    }
    environment::foreign().for_each(|name| {
        command.env_remove(name);
    });
    command.current_dir(&folders.run).env("PATH", path).envs(variables.iter().cloned());
    log_to(&mut command, &folders.log(from.name))?;
    let mut process = Process::spawn(command)?;
    while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
        if let Some(status) = process.ended()? {
            return Err(io::Error::other(format!("cargo lambda watch ended: {status}")));
        }
        sleep(POLL).await;
    }
    Ok(process)
}

/// Has every function of each version answer, so that nobody waits for the first start of one. The
/// idle-reaper is left to the schedule, which may run only one at a time.
///
/// # Errors
/// One does not answer in time.
pub async fn warm_all(settings: &Settings) -> anyhow::Result<()> {
    let apis = listening(settings).iter().map(|port| format!("http://127.0.0.1:{port}"));
    try_join_all(apis.map(async |api| warm(&api, &Lambda::new(&api)).await)).await.map(drop)
}

async fn warm(api: &str, lambda: &Lambda) -> anyhow::Result<()> {
    // A sign-in leads elsewhere.
    let client = Client::builder().redirect(Policy::none()).build()?;
    let http = |method: Method, path: &str| {
        let request = client.request(method, format!("{api}{path}"));
        async { request.send().await.map(|_| ()).context("no answer") }
    };
    let event = |function, event| async move {
        lambda.invoke(function, &event).await.map(|_| ()).context(function)
    };
    // As many at once as there may be instances, so that as many start.
    let all = async {
        let dispatch = try_join_all((0..CONCURRENCY).map(|_| http(Method::GET, "/health")));
        let ping = try_join_all((0..CONCURRENCY).map(|_| http(Method::POST, "/ping")));
        let sign_in = try_join_all((0..CONCURRENCY).map(|_| http(Method::GET, "/login")));
        let provision = event("provision", json!({ "Records": [] }));
        // An event that is none of hotdesk's business.
        let lifecycle = event(
            "lifecycle",
            json!({
                "version": "0", "id": "00000000-0000-0000-0000-000000000000", "detail-type": "Warm-up",
                "source": "hotdesk.stack", "account": "", "time": "1970-01-01T00:00:00Z", "region": "",
                "resources": [], "detail": {},
            }),
        );
        tokio::try_join!(dispatch, ping, sign_in, provision, lifecycle).map(|_| ())
    };
    match timeout(START, all).await {
        Ok(answered) => answered,
        Err(_) => bail!("not all functions answer after {} s", START.as_secs()),
    }
}
