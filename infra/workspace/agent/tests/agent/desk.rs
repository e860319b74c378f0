//! A box for tests: the agent on real sockets, a clock that the test owns, and a control plane
//! that signs tickets.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use hotdesk::{
    clock::{Clock, Ms},
    id::{Epoch, InstanceId},
    token::{DrainClaims, HomeClaims, Signer, TicketClaims, generate},
};
use hotdesk_agent::{
    Access, Cookies, Farewell, Homes, HomesMode, Keys, Proof, REFRESH, Readiness, Runtime, front,
    listen, probe,
};
use reqwest::{Client, Response, header};
use serde_json::Value;
use tempfile::TempDir;
use tokio::task::JoinHandle;

use crate::{publisher::Publisher, until};

pub(crate) const INSTANCE: &str = "i-0123456789abcdef0";
pub(crate) const VOLUME: &str = "vol-0123456789abcdef0";
pub(crate) const HOME: &str = "https://desk.example";
/// The boot of which the box has a proof of its reset.
pub(crate) const BOOT_ID: &str = "5f1b4d0e-0000-4000-8000-000000000001";
/// When tests begin, ms since 1970: half a second past a whole second.
pub(crate) const BOOT: u64 = 1_800_000_000_500;

#[derive(Default)]
pub(crate) struct TestClock(AtomicU64);

impl Clock for TestClock {
    fn now(&self) -> Ms {
        Ms(self.0.load(Ordering::SeqCst))
    }
}

impl TestClock {
    pub(crate) fn set(&self, ms: u64) {
        self.0.store(ms, Ordering::SeqCst);
    }

    pub(crate) fn advance(&self, ms: u64) {
        self.0.fetch_add(ms, Ordering::SeqCst);
    }
}

pub(crate) struct TestBox {
    pub(crate) folder: TempDir,
    pub(crate) clock: Arc<TestClock>,
    pub(crate) signer: Signer,
    pub(crate) cookies: Cookies,
    pub(crate) publisher: Publisher,
    pub(crate) probe: String,
    /// Whether its users have homes.
    homes: HomesMode,
    tasks: Vec<JoinHandle<()>>,
}

impl TestBox {
    pub(crate) async fn start() -> Self {
        Self::with(Cookies { https: false }).await
    }

    /// With homes; its keeper is the test's.
    pub(crate) async fn with_homes() -> Self {
        let mut this = Self::start().await;
        this.homes = HomesMode::Volume;
        this.restart().await;
        this.clock.advance(1000);
        this
    }

    pub(crate) async fn with(cookies: Cookies) -> Self {
        let (private, jwks) = generate().unwrap();
        let this = Self::with_publisher(cookies, &private, Publisher::start(&jwks).await).await;
        let known = async || {
            let waits = this.probe("/ready").await.1["waitingFor"].clone();
            waits.as_array().is_none_or(|parts| parts.iter().all(|part| part != "keys"))
        };
        until("there are keys", known).await;
        this
    }

    /// With a control plane that signs with that key, and what publishes its keys.
    pub(crate) async fn with_publisher(
        cookies: Cookies,
        private: &str,
        publisher: Publisher,
    ) -> Self {
        let mut this = Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(TestClock(AtomicU64::new(BOOT))),
            signer: Signer::from_jwk(private).unwrap(),
            cookies,
            publisher,
            probe: String::new(),
            homes: HomesMode::None,
            tasks: Vec::new(),
        };
        std::fs::write(this.folder.path().join("reset"), format!("{BOOT_ID}\n")).unwrap();
        this.serve().await;
        // Tickets count whole seconds, so the second of the boot is too early for one.
        this.clock.advance(1000);
        this
    }

    async fn serve(&mut self) {
        let path = |name: &str| self.folder.path().join(name);
        let runtime = Runtime::open(self.folder.path()).unwrap();
        let url = self.publisher.url.parse().unwrap();
        let keys = Arc::new(Keys::load(&url, &runtime, self.clock.clone()).unwrap());
        let instance: InstanceId = INSTANCE.parse().unwrap();
        let (cookies, clock) = (self.cookies, self.clock.clone());
        let access = Access::load(instance, keys.clone(), cookies, &runtime, clock).unwrap();
        let access = Arc::new(access);
        let homes = Arc::new(Homes::load(self.homes, self.folder.path(), &runtime).unwrap());
        let farewell = Farewell::new(access.clone(), homes.clone());
        let proof = Proof::new(path("reset"), Some(BOOT_ID.to_owned())).unwrap();
        let (editor, nginx) = (path("editor.sock"), path("nginx.sock"));
        let readiness = Readiness::new(&editor, &nginx, keys.clone(), proof).unwrap();
        let for_probes = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.probe = format!("http://{}", for_probes.local_addr().unwrap());
        let for_nginx = listen(&path("agent.sock")).unwrap();
        let probe = probe(access.clone(), homes.clone(), farewell, readiness.clone())
            .into_make_service_with_connect_info::<SocketAddr>();
        let front = front(access, homes, readiness, editor, cookies, HOME.parse().unwrap());
        self.tasks = vec![
            tokio::spawn(async move { keys.keep_fresh(REFRESH).await }),
            tokio::spawn(async move { axum::serve(for_probes, probe).await.unwrap() }),
            tokio::spawn(async move { axum::serve(for_nginx, front).await.unwrap() }),
        ];
    }

    /// An editor that answers everything.
    pub(crate) fn start_editor(&self) {
        let listener =
            tokio::net::UnixListener::bind(self.folder.path().join("editor.sock")).unwrap();
        let app = axum::Router::new().fallback(|| async { "here" });
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
    }

    /// Ends the agent as a crash does, and starts it again on the same folder.
    pub(crate) async fn restart(&mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
            assert!(task.await.unwrap_err().is_cancelled());
        }
        self.serve().await;
    }

    /// Ends the agent and takes its sockets away.
    pub(crate) fn stop(&mut self) {
        for task in self.tasks.drain(..) {
            task.abort();
        }
        std::fs::remove_file(self.folder.path().join("agent.sock")).unwrap();
    }

    /// A valid ticket of `user`, for the test to spoil.
    pub(crate) fn claims(&self, user: &str, epoch: u64) -> TicketClaims {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let iat = self.clock.now().seconds();
        TicketClaims {
            aud: INSTANCE.to_owned(),
            sub: user.parse().unwrap(),
            epoch: Epoch(epoch),
            session_exp: iat + 3600,
            seat_token: format!("seat-of-{user}"),
            jti: NEXT.fetch_add(1, Ordering::SeqCst).to_string(),
            iat,
            exp: iat + 60,
        }
    }

    pub(crate) fn ticket(&self, user: &str, epoch: u64) -> String {
        self.signer.sign(&self.claims(user, epoch)).unwrap()
    }

    pub(crate) async fn open(&self, ticket: &str) -> Response {
        self.ask(&format!("/open?ticket={ticket}"), "").await
    }

    /// Opens the box for `user` and gives the `Cookie` header of their browser.
    pub(crate) async fn sit_down(&self, user: &str, epoch: u64) -> String {
        let response = self.open(&self.ticket(user, epoch)).await;
        assert_eq!(response.status(), 303);
        cookie_header(&response)
    }

    /// Asks as nginx does.
    pub(crate) async fn ask(&self, path: &str, cookie: &str) -> Response {
        let request = unix(&self.folder.path().join("agent.sock"))
            .get(format!("http://agent{path}"))
            .header(header::COOKIE, cookie);
        request.send().await.unwrap()
    }

    /// Asks as nginx does for somebody who takes JSON only.
    pub(crate) async fn ask_json(&self, path: &str) -> Response {
        let request = unix(&self.folder.path().join("agent.sock"))
            .get(format!("http://agent{path}"))
            .header(header::ACCEPT, "application/json");
        request.send().await.unwrap()
    }

    /// Posts nothing as nginx does, and gives the status.
    pub(crate) async fn post(&self, path: &str) -> u16 {
        let request = unix(&self.folder.path().join("agent.sock"));
        let request = request.post(format!("http://agent{path}"));
        request.send().await.unwrap().status().as_u16()
    }

    pub(crate) async fn status(&self, path: &str, cookie: &str) -> u16 {
        self.ask(path, cookie).await.status().as_u16()
    }

    /// Orders as the control plane does, and gives the status.
    pub(crate) async fn order(&self, order: impl Into<reqwest::Body>) -> u16 {
        self.order_to("/drain", order).await.0
    }

    /// The same with what is said of the files.
    pub(crate) async fn drain(&self) -> Value {
        let (status, answer) = self.order_to("/drain", self.drain_order()).await;
        assert_eq!(status, 200);
        answer["files"].clone()
    }

    /// An order of a home, and the answer to it.
    pub(crate) async fn order_home(&self, claims: &HomeClaims) -> (u16, Value) {
        self.order_to("/home", self.signer.sign(claims).unwrap()).await
    }

    pub(crate) async fn order_to(
        &self,
        path: &str,
        order: impl Into<reqwest::Body>,
    ) -> (u16, Value) {
        let request = Client::new().post(format!("{}{path}", self.probe)).body(order);
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap_or_default())
    }

    /// An order that gives `user` a home, for the test to spoil.
    pub(crate) fn home_claims(&self, user: &str, epoch: u64) -> HomeClaims {
        let iat = self.clock.now().seconds();
        HomeClaims {
            aud: HomeClaims::audience_of(&INSTANCE.parse().unwrap()),
            sub: user.parse().unwrap(),
            epoch: Epoch(epoch),
            volume: VOLUME.parse().unwrap(),
            size: 20,
            new: true,
            files_of: None,
            iat,
            exp: iat + 30,
        }
    }

    /// An order to take the box back, for the test to spoil.
    pub(crate) fn drain_claims(&self) -> DrainClaims {
        DrainClaims::new(&INSTANCE.parse().unwrap(), self.clock.now())
    }

    pub(crate) fn drain_order(&self) -> String {
        self.signer.sign(&self.drain_claims()).unwrap()
    }

    /// Asks as the control plane does.
    pub(crate) async fn probe(&self, path: &str) -> (u16, serde_json::Value) {
        let response = Client::new().get(format!("{}{path}", self.probe)).send().await.unwrap();
        (response.status().as_u16(), response.json().await.unwrap())
    }
}

impl Drop for TestBox {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// A client that follows no redirects, for a Unix socket.
pub(crate) fn unix(socket: &Path) -> Client {
    let none = reqwest::redirect::Policy::none();
    Client::builder().unix_socket(socket).redirect(none).build().unwrap()
}

/// The cookies that an answer sets, whole.
pub(crate) fn set_cookies(response: &Response) -> Vec<String> {
    let all = response.headers().get_all(header::SET_COOKIE);
    all.iter().map(|value| value.to_str().unwrap().to_owned()).collect()
}

/// The `Cookie` header that a browser makes of them.
pub(crate) fn cookie_header(response: &Response) -> String {
    let all = set_cookies(response);
    let pairs = all.iter().map(|cookie| cookie.split(';').next().unwrap().to_owned());
    pairs.collect::<Vec<_>>().join("; ")
}
