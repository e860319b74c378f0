//! A wire that counts: what a function asks of a server, in round trips.

use std::{
    io,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split},
    net::{TcpListener, TcpStream, UnixStream},
};
use tokio_rustls::TlsAcceptor;

/// Where a server listens.
#[derive(Clone, Debug)]
pub enum Server {
    /// On a port of 127.0.0.1.
    Port(u16),
    /// On a socket.
    Socket(PathBuf),
}

/// Passes everything on to a server. A round trip begins whenever a client sends something after the server
/// had the word, or first of all.
#[derive(Clone, Debug)]
pub struct Tap {
    /// Where it listens.
    pub port: u16,
    seen: Arc<Seen>,
}

#[derive(Debug, Default)]
struct Seen {
    trips: AtomicU64,
    last: Mutex<Option<Connected>>,
}

/// When the last client connected.
#[derive(Clone, Copy, Debug)]
pub struct Connected {
    /// It was accepted.
    pub accepted: Instant,
    /// Keys were agreed on; without TLS the same moment.
    pub agreed: Instant,
    /// The server last said something, if it did.
    pub answered: Option<Instant>,
}

impl Tap {
    /// In front of a server; with a certificate, what clients say is by TLS.
    ///
    /// # Errors
    /// There is no free port.
    pub async fn before(server: Server, tls: Option<Arc<ServerConfig>>) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let tap = Self { port: listener.local_addr()?.port(), seen: Arc::default() };
        let seen = Arc::clone(&tap.seen);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, server.clone(), tls.clone(), Arc::clone(&seen)));
            }
        });
        Ok(tap)
    }

    /// How many round trips there were, without those that agree on keys.
    #[must_use]
    pub fn trips(&self) -> u64 {
        self.seen.trips.load(Ordering::Relaxed)
    }

    /// The last connection, if there was one.
    #[must_use]
    pub fn last(&self) -> Option<Connected> {
        *self.seen.last()
    }
}

impl Seen {
    fn last(&self) -> std::sync::MutexGuard<'_, Option<Connected>> {
        self.last.lock().expect("not poisoned")
    }

    fn connected(&self, accepted: Instant) {
        *self.last() = Some(Connected { accepted, agreed: Instant::now(), answered: None });
    }

    fn answered(&self) {
        if let Some(last) = &mut *self.last() {
            last.answered = Some(Instant::now());
        }
    }
}

async fn serve(
    client: TcpStream,
    server: Server,
    tls: Option<Arc<ServerConfig>>,
    seen: Arc<Seen>,
) -> io::Result<()> {
    let accepted = Instant::now();
    // Without that, each small write waits for the last one's acknowledgement.
    client.set_nodelay(true)?;
    let Some(tls) = tls else {
        seen.connected(accepted);
        return to(client, server, seen).await;
    };
    let client = TlsAcceptor::from(tls).accept(client).await?;
    seen.connected(accepted);
    to(client, server, seen).await
}

async fn to(
    client: impl AsyncRead + AsyncWrite,
    server: Server,
    seen: Arc<Seen>,
) -> io::Result<()> {
    match server {
        Server::Port(port) => {
            let server = TcpStream::connect(("127.0.0.1", port)).await?;
            server.set_nodelay(true)?;
            pass(client, server, seen).await;
        }
        Server::Socket(path) => pass(client, UnixStream::connect(path).await?, seen).await,
    }
    Ok(())
}

async fn pass(
    client: impl AsyncRead + AsyncWrite,
    server: impl AsyncRead + AsyncWrite,
    seen: Arc<Seen>,
) {
    let ((from_client, to_client), (from_server, to_server)) = (split(client), split(server));
    // Whose turn it is: 1 the client's, 0 the server's.
    let turn = AtomicU64::new(1);
    let up = copy(from_client, to_server, || {
        if turn.swap(0, Ordering::Relaxed) == 1 {
            seen.trips.fetch_add(1, Ordering::Relaxed);
        }
    });
    let down = copy(from_server, to_client, || {
        turn.store(1, Ordering::Relaxed);
        seen.answered();
    });
    tokio::join!(up, down);
}

async fn copy(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, said: impl Fn()) {
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(read @ 1..) = from.read(&mut buffer).await {
        said();
        if to.write_all(&buffer[..read]).await.is_err() {
            break;
        }
    }
    let _ = to.shutdown().await;
}
