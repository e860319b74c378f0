//! The least that notes a heartbeat: no token is checked, and nothing is decided.

use std::time::{SystemTime, UNIX_EPOCH};

use lambda_http::{Body, Error, Request, Response, run, service_fn};
use redis::aio::MultiplexedConnection;
use serde::Deserialize;

#[derive(Deserialize)]
struct Beat {
    user: String,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let client = redis::Client::open(std::env::var("REDIS_URL")?)?;
    let connection = &client.get_multiplexed_async_connection().await?;
    run(service_fn(move |request: Request| note(connection.clone(), request))).await
}

#[expect(clippy::disallowed_methods, reason = "a program of its own, without a clock to hand in")]
async fn note(mut to: MultiplexedConnection, request: Request) -> Result<Response<Body>, Error> {
    let beat: Beat = serde_json::from_slice(request.body())?;
    let now = u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
    redis::pipe()
        .hset(format!("ws:{}", beat.user), "lastSeen", now)
        .zadd("ws:pings", &beat.user, now)
        .exec_async(&mut to)
        .await?;
    Ok(Response::builder().status(204).body(Body::Empty)?)
}
