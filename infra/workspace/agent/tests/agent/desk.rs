//! A box for tests: the agent on real sockets, a clock that the test owns, and a control plane
//! that signs tickets.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use hotdesk::{
    clock::{Clock, Ms},
    id::{Epoch, InstanceId},
    token::{Signer, TicketClaims, Verifier, generate},
};
use hotdesk_agent::{Access, Cookies, Readiness, Runtime, front, probe};
use reqwest::{Client, Response, header};
use tempfile::TempDir;
use tokio::task::JoinHandle;

pub(crate) const INSTANCE: &str = "i-0123456789abcdef0";
pub(crate) const HOME: &str = "https://desk.example";
/// When tests begin, ms since 1970: half a second past a whole second.
pub(crate) const BOOT: u64 = 1_800_000_000_500;

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
    jwks: String,
    probe: String,
    tasks: Vec<JoinHandle<()>>,
}

impl TestBox {
    pub(crate) async fn start() -> Self {
        Self::with(Cookies { https: false }).await
    }

    pub(crate) async fn with(cookies: Cookies) -> Self {
        let (private, jwks) = generate().unwrap();
        let mut this = Self {
            folder: tempfile::tempdir().unwrap(),
            clock: Arc::new(TestClock(AtomicU64::new(BOOT))),
            signer: Signer::from_jwk(&private).unwrap(),
            cookies,
            jwks,
            probe: String::new(),
            tasks: Vec::new(),
        };
        this.serve().await;
        // Tickets count whole seconds, so the second of the boot is too early for one.
        this.clock.advance(1000);
        this
    }

    async fn serve(&mut self) {
        let runtime = Runtime::open(self.folder.path()).unwrap();
        let verifier = Verifier::from_jwks(&self.jwks).unwrap();
        let instance: InstanceId = INSTANCE.parse().unwrap();
        let access =
            Access::load(instance, verifier, self.cookies, &runtime, self.clock.clone()).unwrap();
        let access = Arc::new(access);
        let readiness = Readiness::new(&runtime.path("editor.sock"), &runtime).unwrap();
        let for_probes = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.probe = format!("http://{}", for_probes.local_addr().unwrap());
        let for_nginx = runtime.listen("agent.sock").unwrap();
        let probe = probe(access.clone(), readiness.clone());
        let front = front(access, readiness, self.cookies, HOME.parse().unwrap());
        self.tasks = vec![
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
            home: None,
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

    pub(crate) async fn status(&self, path: &str, cookie: &str) -> u16 {
        self.ask(path, cookie).await.status().as_u16()
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
