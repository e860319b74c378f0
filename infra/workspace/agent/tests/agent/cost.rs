//! What the agent costs, measured with the real binary behind a real nginx, side by side with an
//! nginx that asks nobody. Prints figures and asserts none:
//!
//! `cargo test -p hotdesk-agent --release --test agent -- --ignored --nocapture cost`

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use axum::{Router, extract::Request, http::StatusCode, response::IntoResponse};
use hotdesk::{
    clock::{Clock, SystemClock},
    id::Epoch,
    token::{Signer, TicketClaims, generate},
};
use hyper_util::rt::TokioIo;
use reqwest::{Client, header};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream, UnixListener},
    process::{Child, Command},
};

use crate::{
    desk::{BOOT_ID, HOME, INSTANCE, cookie_header},
    publisher::Publisher,
    stand::{nginx, rendered},
    until,
};

const FILE: &[u8] = &[b'x'; 10_000];
const REQUESTS: usize = 3000;
const CHECKS: usize = 100_000;
const BYTES: usize = 512 * 1024 * 1024;

/// An editor that serves a file, and swallows what comes through an upgrade.
fn editor(listener: UnixListener) {
    let answer = async |mut request: Request| {
        if !request.headers().contains_key(header::UPGRADE) {
            return FILE.into_response();
        }
        let upgraded = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let mut stream = TokioIo::new(upgraded.await.unwrap());
            let (mut buffer, mut left) = (vec![0; 65_536], BYTES);
            while left > 0 {
                let Ok(count @ 1..) = stream.read(&mut buffer).await else { return };
                left -= count;
            }
            stream.write_all(b"!").await.unwrap();
        });
        let headers = [(header::CONNECTION, "upgrade"), (header::UPGRADE, "websocket")];
        (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
    };
    let app = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
}

/// The agent as a process of its own, and the box's address for it.
async fn agent(folder: &Path, publisher: &Publisher, probe: &str) -> Child {
    std::fs::write(folder.join("reset"), BOOT_ID).unwrap();
    let path = |name: &str| folder.join(name).into_os_string();
    Command::new(env!("CARGO_BIN_EXE_hotdesk-agent"))
        .args(["serve", "--instance", INSTANCE, "--home", HOME, "--boot-id", BOOT_ID])
        .args(["--homes", "none", "--keys-url", &publisher.url, "--probe-listen", probe])
        .args(["--runtime".into(), path(""), "--editor-socket".into(), path("editor.sock")])
        .args(["--reset-proof".into(), path("reset")])
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// A browser's connection that stays open.
struct Line {
    stream: BufReader<TcpStream>,
    request: String,
}

impl Line {
    async fn to(address: &str, cookie: &str) -> Self {
        let stream = BufReader::new(TcpStream::connect(address).await.unwrap());
        let request =
            format!("GET /static/file.js HTTP/1.1\r\nHost: box\r\nCookie: {cookie}\r\n\r\n");
        Self { stream, request }
    }

    async fn get(&mut self) -> Duration {
        let begin = Instant::now();
        self.stream.write_all(self.request.as_bytes()).await.unwrap();
        let (mut line, mut length) = (String::new(), 0);
        self.stream.read_line(&mut line).await.unwrap();
        assert!(line.starts_with("HTTP/1.1 200 "), "{line}");
        while line != "\r\n" {
            line.clear();
            self.stream.read_line(&mut line).await.unwrap();
            if let Some(count) = line.strip_prefix("Content-Length: ") {
                length = count.trim().parse().unwrap();
            }
        }
        assert_eq!(length, FILE.len());
        self.stream.read_exact(&mut vec![0; length]).await.unwrap();
        begin.elapsed()
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Resident memory of the process, kB.
fn memory(process: &Child) -> u64 {
    let status =
        std::fs::read_to_string(format!("/proc/{}/status", process.id().unwrap())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}

/// Bytes per second through an upgraded connection.
async fn throughput(address: &str, cookie: &str) -> f64 {
    let mut stream = upgraded(address, cookie).await;
    let (chunk, begin) = (vec![0; 1024 * 1024], Instant::now());
    for _ in 0..BYTES / chunk.len() {
        stream.write_all(&chunk).await.unwrap();
    }
    assert_eq!(stream.read_u8().await.unwrap(), b'!');
    BYTES as f64 / begin.elapsed().as_secs_f64()
}

async fn upgraded(address: &str, cookie: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /socket HTTP/1.1\r\nHost: box\r\nCookie: {cookie}\r\nConnection: upgrade\r\n\
         Upgrade: websocket\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101 "));
    stream
}

async fn free() -> String {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string()
}

#[tokio::test]
#[ignore = "takes a minute, and its figures mean something in a release build only"]
async fn a_check_and_a_tunnel() {
    let (folder, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (private, jwks) = generate().unwrap();
    let publisher = Publisher::start(&jwks).await;
    let (checked, unchecked, probe) = (free().await, free().await, free().await);
    editor(UnixListener::bind(folder.path().join("editor.sock")).unwrap());
    let agent = agent(folder.path(), &publisher, &probe).await;

    let here = folder.path().to_str().unwrap();
    let config = rendered(here, &checked, "http://127.0.0.1:1", &[]);
    let _nginx = nginx(folder.path(), &config);
    let bare = config
        .replace("auth_request /_hotdesk/auth;", "")
        .replace("default agent/tunnel;", "default editor;")
        .replace(&checked, &unchecked)
        .replace(&format!("{here}/nginx"), &format!("{}/nginx", other.path().display()));
    let _bare = nginx(other.path(), &bare);
    let serves = async || {
        let ready = Client::new().get(format!("http://{probe}/ready")).send().await;
        ready.is_ok_and(|answer| answer.status() == 200)
    };
    until("the box is ready", serves).await;

    // Not of the second in which the agent began.
    let iat = SystemClock.now().seconds() + 1;
    let ticket = Signer::from_jwk(&private).unwrap().sign(&TicketClaims {
        aud: INSTANCE.to_owned(),
        sub: "alice".parse().unwrap(),
        epoch: Epoch(7),
        session_exp: iat + 3600,
        seat_token: "seat".to_owned(),
        jti: "one".to_owned(),
        iat,
        exp: iat + 60,
    });
    let none = reqwest::redirect::Policy::none();
    let client = Client::builder().redirect(none).build().unwrap();
    let open = format!("http://{checked}/_hotdesk/open?ticket={}", ticket.unwrap());
    let cookie = cookie_header(&client.get(open).send().await.unwrap());

    let (mut with, mut without) =
        (Line::to(&checked, &cookie).await, Line::to(&unchecked, &cookie).await);
    let (mut slow, mut fast) = (Vec::new(), Vec::new());
    // nginx closes a connection after 1000 requests.
    for at in 0..REQUESTS {
        if at % 900 == 899 {
            with = Line::to(&checked, &cookie).await;
            without = Line::to(&unchecked, &cookie).await;
        }
        slow.push(with.get().await);
        fast.push(without.get().await);
    }
    let (slow, fast) = (median(slow), median(fast));
    println!("a file of {} bytes, medians of {REQUESTS}:", FILE.len());
    println!("  checked {slow:?}, unchecked {fast:?}, a check {:?}", slow.saturating_sub(fast));

    let before = memory(&agent);
    for at in 0..CHECKS {
        if at % 900 == 0 {
            with = Line::to(&checked, &cookie).await;
        }
        with.get().await;
    }
    println!("memory of the agent: {before} kB, after {CHECKS} checks {} kB", memory(&agent));

    let mega = |bytes: f64| bytes / 1e6;
    let tunnelled = throughput(&checked, &cookie).await;
    let direct = throughput(&unchecked, &cookie).await;
    println!("upgraded: {:.0} MB/s, direct {:.0} MB/s", mega(tunnelled), mega(direct));

    let mut tunnels = Vec::new();
    for _ in 0..100 {
        tunnels.push(upgraded(&checked, &cookie).await);
    }
    println!("memory with 100 tunnels: {} kB", memory(&agent));
    drop(tunnels);
}
