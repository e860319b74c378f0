//! A box behind a real nginx, with a small editor and a small control plane.

use std::{
    process::Stdio,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    http::{HeaderMap, HeaderName, StatusCode},
    response::Html,
    routing::{get, post},
};
use clap::Parser;
use hotdesk_agent::{Cli, Command, render};
use reqwest::{Client, Response, header};
use tokio::{
    net::{TcpListener, UnixListener},
    process::Child,
};

use crate::desk::{HOME, INSTANCE, TestBox, cookie_header};

/// A heartbeat as the control plane sees it.
pub(crate) type Ping = (HeaderMap, String);

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

fn editor(listener: UnixListener) {
    let page = async |headers: HeaderMap| {
        let host = headers[header::HOST].to_str().unwrap().to_owned();
        ([(header::ETAG, "\"1\"")], Html(format!("<html><head></head><body>{host}</body></html>")))
    };
    let app = Router::new().route("/", get(page)).fallback(page);
    tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
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
        editor(UnixListener::bind(self.desk.folder.path().join("editor.sock")).unwrap());
    }

    pub(crate) async fn without_editor() -> Self {
        let desk = TestBox::start().await;
        let run = desk.folder.path();
        let control = Arc::<Mutex<Control>>::default();
        control.lock().unwrap().answer.0 = StatusCode::NO_CONTENT;
        let api = control_plane(Arc::clone(&control)).await;
        let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();

        let runtime = run.to_str().unwrap();
        let listen = free.to_string();
        let socket = format!("{runtime}/editor.sock");
        let args = ["--instance", INSTANCE, "--home", HOME, "--runtime", runtime];
        let more = ["--editor-socket", &socket, "--listen", &listen, "--api", &api];
        let Command::Nginx { site, front } =
            Cli::parse_from(["hotdesk-agent", "nginx"].into_iter().chain(args).chain(more)).command
        else {
            unreachable!("the command is nginx")
        };
        let config = run.join("nginx.conf");
        std::fs::write(&config, render(&site, &front).unwrap()).unwrap();
        // Without a master process there is one to kill, and no other user to switch to.
        let nginx = tokio::process::Command::new("nginx")
            .args(["-g", "master_process off;", "-e", "stderr", "-p", runtime, "-c"])
            .arg(config)
            .env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap()))
            .stderr(Stdio::inherit())
            .kill_on_drop(true)
            .spawn()
            .expect("nginx is needed: apt-get install nginx");
        let this = Self { address: format!("http://{free}"), desk, control, _nginx: nginx };
        this.wait(&["editor"]).await;
        this
    }

    /// Until the box waits for those parts only.
    async fn wait(&self, parts: &[&str]) {
        let ready = async {
            while self.desk.probe("/ready").await.1["waitingFor"].as_array().map_or(0, Vec::len)
                != parts.len()
            {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), ready).await.expect("nginx serves");
    }

    pub(crate) async fn get(&self, path: &str, cookie: &str) -> Response {
        let url = format!("{}{path}", self.address);
        let none = reqwest::redirect::Policy::none();
        let client = Client::builder().redirect(none).build().unwrap();
        client.get(url).header(header::COOKIE, cookie).send().await.unwrap()
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
