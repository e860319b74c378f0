//! WebSockets of the editor, through the agent, so that it can end them: when the pass behind one
//! is over, and when the box is drained. All other requests go past the agent, which is asked
//! about each of them.

use std::{path::PathBuf, sync::Arc, time::Duration};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, StatusCode, Uri, header, uri::PathAndQuery},
    response::{IntoResponse, Response},
};
use hotdesk::clock::Ms;
use hyper::{
    client::conn::http1,
    upgrade::{OnUpgrade, Upgraded, on},
};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt, BufReader, copy_buf, split},
    net::UnixStream,
    sync::{Semaphore, watch},
    time::{sleep, timeout},
};

use crate::{access::Access, cookie::Cookies, drained::Door, refusal::Refusal};

/// How long the editor may take to answer, as nginx gives it for a page.
const PATIENCE: Duration = Duration::from_secs(10);

/// The most tunnels at a time. An open workbench has two or three; each takes two file descriptors
/// here and two connections of nginx, which has 1024.
const MOST: usize = 250;

/// Bytes that are on their way in each direction of a tunnel, beyond those in the sockets.
const BUFFER: usize = 64 * 1024;

/// The longest time between two looks at the clock: a timer stands still while a machine sleeps.
const LOOK: Duration = Duration::from_secs(5);

/// What nginx puts before the address of an upgrade; the rest is the editor's, as it came.
pub(crate) const PREFIX: &str = "/tunnel";

/// The way to the editor for upgrades.
#[derive(Debug)]
pub(crate) struct Tunnels {
    editor: PathBuf,
    room: Arc<Semaphore>,
}

/// Why a request gets no tunnel though its sender was let in.
#[derive(Debug, thiserror::Error)]
enum TunnelError {
    #[error("not an upgrade of a plain address")]
    Request,
    #[error("too many tunnels at once")]
    Full,
    #[error("cannot reach the editor")]
    Socket(#[from] std::io::Error),
    #[error("the editor does not answer")]
    Editor(#[from] hyper::Error),
    #[error("the editor takes too long")]
    Late(#[from] tokio::time::error::Elapsed),
}

impl TunnelError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Request => StatusCode::BAD_REQUEST,
            Self::Full => StatusCode::SERVICE_UNAVAILABLE,
            Self::Socket(_) | Self::Editor(_) => StatusCode::BAD_GATEWAY,
            Self::Late(_) => StatusCode::GATEWAY_TIMEOUT,
        }
    }
}

impl Tunnels {
    /// To the editor at that socket.
    pub(crate) fn new(editor: PathBuf) -> Self {
        Self { editor, room: Arc::new(Semaphore::new(MOST)) }
    }

    /// Passes an upgrade on to the editor, and what follows between the two.
    ///
    /// # Errors
    /// [`Refusal`] if its sender is not let in; whatever else fails is an answer.
    pub(crate) async fn open(
        &self,
        access: &Arc<Access>,
        cookies: Cookies,
        request: Request,
    ) -> Result<Response, Refusal> {
        // Before the pass is looked at, so that no order comes in between.
        let door = access.watch_door();
        let pass = access.check(request.headers())?;
        let guard = Guard { access: Arc::clone(access), door, exp: pass.exp };
        Ok(self.connect(guard, cookies, request).await.unwrap_or_else(|error| {
            let status = error.status();
            let error: &dyn std::error::Error = &error;
            tracing::warn!(error, "no tunnel");
            status.into_response()
        }))
    }

    async fn connect(
        &self,
        guard: Guard,
        cookies: Cookies,
        mut request: Request,
    ) -> Result<Response, TunnelError> {
        if request.extensions().get::<OnUpgrade>().is_none() {
            return Err(TunnelError::Request);
        }
        let room = Arc::clone(&self.room).try_acquire_owned().map_err(|_| TunnelError::Full)?;
        let browser = on(&mut request);
        let asked = to_editor(cookies, &request)?;
        let mut answer = timeout(PATIENCE, async {
            let socket = TokioIo::new(UnixStream::connect(&self.editor).await?);
            let (mut editor, connection) = http1::handshake(socket).await?;
            tokio::spawn(connection.with_upgrades());
            Ok::<_, TunnelError>(editor.send_request(asked).await?)
        })
        .await??;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Ok(answer.map(Body::new));
        }
        let editor = on(&mut answer);
        tokio::spawn(async move {
            let _room = room;
            if let (Ok(browser), Ok(editor)) = tokio::join!(browser, editor) {
                join(browser, editor, guard.over()).await;
            }
        });
        Ok(answer.map(|_| Body::empty()))
    }
}

/// The request as the editor gets it: no body, and no cookie of the box.
fn to_editor(cookies: Cookies, request: &Request) -> Result<hyper::Request<Body>, TunnelError> {
    let address = request.uri().path_and_query().map(PathAndQuery::as_str);
    let address = address.and_then(|all| all.strip_prefix(PREFIX));
    let address = address.filter(|rest| rest.starts_with('/')).ok_or(TunnelError::Request)?;
    let mut asked = hyper::Request::new(Body::empty());
    *asked.method_mut() = request.method().clone();
    *asked.uri_mut() = address.parse::<Uri>().map_err(|_| TunnelError::Request)?;
    *asked.headers_mut() = request.headers().clone();
    let headers: &mut HeaderMap = asked.headers_mut();
    for name in [header::CONTENT_LENGTH, header::TRANSFER_ENCODING, header::COOKIE] {
        headers.remove(name);
    }
    if let Some(others) = cookies.of_others(request.headers()) {
        headers.insert(header::COOKIE, others);
    }
    Ok(asked)
}

/// What lets a tunnel be.
struct Guard {
    access: Arc<Access>,
    door: watch::Receiver<Door>,
    exp: u64,
}

impl Guard {
    /// Until the pass is over or the box is closed.
    async fn over(mut self) {
        let access = self.access;
        let ends = Ms(self.exp.saturating_mul(1000));
        let session = async {
            loop {
                let now = access.now();
                if now >= ends {
                    return;
                }
                sleep(ends.since(now).min(LOOK)).await;
            }
        };
        tokio::select! {
            () = session => {}
            // An error means that the agent ends.
            _ = self.door.wait_for(|door| *door == Door::Closed) => {}
        }
    }
}

/// Bytes both ways, until either side ends or `over` does; then both are closed.
async fn join(browser: Upgraded, editor: Upgraded, over: impl Future<Output = ()>) {
    let (from_browser, mut to_browser) = split(TokioIo::new(browser));
    let (from_editor, mut to_editor) = split(TokioIo::new(editor));
    tokio::select! {
        () = carry(from_browser, &mut to_editor) => {}
        () = carry(from_editor, &mut to_browser) => {}
        () = over => {}
    }
    // Whoever is gone already needs no goodbye.
    let _ = tokio::join!(to_browser.shutdown(), to_editor.shutdown());
}

async fn carry(from: impl AsyncRead + Unpin, to: &mut (impl AsyncWrite + Unpin)) {
    // An error is an end as any other: the other side has gone.
    let _ = copy_buf(&mut BufReader::with_capacity(BUFFER, from), to).await;
}
