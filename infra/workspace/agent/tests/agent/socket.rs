//! An upgraded connection, as a browser's WebSocket begins; what follows is bytes to all between.

use std::time::Duration;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Debug)]
pub(crate) struct Socket(TcpStream);

impl Socket {
    /// Asks for the echo, with the address's own origin.
    pub(crate) async fn echo(address: &str, cookie: &str) -> Self {
        let headers = format!("Cookie: {cookie}\r\nOrigin: {address}\r\n");
        Self::open(address, "/echo", &headers).await.unwrap()
    }

    /// Asks for that target with these header lines; the whole answer if it is no upgrade.
    pub(crate) async fn open(address: &str, target: &str, headers: &str) -> Result<Self, String> {
        let host = address.trim_start_matches("http://");
        let mut stream = TcpStream::connect(host).await.unwrap();
        let request = format!(
            "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: keep-alive, Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: YWJjZGVmZ2hpamtsbW5vcA==\r\n{headers}\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(stream.read_u8().await.unwrap());
        }
        let answer = String::from_utf8(answer).unwrap();
        if answer.starts_with("HTTP/1.1 101 ") { Ok(Self(stream)) } else { Err(answer) }
    }

    /// Sends bytes and waits for the same to come back.
    pub(crate) async fn says(&mut self, bytes: &[u8]) {
        let (mut read, mut write) = self.0.split();
        let mut back = vec![0; bytes.len()];
        let both = async { tokio::try_join!(write.write_all(bytes), read.read_exact(&mut back)) };
        timeout(PATIENCE, both).await.expect("an echo").unwrap();
        assert!(back == bytes, "what comes back is what was sent");
    }

    /// Waits until the other side has closed it.
    pub(crate) async fn ends(&mut self) {
        let mut rest = [0; 1024];
        let end = async { while let Ok(1..) = self.0.read(&mut rest).await {} };
        timeout(PATIENCE, end).await.expect("the connection is closed");
    }

    /// Closes it.
    pub(crate) async fn close(mut self) {
        self.0.shutdown().await.unwrap();
    }
}
