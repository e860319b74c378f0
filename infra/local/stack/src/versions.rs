//! Two versions of the functions side by side, as there are while a stack in AWS is upgraded: whatever
//! comes to the API, requests and invocations, goes to one and to the other in turn.

use std::{
    io,
    net::Ipv4Addr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use reqwest::{Client, redirect::Policy};
use tokio::net::TcpListener;

/// More than any request or answer has.
const MAX_BODY: usize = 6 << 20;

/// Who says which version has answered.
const VERSION: &str = "hotdesk-version";

struct Turns {
    client: Client,
    ports: [u16; 2],
    next: AtomicUsize,
}

/// Listens at `port` of 127.0.0.1, and passes each request on to the next of `ports`. Its answer says
/// in `Hotdesk-Version` which that was: 0 or 1.
///
/// # Errors
/// The port is taken.
pub async fn alternate(port: u16, ports: [u16; 2]) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
    let client = Client::builder().redirect(Policy::none()).no_proxy().build();
    let client = client.map_err(io::Error::other)?;
    let turns = Arc::new(Turns { client, ports, next: AtomicUsize::new(0) });
    let app = Router::new().fallback(pass_on).with_state(turns);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(())
}

async fn pass_on(State(turns): State<Arc<Turns>>, request: Request) -> Response {
    let turn = turns.next.fetch_add(1, Ordering::Relaxed) % turns.ports.len();
    match ask(&turns.client, turns.ports[turn], request).await {
        Ok(mut answer) => {
            answer.headers_mut().insert(VERSION, turn.into());
            answer
        }
        Err(error) => (StatusCode::BAD_GATEWAY, error.to_string()).into_response(),
    }
}

async fn ask(client: &Client, port: u16, request: Request) -> anyhow::Result<Response> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let asked = client.request(parts.method, format!("http://127.0.0.1:{port}{path}"));
    let asked = asked.headers(parts.headers).body(to_bytes(body, MAX_BODY).await?).send().await?;
    let mut answer = Response::builder().status(asked.status());
    for (name, value) in asked.headers() {
        // Those of the connection, which is another one here.
        if name != header::CONNECTION && name != header::TRANSFER_ENCODING {
            answer = answer.header(name, value);
        }
    }
    Ok(answer.body(Body::from(asked.bytes().await?))?)
}

#[cfg(test)]
mod tests {
    use axum::{http::Uri, routing::any};

    use super::*;

    /// Somebody who says who they are and what they were asked.
    async fn listen(name: &'static str) -> u16 {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let say = async move |uri: Uri, body: String| {
            (StatusCode::SEE_OTHER, [(header::LOCATION, "/there")], format!("{name} {uri} {body}"))
        };
        let app = Router::new().fallback(any(say));
        tokio::spawn(async move { axum::serve(listener, app).await });
        port
    }

    #[tokio::test]
    async fn each_gets_every_second_request_whole() {
        let ports = [listen("new").await, listen("older").await];
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = free.local_addr().unwrap().port();
        drop(free);
        alternate(port, ports).await.unwrap();
        let client = Client::builder().redirect(Policy::none()).no_proxy().build().unwrap();
        for (version, name) in [("0", "new"), ("1", "older"), ("0", "new")] {
            let request = client.post(format!("http://127.0.0.1:{port}/stop?a=b")).body("c=d");
            let answer = request.send().await.unwrap();
            assert_eq!(answer.status(), StatusCode::SEE_OTHER);
            assert_eq!(answer.headers()[header::LOCATION], "/there");
            assert_eq!(answer.headers()[VERSION], version);
            assert_eq!(answer.text().await.unwrap(), format!("{name} /stop?a=b c=d"));
        }
    }
}
