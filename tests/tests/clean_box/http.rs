//! Just enough HTTP: a server of one document, and a client that follows no redirects.

use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

/// Serves a document at every path for as long as the test runs; where it is.
pub(crate) fn serve(document: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Whoever hangs up early has got what they wanted.
            let _ = answer(stream, &document);
        }
    });
    address
}

fn answer(mut stream: TcpStream, document: &str) -> io::Result<()> {
    let mut line = String::new();
    let mut request = BufReader::new(stream.try_clone()?);
    while request.read_line(&mut line)? > 2 {
        line.clear();
    }
    let length = document.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\
         Connection: close\r\n\r\n{document}"
    )
}

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Of all `Set-Cookie` headers, as a browser sends them back.
    pub(crate) cookies: String,
    pub(crate) body: String,
}

/// Asks for a path.
///
/// # Errors
/// Nobody listens there, or what they say is not HTTP.
pub(crate) fn get(address: &str, path: &str, cookies: &str) -> io::Result<Answer> {
    let cookie = if cookies.is_empty() { String::new() } else { format!("Cookie: {cookies}\r\n") };
    ask(address, &format!("GET {path}"), &format!("Accept: text/html\r\n{cookie}"), "")
}

/// Posts a text to a path.
///
/// # Errors
/// As [`get`].
pub(crate) fn post(address: &str, path: &str, text: &str) -> io::Result<Answer> {
    let headers = format!("Content-Type: text/plain\r\nContent-Length: {}\r\n", text.len());
    ask(address, &format!("POST {path}"), &headers, text)
}

fn ask(address: &str, what: &str, headers: &str, body: &str) -> io::Result<Answer> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(
        stream,
        "{what} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n{headers}\r\n{body}"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    let cookies = head.lines().filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("set-cookie").then(|| value.split(';').next())?
    });
    Ok(Answer {
        status: status.ok_or_else(|| io::Error::other(format!("not HTTP: {head}")))?,
        cookies: cookies.collect::<Vec<_>>().join("; "),
        body: body.to_owned(),
    })
}
