//! Requests byte by byte, as no well-behaved client sends them.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// The whole answer to a request; the connection ends with it.
pub(crate) async fn exchange(address: &str, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer).into_owned()
}

/// The status of a GET of `target` exactly as it is written here.
pub(crate) async fn status(address: &str, target: &str, cookie: &str) -> u16 {
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: box\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n"
    );
    let answer = exchange(address, request.as_bytes()).await;
    answer
        .split(' ')
        .nth(1)
        .and_then(|code| code.parse().ok())
        .unwrap_or_else(|| panic!("{answer}"))
}
