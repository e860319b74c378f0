//! A redis-server of one's own.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;

/// A redis-server on a Unix socket in a folder of its own, killed on drop.
#[derive(Debug)]
pub struct Redis {
    server: Child,
    folder: TempDir,
}

impl Redis {
    /// Starts one and waits until it answers.
    ///
    /// # Panics
    /// If redis-server is not installed or does not answer within 10 s.
    #[must_use]
    pub fn start() -> Self {
        let folder = TempDir::new().expect("a folder for redis");
        let server = Command::new("redis-server")
            .args(["--port", "0", "--save", "", "--appendonly", "no", "--unixsocket"])
            .arg(folder.path().join("redis.sock"))
            .arg("--dir")
            .arg(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed (make tools)");
        let redis = Self { server, folder };
        let started = Instant::now();
        while redis.try_connect().is_none() {
            assert!(started.elapsed() < Duration::from_secs(10), "redis-server does not answer");
            std::thread::sleep(Duration::from_millis(5));
        }
        redis
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis+unix://{}", self.folder.path().join("redis.sock").display())
    }

    /// A plain connection, to look behind the store's back.
    ///
    /// # Panics
    /// If the server is gone.
    #[must_use]
    pub fn connect(&self) -> redis::Connection {
        self.try_connect().expect("redis answers")
    }

    fn try_connect(&self) -> Option<redis::Connection> {
        redis::Client::open(self.url()).ok()?.get_connection().ok()
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
