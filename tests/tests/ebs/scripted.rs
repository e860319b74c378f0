//! What the simulator does not say: pages, and snapshots that came to nothing.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{Router, extract::State, routing::post};
use hotdesk::{
    clock::Ms,
    volumes::{Ebs, Progress},
};
use tokio::{net::TcpListener, task::JoinSet};

use super::stage::{alice, fleet, no_volume, snapshot_of};

/// The parameters of a call.
type Form = BTreeMap<String, String>;

/// The calls so far, and the pages of snapshots that there are.
#[derive(Clone)]
struct Aws {
    pages: Arc<Vec<String>>,
    calls: Arc<Mutex<Vec<Form>>>,
}

async fn answer(State(aws): State<Aws>, body: String) -> String {
    let form: Form = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let (action, page) = (form["Action"].clone(), form.get("NextToken").cloned());
    aws.calls.lock().unwrap().push(form);
    let page: usize = page.map_or(0, |page| page.parse().unwrap());
    let inside = match action.as_str() {
        "CreateSnapshot" => "<snapshotId>snap-0000000a</snapshotId>".to_owned(),
        _ => {
            let next = page + 1;
            let more = next < aws.pages.len();
            let next = if more { format!("<nextToken>{next}</nextToken>") } else { String::new() };
            format!("<snapshotSet>{}</snapshotSet>{next}", aws.pages[page])
        }
    };
    format!("<{action}Response>{inside}</{action}Response>")
}

fn item(id: &str, status: &str) -> String {
    let tag = "<tagSet><item><key>Taken</key><value>5</value></item></tagSet>";
    let status = format!("<status>{status}</status>");
    format!("<item><snapshotId>{id}</snapshotId>{status}{tag}</item>")
}

async fn stage(pages: Vec<String>) -> (hotdesk_aws::AwsFleet, Aws, JoinSet<()>) {
    let aws = Aws { pages: Arc::new(pages), calls: Arc::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/", post(answer)).with_state(aws.clone());
    let mut server = JoinSet::new();
    server.spawn(async move { axum::serve(listener, router).await.unwrap() });
    (fleet(&endpoint).await, aws, server)
}

#[tokio::test]
async fn every_page_of_snapshots_counts() {
    let pages = vec![
        item("snap-00000001", "completed"),
        String::new(),
        item("snap-00000002", "pending") + &item("snap-00000003", "recovering"),
    ];
    let (fleet, aws, _server) = stage(pages).await;
    let found = fleet.snapshots_of(&alice()).await.unwrap();
    let progress: Vec<Progress> = found.iter().map(|snapshot| snapshot.progress).collect();
    assert_eq!(progress, [Progress::Completed, Progress::Pending, Progress::Error]);
    let calls = aws.calls.lock().unwrap().clone();
    assert_eq!(calls.len(), 3);
    for call in calls {
        assert_eq!(call["Owner.1"], "self", "not everybody's that are public");
        assert_eq!(
            (call["Filter.1.Name"].as_str(), call["Filter.1.Value.1"].as_str()),
            ("tag:Home", "alice")
        );
    }
}

#[tokio::test]
async fn a_snapshot_that_came_to_nothing_is_taken_again() {
    let (fleet, aws, _server) = stage(vec![item("snap-00000001", "error")]).await;
    let spec = snapshot_of(&no_volume(), Ms(5));
    assert_eq!(fleet.take_snapshot(&spec).await.unwrap().unwrap().as_str(), "snap-0000000a");
    assert_eq!(aws.calls.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn of_two_for_one_time_everybody_finds_the_same() {
    let (older, newer) = (item("snap-00000001", "pending"), item("snap-00000002", "completed"));
    for page in [format!("{older}{newer}"), format!("{newer}{older}")] {
        let (fleet, aws, _server) = stage(vec![page]).await;
        let spec = snapshot_of(&no_volume(), Ms(5));
        assert_eq!(fleet.take_snapshot(&spec).await.unwrap().unwrap().as_str(), "snap-00000001");
        assert_eq!(aws.calls.lock().unwrap().len(), 1);
    }
}
