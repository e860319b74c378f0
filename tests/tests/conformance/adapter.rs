//! What the adapter makes of answers that neither cloud gives when it is asked to: an AWS by the
//! script, behind the SDK with our retries and timeouts.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};
use hotdesk::{
    fleet::{Fleet, FleetError, Refusal},
    id::InstanceId,
};
use hotdesk_aws::AwsFleet;
use hotdesk_tests::scripted;
use tokio::{net::TcpListener, task::JoinSet};

use super::stage::{failed, homes, refused};

/// What becomes of a call, by its number, from 1, and the ids that it names.
type Script = dyn Fn(usize, &[String]) -> Option<Refuse> + Send + Sync;

/// The parameters of a call.
type Form = BTreeMap<String, String>;

/// An answer that is an error.
struct Refuse(u16, &'static str, String);

#[derive(Clone)]
struct Aws {
    script: Arc<Script>,
    calls: Arc<Mutex<Vec<Form>>>,
}

impl Aws {
    fn calls(&self) -> Vec<Form> {
        self.calls.lock().unwrap().clone()
    }
}

/// A fleet in an AWS that answers each call with done, or as the script says.
async fn fleet(
    script: impl Fn(usize, &[String]) -> Option<Refuse> + Send + Sync + 'static,
) -> (AwsFleet, Aws, JoinSet<()>) {
    let aws = Aws { script: Arc::new(script), calls: Arc::default() };
    let router = Router::new().route("/", post(answer)).with_state(aws.clone());
    let (config, server) = scripted::aws(router).await;
    let autoscaling = aws_sdk_autoscaling::Client::new(&config);
    (AwsFleet::new(aws_sdk_ec2::Client::new(&config), autoscaling, "group", homes()), aws, server)
}

async fn answer(State(aws): State<Aws>, body: String) -> Response {
    let form: Form = url::form_urlencoded::parse(body.as_bytes()).into_owned().collect();
    let (ids, action) = (ids(&form), form["Action"].clone());
    let ec2 = form["Version"] == "2016-11-15";
    let number = {
        let mut calls = aws.calls.lock().unwrap();
        calls.push(form);
        calls.len()
    };
    match (aws.script)(number, &ids) {
        None => format!("<{action}Response><{action}Result/></{action}Response>").into_response(),
        Some(Refuse(status, code, message)) => {
            let error = format!("<Error><Code>{code}</Code><Message>{message}</Message></Error>");
            let error = if ec2 {
                format!("<Response><Errors>{error}</Errors></Response>")
            } else {
                format!("<ErrorResponse>{error}</ErrorResponse>")
            };
            (StatusCode::from_u16(status).unwrap(), error).into_response()
        }
    }
}

/// The ids that a call names.
fn ids(form: &Form) -> Vec<String> {
    let of = |prefix: &str| {
        let ids = (1..).map_while(|n| form.get(&format!("{prefix}.{n}")).cloned());
        ids.collect::<Vec<String>>()
    };
    [of("InstanceId"), of("InstanceIds.member")].concat()
}

fn boxes(n: usize) -> Vec<InstanceId> {
    (0..n).map(|i| format!("i-{i:08x}").parse().unwrap()).collect()
}

#[tokio::test]
async fn a_shortage_is_not_waited_for() {
    let (fleet, aws, _server) = fleet(|_, ids| {
        let short = ids.contains(&"i-00000001".to_owned());
        short.then(|| Refuse(500, "InsufficientInstanceCapacity", "There is none.".into()))
    })
    .await;
    let boxes = boxes(4);
    let answer = fleet.start(&boxes).await;
    assert_eq!(refused(&boxes, answer), "refused box 2 NoCapacity");
    let sizes: Vec<usize> = aws.calls().iter().map(|form| ids(form).len()).collect();
    assert_eq!(sizes, [4, 2, 1, 1, 2], "each asked for once");
}

#[tokio::test]
async fn a_spot_instance_is_refused_for_good() {
    let (fleet, _, _server) = fleet(|_, ids| {
        let spot = ids.iter().find(|id| *id == "i-00000002")?;
        let sentence = format!(
            "You can't stop the Spot Instance '{spot}' because it is associated with a one-time \
             Spot Instance request."
        );
        Some(Refuse(400, "UnsupportedOperation", sentence))
    })
    .await;
    let ids = boxes(3);
    assert_eq!(fleet.stop(&ids).await.unwrap(), [(ids[2].clone(), Refusal::Never)].into());
}

#[tokio::test]
async fn a_throttled_call_is_sent_again() {
    let (fleet, aws, _server) =
        fleet(|number, _| (number == 1).then(|| Refuse(400, "Throttling", "Rate exceeded".into())))
            .await;
    fleet.set_desired(1).await.unwrap();
    assert_eq!(aws.calls().len(), 2);
}

#[tokio::test]
async fn a_refused_call_is_not_sent_again() {
    let refusals = [
        ("ScalingActivityInProgress", "Refused"),
        ("AccessDenied", "Broken"),
        ("NeverHeardOf", "Broken"),
    ];
    for (code, kind) in refusals {
        let (fleet, aws, _server) = fleet(move |_, _| Some(Refuse(400, code, "No.".into()))).await;
        let error = fleet.set_desired(1).await.unwrap_err();
        assert_eq!(failed(&error), format!("{kind} ({code})"));
        assert_eq!(aws.calls().len(), 1, "{code}");
    }
}

#[tokio::test]
async fn where_nobody_answers_the_fleet_is_away() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let config = hotdesk_stack::moto::sdk_config(&endpoint).await;
    let autoscaling = aws_sdk_autoscaling::Client::new(&config);
    let fleet = AwsFleet::new(aws_sdk_ec2::Client::new(&config), autoscaling, "group", homes());
    assert_eq!(failed(&fleet.set_desired(1).await.unwrap_err()), "Away (no answer)");
    assert_eq!(refused(&[], fleet.stop(&boxes(2)).await), "Away (no answer)");
}

#[tokio::test]
async fn a_permission_that_is_missing_ends_a_batch() {
    let (fleet, aws, _server) =
        fleet(|_, _| Some(Refuse(403, "UnauthorizedOperation", "You are not authorized.".into())))
            .await;
    let error = fleet.stop(&boxes(150)).await.unwrap_err();
    assert!(matches!(error, FleetError::Broken(..)), "{error}");
    assert_eq!(aws.calls().len(), 1, "not halved, and the second hundred not asked for");
}

#[tokio::test]
async fn sizes_do_not_ask_for_members() {
    let (fleet, aws, _server) = fleet(|_, _| None).await;
    let error = fleet.sizes().await.unwrap_err();
    assert_eq!(failed(&error), "Broken (AutoScalingGroup name not found)", "none is listed");
    assert_eq!(aws.calls()[0]["IncludeInstances"], "false");
}

#[tokio::test]
async fn nothing_named_is_nothing_asked() {
    let (fleet, aws, _server) = fleet(|_, _| None).await;
    assert!(fleet.enter_standby(&[]).await.unwrap().is_empty());
    assert!(fleet.exit_standby(&[]).await.unwrap().is_empty());
    assert!(fleet.stop(&[]).await.unwrap().is_empty());
    assert!(fleet.start(&[]).await.unwrap().is_empty());
    assert!(fleet.tag_owner(&[], None).await.unwrap().is_empty());
    assert!(fleet.protect(&[]).await.unwrap().is_empty());
    assert!(fleet.members(&[]).await.unwrap().is_empty());
    assert!(fleet.machines(&[]).await.unwrap().is_empty());
    assert!(aws.calls().is_empty());
}
