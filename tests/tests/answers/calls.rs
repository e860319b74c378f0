//! What each request costs DynamoDB: nothing is on the way to the box but the transaction that opens it.

use std::sync::{Arc, Mutex};

use aws_sdk_dynamodb::config::{
    ConfigBag, Intercept, RuntimeComponents, interceptors::BeforeTransmitInterceptorContextRef,
};
use hotdesk_aws::DynamoSeats;
use hotdesk_stack::environment;
use hotdesk_tests::desk::Desk;
use http::StatusCode;

use crate::json as asked;

/// The names of the calls that are sent.
#[derive(Clone, Debug, Default)]
struct Calls(Arc<Mutex<Vec<String>>>);

impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "calls"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        let target = context.request().headers().get("x-amz-target").unwrap_or_default();
        let name = target.rsplit('.').next().unwrap_or_default().to_owned();
        self.0.lock().unwrap().push(name);
        Ok(())
    }
}

impl Calls {
    /// Those since the last time, sorted: some are sent side by side.
    fn take(&self) -> Vec<String> {
        let mut calls = std::mem::take(&mut *self.0.lock().unwrap());
        calls.sort();
        calls
    }
}

#[tokio::test]
async fn a_request_makes_no_more_calls_to_dynamodb_than_it_must() {
    let mut desk = Desk::start().await;
    desk.stock(1).await;
    let calls = Calls::default();
    let config = aws_sdk_dynamodb::config::Builder::from(&desk.moto.sdk_config().await);
    let client = aws_sdk_dynamodb::Client::from_conf(config.interceptor(calls.clone()).build());
    desk.dispatch.seats = DynamoSeats::new(client, environment::tables(), 0);
    let sent = desk.open("alice").await.expect("a box");
    assert_eq!(calls.take(), ["TransactWriteItems"], "the first way to the box");
    desk.open("alice").await.expect("the same box");
    assert_eq!(calls.take(), ["TransactWriteItems"], "any other");
    asked(&desk, "alice", "/status").await;
    assert_eq!(desk.beat(&sent).await, StatusCode::NO_CONTENT);
    assert!(calls.take().is_empty(), "neither is asked where people stand, nor for heartbeats");
    asked(&desk, "alice", "/").await;
    assert_eq!(calls.take(), ["BatchGetItem", "Query"], "the home and the sessions, side by side");
}
