//! A redis-server as `infra/aws/store.yaml` has one made: by TLS only, for one user with the commands
//! and the keys that are there.

use std::{
    fs, io,
    net::TcpListener,
    path::Path,
    process::{Command, Stdio},
    time::Duration,
};

use hotdesk::config::StoreConfig;
use hotdesk_stack::{
    process::{Process, bound},
    tools,
};
use nix::sys::signal::Signal;
use serde_norway::Value;
use tempfile::TempDir;

const START_TIMEOUT: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(20);
const PASSWORD: &str = "correcthorsebatterystaple";

/// Killed when dropped.
#[derive(Debug)]
pub struct Secured {
    process: Process,
    folder: TempDir,
    port: u16,
}

/// What the functions' user may do there (the ACL rules of Redis and Valkey).
///
/// # Panics
/// If the template has no such user.
#[must_use]
pub fn access() -> String {
    let text = fs::read_to_string(tools::root().join("infra/aws/store.yaml")).expect("a template");
    let store: Value = serde_norway::from_str(&text).expect("YAML");
    let access = &store["Resources"]["StoreUser"]["Properties"]["AccessString"];
    access.as_str().expect("rules").to_owned()
}

impl Secured {
    /// Starts one on a free port, with a certificate for `localhost` of an authority of its own; and has this
    /// process speak TLS as the functions do that call AWS.
    ///
    /// # Panics
    /// redis-server or openssl is not installed, or the server does not answer within 20 s.
    #[must_use]
    pub fn start() -> Self {
        hotdesk::tls::install();
        let folder = tempfile::Builder::new().prefix("hotdesk-tls-").tempdir().expect("a folder");
        certify(folder.path()).expect("openssl");
        let free = TcpListener::bind(("127.0.0.1", 0)).and_then(|at| at.local_addr());
        let port = free.expect("a free port").port();
        let user = format!("user hotdesk {} >{PASSWORD}\n", access());
        fs::write(folder.path().join("users.acl"), user).expect("a file");
        let process = Process::spawn(server(folder.path(), port)).expect("redis-server");
        let mut secured = Self { process, folder, port };
        secured.ready();
        secured
    }

    fn ready(&mut self) {
        let begun = std::time::Instant::now();
        while self.admin().is_err() {
            assert!(self.process.ended().expect("a process").is_none(), "redis-server ended");
            assert!(begun.elapsed() < START_TIMEOUT, "redis-server does not answer");
            std::thread::sleep(POLL);
        }
    }

    /// A connection that may do all, as no function has.
    ///
    /// # Errors
    /// The server does not listen yet.
    pub fn admin(&self) -> redis::RedisResult<redis::Connection> {
        let socket = self.folder.path().join("redis.sock");
        redis::Client::open(format!("redis+unix://{}", socket.display()))?.get_connection()
    }

    /// What a function is told.
    ///
    /// # Panics
    /// If the authority's certificate is gone.
    #[must_use]
    pub fn config(&self) -> StoreConfig {
        StoreConfig {
            redis_url: format!("rediss://hotdesk:{PASSWORD}@localhost:{}", self.port),
            redis_ca: fs::read_to_string(self.folder.path().join("ca.pem")).expect("a certificate"),
            key_prefix: String::new(),
        }
    }
}

fn server(folder: &Path, port: u16) -> Command {
    let mut command = bound(Signal::SIGKILL, "redis-server");
    let port = port.to_string();
    command.args(["--port", "0", "--bind", "127.0.0.1", "--tls-port", &port, "--save", ""]);
    command.args(["--tls-auth-clients", "no", "--unixsocket"]).arg(folder.join("redis.sock"));
    for (setting, file) in [
        ("--tls-cert-file", "server.pem"),
        ("--tls-key-file", "server.key"),
        ("--tls-ca-cert-file", "ca.pem"),
        ("--aclfile", "users.acl"),
        ("--dir", ""),
    ] {
        command.arg(setting).arg(folder.join(file));
    }
    command.stdout(Stdio::null());
    command
}

/// Makes an authority in a folder (`ca.pem`), and a certificate of `localhost` that it has signed
/// (`server.pem`, `server.key`).
///
/// # Errors
/// openssl is not installed, or fails.
pub fn certify(folder: &Path) -> io::Result<()> {
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    let authority = ["-x509", "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem"];
    let signed = ["-x509", "-CA", "ca.pem", "-CAkey", "ca.key", "-subj", "/CN=localhost"];
    let server =
        ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=CA:FALSE"];
    let files = ["-keyout", "server.key", "-out", "server.pem"];
    for args in [authority.to_vec(), [signed.as_slice(), &server, &files].concat()] {
        let mut command = Command::new("openssl");
        command.current_dir(folder).arg("req").args(key).args(args).stderr(Stdio::null());
        if !command.status()?.success() {
            return Err(io::Error::other("openssl made no certificate"));
        }
    }
    Ok(())
}
