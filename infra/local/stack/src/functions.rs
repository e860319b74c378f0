//! The functions, under `cargo lambda watch`: it stands for Lambda and for API Gateway, by the
//! routes in the workspace's Cargo.toml.

use std::{env, ffi::OsString, io, path::Path, time::Duration};

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
};

/// How many instances of a function there are at most.
const CONCURRENCY: usize = 4;

/// How long functions get to start; they are built by then.
const START: Duration = Duration::from_secs(120);

/// Starts the emulator, with `variables` for the functions, and returns once it listens.
///
/// # Errors
/// It is not installed, or does not listen.
pub async fn start(
    settings: &Settings,
    folders: &Folders,
    python: &Path,
    variables: Vec<(&str, String)>,
) -> io::Result<Process> {
    let mut command = bound(Signal::SIGTERM, env::current_exe()?);
    command.args(["guard", "cargo", "lambda", "watch", "--wait", "--ignore-changes"]);
    command.args(["--disable-cors", "--invoke-address", "127.0.0.1"]);
    command.args(["--invoke-port", &ports::API.to_string()]);
    command.args(["--concurrency", &CONCURRENCY.to_string()]);
    command.arg("--manifest-path").arg(tools::root().join("Cargo.toml"));
    if settings.release {
        command.arg("--release");
    }
    let mut path = OsString::from(python.join("bin"));
    if let Some(rest) = env::var_os("PATH") {
        path.push(":");
        path.push(rest);
    }
    environment::foreign().for_each(|name| {
        command.env_remove(name);
    });
    command.current_dir(&folders.run).env("PATH", path).envs(variables);
    log_to(&mut command, &folders.log("functions"))?;
    let mut process = Process::spawn(command)?;
    while TcpStream::connect(("127.0.0.1", ports::API)).await.is_err() {
        if let Some(status) = process.ended()? {
            return Err(io::Error::other(format!("cargo lambda watch ended: {status}")));
        }
        sleep(POLL).await;
    }
    Ok(process)
}

/// Has every function answer, so that nobody waits for the first start of one. The idle-reaper is
/// left to the schedule, which may run only one at a time.
///
/// # Errors
/// One does not answer in time.
pub async fn warm(api: &str, lambda: &Lambda) -> anyhow::Result<()> {
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
