//! A box on a desk: the real run-box with the real agent, nginx and editor, and the control plane
//! that the box needs, in the test.

use std::{
    env, fs,
    io::ErrorKind,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use hotdesk::{
    clock::{Clock, SystemClock},
    id::Epoch,
    token::{Signer, TicketClaims, generate},
};
use hotdesk_stack::tools;

use crate::clean_box::{http, search};

/// The longest that a state is waited for; a machine with other work boots a box in some seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for a state.
pub(crate) fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = look() {
            return seen;
        }
        assert!(began.elapsed() < PATIENCE, "not within a minute: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A box, off until it is booted. What it wrote is removed at the end.
pub(crate) struct TestBox {
    pub(crate) instance: String,
    /// Its disk.
    pub(crate) disk: PathBuf,
    listen: String,
    pub(crate) probe: String,
    keys_url: String,
    pub(crate) signer: Signer,
    /// Whether its users have homes.
    homes: bool,
    run: Option<Child>,
}

fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string()
}

impl TestBox {
    /// Without homes: what its users write is on its disk.
    pub(crate) fn new() -> Self {
        let mut this = Self::with_homes();
        this.homes = false;
        this
    }

    /// Ids differ from those of another run of these tests at the same time.
    pub(crate) fn with_homes() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let root = fs::metadata("/proc/self").is_ok_and(|this| owner(&this) == 0);
        assert!(
            root,
            "needs root, as a box has users, mounts and a network of its own: sudo make test"
        );
        let n = NEXT.fetch_add(1, Ordering::SeqCst);
        let instance = format!("i-{:08x}{n:09x}", std::process::id());
        let (private, jwks) = generate().unwrap();
        let this = Self {
            disk: Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("box-{instance}")),
            instance,
            listen: free_address(),
            probe: free_address(),
            keys_url: http::serve(jwks),
            signer: Signer::from_jwk(&private).unwrap(),
            homes: true,
            run: None,
        };
        this.remove_disk();
        this
    }

    fn remove_disk(&self) {
        for folder in [&self.disk, &self.volumes(), &self.store()] {
            match fs::remove_dir_all(folder) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    panic!("cannot remove {}: {error}", folder.display())
                }
                _ => {}
            }
        }
    }

    /// Where its volumes appear.
    pub(crate) fn volumes(&self) -> PathBuf {
        self.disk.with_extension("volumes")
    }

    /// Where volumes are that are attached to nothing.
    pub(crate) fn store(&self) -> PathBuf {
        self.disk.with_extension("store")
    }

    /// Where its log is: not on its disk, which a boot empties.
    pub(crate) fn log(&self) -> PathBuf {
        self.disk.with_extension("log")
    }

    /// Starts it, and returns at once.
    pub(crate) fn start(&mut self) {
        let editor = tools::editor().unwrap();
        let agent = env::current_exe().unwrap().parent().unwrap().join("../hotdesk-agent");
        assert!(agent.is_file(), "no {}: cargo build -p hotdesk-agent", agent.display());
        let log = fs::File::options().create(true).append(true).open(self.log()).unwrap();
        // It ends with the test, however that ends.
        let mut run = Command::new("setpriv");
        run.args(["--pdeathsig", "TERM", "--"])
            .arg(tools::root().join("infra/workspace/run-box"))
            .env("HOTDESK_INSTANCE_ID", &self.instance)
            .env("HOTDESK_LISTEN", &self.listen)
            .env("HOTDESK_PROBE_LISTEN", &self.probe)
            .env("HOTDESK_BOX_DIR", &self.disk)
            .env("HOTDESK_HOMES", if self.homes { "volume" } else { "none" })
            .env("HOTDESK_VOLUMES", self.volumes())
            .env("HOTDESK_API_URL", "http://127.0.0.1:9")
            .env("HOTDESK_HOME_URL", "http://127.0.0.1:9")
            .env("HOTDESK_KEYS_URL", format!("{}/jwks.json", self.keys_url))
            .env("HOTDESK_EDITOR_DIR", editor)
            .env("HOTDESK_AGENT", agent)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log);
        self.run = Some(run.spawn().unwrap());
    }

    /// Whether it is ready, as the control plane asks.
    pub(crate) fn ready(&self) -> bool {
        http::get(&self.probe, "/ready", "").is_ok_and(|answer| answer.status == 200)
    }

    /// Starts it and waits until it is ready.
    pub(crate) fn boot(&mut self) {
        self.start();
        self.booted();
    }

    /// Waits until it is ready.
    pub(crate) fn booted(&mut self) {
        until("a box that is ready", || {
            if let Some(status) = self.run.as_mut().unwrap().try_wait().unwrap() {
                let log = fs::read_to_string(self.log()).unwrap_or_default();
                panic!("the box ended with {status}:\n{log}");
            }
            self.ready().then_some(())
        });
    }

    /// How it ended, by itself or because it was asked to.
    pub(crate) fn ended(&mut self) -> ExitStatus {
        let mut run = self.run.take().unwrap();
        until("the end of the box", || run.try_wait().unwrap())
    }

    /// Sends a signal to run-box, and waits for its end.
    pub(crate) fn stop(&mut self, signal: &str) {
        let id = self.run.as_ref().unwrap().id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        self.ended();
    }

    /// A ticket of `user`, signed now.
    pub(crate) fn ticket(&self, user: &str) -> String {
        let iat = SystemClock.now().seconds();
        let claims = TicketClaims {
            aud: self.instance.clone(),
            sub: user.parse().unwrap(),
            epoch: Epoch(iat),
            session_exp: iat + 3600,
            seat_token: format!("seat-of-{user}"),
            jti: SystemClock.now().0.to_string(),
            iat,
            exp: iat + 60,
        };
        self.signer.sign(&claims).unwrap()
    }

    /// What the box answers to a browser.
    pub(crate) fn get(&self, path: &str, cookies: &str) -> http::Answer {
        http::get(&self.listen, path, cookies).unwrap()
    }

    /// Opens the box for `user`: their cookies. Tickets count whole seconds, so one of the second of
    /// the boot is refused, and the next is waited for.
    pub(crate) fn open(&self, user: &str) -> (String, String) {
        until("the box lets its user in", || {
            let ticket = self.ticket(user);
            let opened = self.get(&format!("/_hotdesk/open?ticket={ticket}"), "");
            (opened.status == 303).then_some((ticket, opened.cookies))
        })
    }

    /// The first process of the box, as this machine counts them.
    pub(crate) fn init(&self) -> u32 {
        let arguments = format!("/opt/hotdesk/box/parts\0{}\0", self.instance);
        until("the first process of the box", || {
            search::ids().find(|id| command_line(*id).ends_with(&arguments))
        })
    }

    /// The editor's process.
    pub(crate) fn editor(&self) -> u32 {
        let namespace = |id| fs::read_link(format!("/proc/{id}/ns/pid")).ok();
        let of_the_box = namespace(self.init());
        until("the editor", || {
            search::ids().find(|id| {
                namespace(*id) == of_the_box && command_line(*id).contains("--session-socket")
            })
        })
    }
}

fn command_line(process: u32) -> String {
    let bytes = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

fn owner(file: &fs::Metadata) -> u32 {
    std::os::unix::fs::MetadataExt::uid(file)
}

impl Drop for TestBox {
    fn drop(&mut self) {
        if let Some(mut run) = self.run.take() {
            // Asked and not killed, as it is gone with all of the box only then.
            let _ = Command::new("kill").arg(run.id().to_string()).status();
            let _ = run.wait();
        }
        if !thread::panicking() {
            self.remove_disk();
            let _ = fs::remove_file(self.log());
        }
    }
}
