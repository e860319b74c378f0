//! A box for the keeper: mounts of its own, which go with it, a folder in which volumes appear, and an
//! editor that only writes down when it is stopped and started.

use std::{
    fs::{self, File},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use hotdesk::homes::{Stage, Trouble};
use hotdesk_agent::keeper::{Files, Letting, Order, Report};
use reqwest::Client;
use tempfile::TempDir;

pub(crate) const MIB: u64 = 1024 * 1024;

/// Large enough for a copy of the superblock.
pub(crate) const SIZE: u64 = 256 * MIB;

/// Waits for a state.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    for _ in 0..3000 {
        if let Some(seen) = look().await {
            return seen;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("not within a minute: {what}");
}

/// Runs a program that has to succeed; what it says.
pub(crate) fn says(program: &str, arguments: &[&str]) -> String {
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap());
    let output = Command::new(program).args(arguments).env("PATH", path).output().unwrap();
    assert!(output.status.success(), "{program}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

/// A volume, wherever it is attached: ids differ between tests, which run at the same time.
pub(crate) struct TestVolume {
    _folder: TempDir,
    pub(crate) image: PathBuf,
    pub(crate) id: String,
}

impl TestVolume {
    /// A blank one.
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let folder = tempfile::tempdir().unwrap();
        let image = folder.path().join("image");
        File::create(&image).unwrap().set_len(SIZE).unwrap();
        let n = NEXT.fetch_add(1, Ordering::SeqCst);
        Self { _folder: folder, image, id: format!("vol-{:08x}{n:09x}", std::process::id()) }
    }

    /// One with a home of `user`, and in it a file `kept`.
    pub(crate) async fn of(user: &str) -> Self {
        let this = Self::new();
        let mut ground = Ground::new();
        ground.attach(&this);
        ground.start().await;
        ground.opens(&this.order(user, true)).await;
        fs::write(ground.inside("kept"), user).unwrap();
        ground.lets_go(Files::Saved).await;
        drop(ground);
        this.is_free().await;
        this
    }

    /// Waits until no box has it any more.
    pub(crate) async fn is_free(&self) {
        until("the volume is free", async || self.devices().is_empty().then_some(())).await;
    }

    /// The loop devices of it on this machine.
    pub(crate) fn devices(&self) -> Vec<String> {
        let list = says("losetup", &["--list", "--noheadings", "--output", "NAME,BACK-FILE"]);
        let ours = list.lines().filter(|line| line.contains(&self.id));
        ours.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
    }

    pub(crate) fn order(&self, user: &str, new: bool) -> Order {
        let (user, volume) = (user.parse().unwrap(), self.id.parse().unwrap());
        Order { user, volume, size: 1, new }
    }

    /// What blkid says of its file system.
    pub(crate) fn tag(&self, name: &str) -> String {
        says("blkid", &["-p", "-o", "value", "-s", name, self.image.to_str().unwrap()])
    }

    /// A copy, to compare it with later.
    pub(crate) fn copy(&self) -> TestVolume {
        let copy = Self::new();
        let paths = [self.image.to_str().unwrap(), copy.image.to_str().unwrap()];
        says("cp", &["--sparse=always", paths[0], paths[1]]);
        copy
    }

    pub(crate) fn is_as(&self, before: &Self) -> bool {
        let cmp = Command::new("cmp").arg("--silent").args([&self.image, &before.image]).status();
        cmp.unwrap().success()
    }

    pub(crate) fn debugfs(&self, request: &str) {
        says("debugfs", &["-w", "-R", request, self.image.to_str().unwrap()]);
    }
}

pub(crate) struct Ground {
    pub(crate) folder: TempDir,
    /// Keeps the box's table of mounts.
    holder: Child,
    keeper: Option<Child>,
    /// The user of the box; no other box's.
    pub(crate) owner: u32,
}

impl Ground {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let root = fs::metadata("/proc/self").unwrap().uid() == 0;
        assert!(root, "needs root, as the keeper mounts: sudo make test");
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["home", "volumes", "keeper"] {
            fs::create_dir(path(name)).unwrap();
        }
        let script = format!("#!/bin/sh\necho \"$1\" >>{}\n", path("editor").display());
        fs::write(path("control"), script).unwrap();
        fs::set_permissions(path("control"), fs::Permissions::from_mode(0o755)).unwrap();
        let mut holder = Command::new("setpriv");
        holder.args(["--pdeathsig", "KILL", "unshare", "--mount", "--", "sleep", "infinity"]);
        let holder = holder.stdin(Stdio::null()).spawn().unwrap();
        let (ours, its) = ("/proc/self/ns/mnt", format!("/proc/{}/ns/mnt", holder.id()));
        for tries in 0.. {
            assert!(tries < 3000, "no table of mounts");
            let its = fs::read_link(&its).ok();
            if its.is_some() && its != fs::read_link(ours).ok() {
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        let owner =
            1_000_000 + std::process::id() % 100_000 * 100 + NEXT.fetch_add(1, Ordering::SeqCst);
        Self { folder, holder, keeper: None, owner }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn attach(&self, volume: &TestVolume) {
        let folder = self.path("volumes").join(&volume.id);
        fs::create_dir(&folder).unwrap();
        fs::hard_link(&volume.image, folder.join("image")).unwrap();
    }

    /// A command among the box's mounts.
    pub(crate) fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new("nsenter");
        command.arg(format!("--mount=/proc/{}/ns/mnt", self.holder.id())).arg("--");
        command.arg(program.as_ref()).stdin(Stdio::null());
        command
    }

    /// Starts the keeper, and waits until it answers.
    pub(crate) async fn start(&mut self) {
        self.kill();
        let mut command = self.command(env!("CARGO_BIN_EXE_hotdesk-agent"));
        command.args(["keep", "--owner", &self.owner.to_string()]);
        for name in ["volumes", "home", "editor-control", "folder"] {
            let at = match name {
                "folder" => self.path("keeper"),
                "editor-control" => self.path("control"),
                name => self.path(name),
            };
            command.arg(format!("--{name}")).arg(at);
        }
        let log = File::options().create(true).append(true).open(self.path("log")).unwrap();
        self.keeper = Some(command.stderr(log).spawn().unwrap());
        until("the keeper answers", async || self.ask().await).await;
    }

    pub(crate) fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap()
    }

    /// Kills the keeper.
    pub(crate) fn kill(&mut self) {
        if let Some(mut keeper) = self.keeper.take() {
            keeper.kill().unwrap();
            keeper.wait().unwrap();
        }
    }

    fn client(&self) -> Client {
        Client::builder().unix_socket(self.path("keeper/keeper.sock")).build().unwrap()
    }

    async fn ask(&self) -> Option<Report> {
        let answer = self.client().get("http://keeper/home").send().await.ok()?;
        answer.json().await.ok()
    }

    pub(crate) async fn report(&self) -> Report {
        self.ask().await.unwrap()
    }

    /// Gives an order; the status.
    pub(crate) async fn order(&self, order: &Order) -> u16 {
        let request = self.client().put("http://keeper/home").json(order);
        request.send().await.unwrap().status().as_u16()
    }

    /// Waits until the home is open.
    pub(crate) async fn is_open(&self) {
        until("the home is open", async || {
            let report = self.report().await;
            assert_ne!(report.stage, Some(Stage::Failed), "{report:?}\n{}", self.log());
            (report.stage == Some(Stage::Mounted)).then_some(())
        })
        .await;
    }

    /// Gives an order, and waits until the home is open.
    pub(crate) async fn opens(&self, order: &Order) {
        assert_eq!(self.order(order).await, 200);
        self.is_open().await;
    }

    /// Gives an order, and waits until it fails.
    pub(crate) async fn fails(&self, order: &Order) -> Trouble {
        assert_eq!(self.order(order).await, 200);
        until("the home fails", async || {
            let report = self.report().await;
            assert_ne!(report.stage, Some(Stage::Mounted));
            report.trouble
        })
        .await
    }

    pub(crate) async fn let_go(&self) -> Files {
        let answer = self.client().delete("http://keeper/home").send().await.unwrap();
        answer.json::<Letting>().await.unwrap().files
    }

    /// Has it let go until it says that.
    pub(crate) async fn lets_go(&self, files: Files) {
        until("the home is let go of", async || {
            let now = self.let_go().await;
            assert!(now == files || now == Files::Saving, "{now:?}\n{}", self.log());
            (now == files).then_some(())
        })
        .await;
    }

    /// A file of the home, as the box sees it.
    pub(crate) fn inside(&self, name: &str) -> PathBuf {
        let home = self.path("home");
        let home = home.strip_prefix("/").unwrap();
        Path::new(&format!("/proc/{}/root", self.holder.id())).join(home).join(name)
    }

    /// What the editor was told.
    pub(crate) fn editor(&self) -> Vec<String> {
        let told = fs::read_to_string(self.path("editor")).unwrap_or_default();
        told.lines().map(str::to_owned).collect()
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        self.kill();
        // Its mounts go with it.
        let _ = self.holder.kill();
        let _ = self.holder.wait();
    }
}
