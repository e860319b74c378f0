//! Events are read, and answers written, as `lambda_http` does it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hotdesk::{problem::Problem, web};
use http::{HeaderMap, StatusCode, header};
use lambda_http::aws_lambda_events::apigw::ApiGatewayV2httpResponse;
use ping::event::{Answer, EventError, request};
use proptest::prelude::*;
use serde_json::{Value, json};

fn event(method: &str, path: &str, said: Option<&str>, body: Option<&str>, base64: bool) -> Value {
    let sample = include_str!("../../../events/ping-forged-token.json");
    let mut event: Value = serde_json::from_str(sample).unwrap();
    event["rawPath"] = path.into();
    event["requestContext"]["http"]["method"] = method.into();
    event["isBase64Encoded"] = base64.into();
    for (within, name) in [("/headers", "authorization"), ("", "body")] {
        event.pointer_mut(within).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    }
    if let Some(said) = said {
        event["headers"]["authorization"] = said.into();
    }
    if let Some(body) = body {
        let encoded = || BASE64_STANDARD.encode(body);
        event["body"] = if base64 { encoded() } else { body.to_owned() }.into();
    }
    event
}

proptest! {
    #[test]
    fn an_event_is_read_as_the_other_functions_read_it(
        method in "GET|POST|PUT|DELETE|OPTIONS|[A-Z]{1,9}",
        // Theirs makes another path of dots, and of what is escaped; neither is a route.
        path in "(/[a-zA-Z0-9_~-]{0,9}){1,3}",
        said in proptest::option::of("(Bearer )?[ -~]{0,40}"),
        body in proptest::option::of(".{0,60}"),
        base64: bool,
    ) {
        let event = event(&method, &path, said.as_deref(), body.as_deref(), base64).to_string();
        let theirs = lambda_http::request::from_str(&event).unwrap();
        let ours = request(&event).unwrap();
        prop_assert_eq!(ours.method(), theirs.method());
        prop_assert_eq!(ours.uri().path(), theirs.uri().path());
        let said = |of: &HeaderMap| of.get(header::AUTHORIZATION).cloned();
        prop_assert_eq!(said(ours.headers()), said(theirs.headers()));
        let body: &[u8] = theirs.body();
        prop_assert_eq!(ours.body().as_slice(), body);
    }
}

#[test]
fn answers_have_their_headers_as_api_gateway_takes_them() {
    let mut renewed = web::empty(StatusCode::NO_CONTENT);
    renewed.headers_mut().insert("seat-token", "a.b.c".parse().unwrap());
    for reply in [renewed, web::problem(Problem::Unavailable), web::takes_only("POST")] {
        let (status, headers, body) =
            (reply.status(), reply.headers().clone(), reply.body().clone());
        let answer = serde_json::to_value(Answer::from(reply)).unwrap();
        let theirs: ApiGatewayV2httpResponse = serde_json::from_value(answer).unwrap();
        assert_eq!(theirs.status_code, i64::from(status.as_u16()));
        assert_eq!(theirs.headers, headers);
        assert_eq!(theirs.body.map(|body| body.to_vec()).unwrap_or_default(), body.into_bytes());
        assert!(!theirs.is_base64_encoded);
    }
}

#[test]
fn what_is_no_event_of_an_http_api_is_refused_and_says_where_it_belongs() {
    let rest = json!({"path": "/ping", "httpMethod": "POST", "headers": {}, "body": "{}"});
    for wrong in ["", "null", "[]", &rest.to_string()] {
        let error = request(wrong).unwrap_err();
        assert!(matches!(error, EventError::Format(_)), "{wrong}: {error}");
        assert!(error.to_string().contains("template.yaml"));
    }
    let mut wrong = event("POST", "/ping", None, None, true);
    wrong["body"] = "not base64!".into();
    assert!(matches!(request(&wrong.to_string()), Err(EventError::Body(_))));
    let wrong = event("NO METHOD", "/ping", None, None, false);
    assert!(matches!(request(&wrong.to_string()), Err(EventError::Method(_))));
}
