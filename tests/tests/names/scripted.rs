//! What moto does not say: changes that are on their way, that meet another, or that are outrun.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use aws_sdk_route53::Client;
use axum::{Router, extract::State, http::StatusCode};
use hotdesk::{
    fleet::FleetError,
    names::{ChangeId, NOWHERE, Name, Names, TTL},
};
use hotdesk_aws::{AwsFleet, Zone};
use hotdesk_tests::scripted::aws;
use tokio::task::JoinSet;

use super::stage::{DOMAIN, address, fleet, instance};

/// What is answered, one after the other; the last again and again.
type Answers = Arc<Mutex<VecDeque<(u16, String)>>>;

async fn answer(State(answers): State<Answers>) -> (StatusCode, String) {
    let mut answers = answers.lock().unwrap();
    let again = answers.len() == 1;
    let (status, body) = if again { answers[0].clone() } else { answers.pop_front().unwrap() };
    (StatusCode::from_u16(status).unwrap(), body)
}

async fn stage(answers: &[(u16, String)]) -> (AwsFleet, JoinSet<()>) {
    let answers = Arc::new(Mutex::new(answers.iter().cloned().collect()));
    let (config, server) = aws(Router::new().fallback(answer).with_state(answers)).await;
    (fleet(&config, Some(Zone::new(Client::new(&config), "Z1", DOMAIN))), server)
}

fn document(name: &str, inside: &str) -> String {
    format!(r#"<{name} xmlns="https://route53.amazonaws.com/doc/2013-04-01/">{inside}</{name}>"#)
}

fn change(action: &str, status: &str) -> (u16, String) {
    let info = format!(
        "<ChangeInfo><Id>/change/C1</Id><Status>{status}</Status>\
         <SubmittedAt>2026-11-20T08:00:00Z</SubmittedAt></ChangeInfo>"
    );
    (200, document(&format!("{action}Response"), &info))
}

fn error(status: u16, code: &str, message: &str) -> (u16, String) {
    let inside = format!(
        "<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>1</RequestId>"
    );
    (status, document("ErrorResponse", &inside))
}

/// The other form of the same (Route 53 API Reference, "InvalidChangeBatch").
fn messages(message: &str) -> (u16, String) {
    let inside =
        format!("<Messages><Message>{message}</Message></Messages><RequestId>1</RequestId>");
    (400, document("InvalidChangeBatch", &inside))
}

#[tokio::test]
async fn a_change_that_is_on_its_way_is_not_in_sync() {
    let id = ChangeId("C1".into());
    let (fleet, _server) =
        stage(&[change("GetChange", "PENDING"), change("GetChange", "INSYNC")]).await;
    assert!(!fleet.in_sync(&id).await.unwrap());
    assert!(fleet.in_sync(&id).await.unwrap());
}

#[tokio::test]
async fn a_change_that_meets_another_or_too_many_calls_is_sent_again() {
    let busy = "The request was rejected because Route 53 was still processing a prior request.";
    let (fleet, _server) = stage(&[
        error(400, "PriorRequestNotComplete", busy),
        error(400, "Throttling", "Rate exceeded"),
        change("ChangeResourceRecordSets", "PENDING"),
    ])
    .await;
    let sent = fleet.set_names(&[(instance(1), address(1))]).await.unwrap();
    assert_eq!(sent, ChangeId("C1".into()));
}

#[tokio::test]
async fn a_change_that_meets_others_for_too_long_is_the_next_passs() {
    let (fleet, _server) = stage(&[error(400, "PriorRequestNotComplete", "busy")]).await;
    let error = fleet.set_names(&[(instance(1), address(1))]).await.unwrap_err();
    assert!(matches!(error, FleetError::Throttled(_)), "{error:?}");
}

#[tokio::test]
async fn whoever_is_outrun_is_told_so_and_a_malformed_change_is_an_error() {
    let name = Name { instance: instance(1), address: address(1), ttl: TTL };
    let about = format!("resource record set [name='{}.{DOMAIN}.', type='A']", instance(1));
    for said in [
        format!("Tried to delete {about} but the values provided do not match the current values"),
        format!("Tried to delete {about} but it was not found"),
        format!("Tried to create {about} but it already exists"),
    ] {
        for reply in [error(400, "InvalidChangeBatch", &said), messages(&said)] {
            let (fleet, _server) = stage(&[reply]).await;
            assert!(
                !fleet.replace_names(&[(name.clone(), Some(NOWHERE))]).await.unwrap(),
                "{said}"
            );
        }
    }
    let wrong = format!("RRSet with DNS name {DOMAIN}. is not permitted in zone example.org.");
    for reply in [error(400, "InvalidChangeBatch", &wrong), messages(&wrong)] {
        let (fleet, _server) = stage(&[reply]).await;
        let error = fleet.replace_names(&[(name.clone(), None)]).await.unwrap_err();
        assert!(matches!(error, FleetError::Broken(..)), "{error:?}");
    }
}
