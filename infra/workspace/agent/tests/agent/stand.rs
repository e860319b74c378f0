//! A box behind a real nginx, with a small editor and a small control plane.

use std::{
    path::Path,
    process::Stdio,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderName, StatusCode},
    response::{Html, IntoResponse},
    routing::post,
};
use clap::Parser;
use hotdesk_agent::{Cli, Command, render};
use hyper_util::rt::TokioIo;
use reqwest::{Client, Response, header};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, UnixListener},
    process::Child,
};

use crate::{
    desk::{HOME, INSTANCE, TestBox, cookie_header},
    until,
};

/// A heartbeat as the control plane sees it.
pub(crate) type Ping = (HeaderMap, String);

/// A request as the editor sees it: its target and headers.
pub(crate) type Seen = (String, HeaderMap);

/// What the control plane answers to heartbeats, and those that it got.
#[derive(Default)]
pub(crate) struct Control {
    pub(crate) answer: (StatusCode, HeaderMap),
    pub(crate) pings: Vec<Ping>,
}

pub(crate) struct TestFront {
    pub(crate) desk: TestBox,
    pub(crate) address: String,
    pub(crate) control: Arc<Mutex<Control>>,
    /// What reached the editor, but for the questions of probes.
    pub(crate) seen: Arc<Mutex<Vec<Seen>>>,
    /// The upgraded connections that the editor has open.
    pub(crate) echoes: Arc<AtomicUsize>,
    _nginx: Child,
}

async fn control_plane(control: Arc<Mutex<Control>>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let ping = async move |headers: HeaderMap, body: String| {
        let mut control = control.lock().unwrap();
        control.pings.push((headers, body));
        control.answer.clone()
    };
    let app = Router::new().route("/ping", post(ping));
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    address
}

/// An editor that answers each request with a page, or with an echo where one is asked for.
fn editor(listener: UnixListener, seen: Arc<Mutex<Vec<Seen>>>, echoes: Arc<AtomicUsize>) {
    let page = async move |mut request: Request| {
        let target = request.uri().path_and_query().unwrap().to_string();
        if target != "/version" {
            seen.lock().unwrap().push((target, request.headers().clone()));
        }
        if request.uri().path() == "/echo" {
            return echo(&mut request, Arc::clone(&echoes));
        }
        let host = request.headers()[header::HOST].to_str().unwrap();
        let html = format!("<html><head></head><body>{host}</body></html>");
        let orders = HeaderName::from_static("x-accel-redirect");
        let headers = [(header::ETAG, "\"1\""), (orders, "/_hotdesk/auth")];
        (headers, Html(html)).into_response()
    };
    let app = Router::new().fallback(page);
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
}

/// Sends back what comes until it ends, or ends itself after a byte of value 4.
fn echo(request: &mut Request, echoes: Arc<AtomicUsize>) -> axum::response::Response {
    let upgraded = hyper::upgrade::on(request);
    echoes.fetch_add(1, Ordering::SeqCst);
    tokio::spawn(async move {
        let mut stream = TokioIo::new(upgraded.await.unwrap());
        let mut bytes = [0; 65_536];
        while let Ok(count @ 1..) = stream.read(&mut bytes).await {
            let got = &bytes[..count];
            if stream.write_all(got).await.is_err() || got.contains(&4) {
                break;
            }
        }
        echoes.fetch_sub(1, Ordering::SeqCst);
    });
    let headers = [(header::CONNECTION, "upgrade"), (header::UPGRADE, "websocket")];
    (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
}

/// The configuration of nginx for a box with all that it has in one folder.
pub(crate) fn rendered(folder: &str, listen: &str, api: &str, more: &[&str]) -> String {
    let socket = format!("{folder}/editor.sock");
    let args = ["--instance", INSTANCE, "--home", HOME, "--runtime", folder];
    let front = ["--editor-socket", &socket, "--listen", listen, "--api", api];
    let all = ["hotdesk-agent", "nginx"].into_iter().chain(args).chain(front);
    let Command::Nginx { site, front } = Cli::parse_from(all.chain(more.iter().copied())).command
    else {
        unreachable!("the command is nginx")
    };
    render(&site, &front).unwrap()
}

/// An nginx with that configuration, and all that it has in that folder.
pub(crate) fn nginx(folder: &Path, config: &str) -> Child {
    let path = folder.join("nginx.conf");
    std::fs::write(&path, config).unwrap();
    // Without a master process there is one to kill, and no other user to switch to.
    tokio::process::Command::new("nginx")
        .args(["-g", "master_process off;", "-e", "stderr", "-p"])
        .args([folder, Path::new("-c"), &path])
        .env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap()))
        .stderr(Stdio::inherit())
        .kill_on_drop(true)
        .spawn()
        .expect("nginx is needed: apt-get install nginx")
}

impl TestFront {
    /// With an editor that serves.
    pub(crate) async fn start() -> Self {
        let this = Self::without_editor().await;
        this.start_editor();
        this.wait(&[]).await;
        this
    }

    pub(crate) fn start_editor(&self) {
        let listener = UnixListener::bind(self.desk.folder.path().join("editor.sock")).unwrap();
        editor(listener, Arc::clone(&self.seen), Arc::clone(&self.echoes));
    }

    pub(crate) async fn without_editor() -> Self {
        let this = Self::of(TestBox::start().await).await;
        this.wait(&["editor"]).await;
        this
    }

    /// Of that box, without an editor.
    pub(crate) async fn of(desk: TestBox) -> Self {
        let run = desk.folder.path();
        let control = Arc::<Mutex<Control>>::default();
        control.lock().unwrap().answer.0 = StatusCode::NO_CONTENT;
        let api = control_plane(Arc::clone(&control)).await;
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();

        let runtime = run.to_str().unwrap();
        let nginx = nginx(run, &rendered(runtime, &free.to_string(), &api, &[]));
        let address = format!("http://{free}");
        let this = Self {
            address,
            desk,
            control,
            seen: Arc::default(),
            echoes: Arc::default(),
            _nginx: nginx,
        };
        let serves = async || {
            let waits = this.desk.probe("/ready").await.1["waitingFor"].clone();
            waits.as_array().is_none_or(|all| all.iter().all(|part| part != "nginx"))
        };
        until("nginx serves", serves).await;
        this
    }

    /// Until the box waits for those parts only.
    async fn wait(&self, parts: &[&str]) {
        let ready = async || {
            let waits = self.desk.probe("/ready").await.1["waitingFor"].clone();
            waits.as_array().map_or(0, Vec::len) == parts.len()
        };
        until("nginx serves", ready).await;
    }

    pub(crate) async fn get(&self, path: &str, cookie: &str) -> Response {
        let url = format!("{}{path}", self.address);
        let none = reqwest::redirect::Policy::none();
        let client = Client::builder().redirect(none).build().unwrap();
        client.get(url).header(header::COOKIE, cookie).send().await.unwrap()
    }

    /// As [`Self::get`], as browsers say it of an address that somebody goes to.
    pub(crate) async fn navigate(&self, path: &str, cookie: &str) -> Response {
        let request = Client::new().get(format!("{}{path}", self.address));
        let request =
            request.header("sec-fetch-mode", "navigate").header("sec-fetch-dest", "document");
        request
            .header("sec-fetch-site", "none")
            .header(header::COOKIE, cookie)
            .send()
            .await
            .unwrap()
    }

    /// Says that what there is to say about the home was read, from a page of `origin`.
    pub(crate) async fn tell(&self, origin: &str, cookie: &str) -> Response {
        let none = reqwest::redirect::Policy::none();
        let client = Client::builder().redirect(none).build().unwrap();
        let request = client.post(format!("{}/_hotdesk/opening", self.address));
        let request = request.header(header::ORIGIN, origin).header(header::COOKIE, cookie);
        request.send().await.unwrap()
    }

    /// As [`Self::get`], for somebody who takes JSON only.
    pub(crate) async fn get_json(&self, path: &str, cookie: &str) -> Response {
        let request = Client::new().get(format!("{}{path}", self.address));
        let request = request.header(header::ACCEPT, "application/json");
        request.header(header::COOKIE, cookie).send().await.unwrap()
    }

    pub(crate) async fn ping(&self, cookie: &str) -> Response {
        self.ping_from(&self.address, cookie).await
    }

    /// A heartbeat that a page of `origin` sends.
    pub(crate) async fn ping_from(&self, origin: &str, cookie: &str) -> Response {
        let body = r#"{"user":"alice"}"#;
        let request = Client::new().post(format!("{}/_hotdesk/ping", self.address));
        let request = request.header(header::CONTENT_TYPE, "application/json");
        let request = request.header(header::ORIGIN, origin).header(header::COOKIE, cookie);
        request.body(body).send().await.unwrap()
    }

    /// What the control plane answers from here on.
    pub(crate) fn answers(&self, status: u16, headers: &[(&'static str, &'static str)]) {
        let headers = headers.iter().map(|(name, value)| {
            (HeaderName::from_static(name), header::HeaderValue::from_static(value))
        });
        let status = StatusCode::from_u16(status).unwrap();
        self.control.lock().unwrap().answer = (status, headers.collect());
    }

    pub(crate) async fn sit_down(&self, user: &str) -> String {
        let ticket = self.desk.ticket(user, 7);
        let opened = self.get(&format!("/_hotdesk/open?ticket={ticket}"), "").await;
        assert_eq!(opened.status(), 303);
        cookie_header(&opened)
    }
}
