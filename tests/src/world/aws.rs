//! The real SDK in front of the simulator, without a network, in simulated time.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_sdk_ec2::config::Credentials;
use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime_api::client::{
    http::{
        HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
    },
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;
use hotdesk::clock::Clock;
use hotdesk_sim::{
    Sim,
    http::{self, Answer, Shared},
};

use super::{
    clock::WorldClock,
    fate::Fate,
    gate::{Gate, Kind},
    guard::Guard,
    trace,
    zone::Zone,
};

/// So much of a request is told.
const ASKED: usize = 100;

/// The SDK as the functions configure it, on this cloud.
pub(super) async fn sdk_config(
    cloud: &Shared,
    zone: &Zone,
    clock: &WorldClock,
    gate: &Gate,
    guard: Guard,
) -> SdkConfig {
    let client = InProcess { cloud: cloud.clone(), zone: zone.clone(), gate: gate.clone(), guard };
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("world", "world", None, None, "world"))
        .endpoint_url("http://cloud.invalid")
        .http_client(client)
        .time_source(Time(clock.steady()));
    let config = hotdesk_aws::with_our_defaults(loader).load().await;
    // Each pause as long as it may be, instead of any share of that: what is left to chance here is the
    // world's.
    let retries = config.retry_config().cloned().unwrap_or_else(RetryConfig::adaptive);
    match gate.fate() {
        Some(_) => {
            let retries = retries.with_use_static_exponential_base(true);
            config.into_builder().retry_config(retries).build()
        }
        None => config,
    }
}

#[derive(Clone)]
struct InProcess {
    cloud: Shared,
    zone: Zone,
    gate: Gate,
    guard: Guard,
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl HttpClient for InProcess {
    fn http_connector(
        &self,
        _: &HttpConnectorSettings,
        _: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for InProcess {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Self { cloud, zone, gate, guard } = self.clone();
        HttpConnectorFuture::new(async move {
            let body = request.body().bytes().unwrap_or_default().to_vec();
            // EC2 and Auto Scaling have all in the body, Route 53 has paths.
            let url = url::Url::parse(request.uri()).map_err(|e| ConnectorError::user(e.into()))?;
            if url.path() != "/" {
                gate.enter(Kind::Aws).await;
                let query = url.query().unwrap_or_default();
                let (action, (status, body)) =
                    zone.answer(request.method(), url.path(), query, &body);
                gate.leave(Kind::Aws, action, || format!("-> {status}")).await;
                return reply(status, body);
            }
            let action = url::form_urlencoded::parse(&body).find(|(name, _)| name == "Action");
            let action = action.map(|(_, action)| action.into_owned()).unwrap_or_default();
            gate.enter(Kind::Aws).await;
            guard.look(&action, &body);
            let answer = http::answer(&cloud, &body).await;
            guard.look(&action, &body);
            if let Some(fate) = gate.fate() {
                note(fate, &cloud, &action, &body, &answer).await;
            }
            gate.leave(Kind::Aws, &action, || words(&body, &answer)).await;
            match answer {
                Answer::Reply { status, body, .. } => reply(status, body),
                Answer::Cut => Err(ConnectorError::io("the connection was cut".into())),
            }
        })
    }
}

/// Counts what the answer does to whoever asked.
async fn note(fate: &Fate, cloud: &Shared, action: &str, body: &[u8], answer: &Answer) {
    let Answer::Reply { status, body: shown, request_id } = answer else { return };
    if shown.contains("<Code>InsufficientInstanceCapacity</Code>") {
        fate.hit("start without capacity", 1);
    }
    let lags = cloud.look(|sim| sim.conditions().lag_ms > 0);
    if !lags || *status != 200 || !action.starts_with("Describe") {
        return;
    }
    if !fate.trace().is_whole() {
        return fate.hit("list that may be late", 1);
    }
    let mut present = cloud.look(Sim::clone);
    present.set_lag_ms(0);
    present.set_throttle(false);
    let now = present.now();
    let present = Shared::new(present, move || now);
    if let Answer::Reply { body: is, request_id: id, .. } = http::answer(&present, body).await
        && is.replace(&id, "") != shown.replace(request_id.as_str(), "")
    {
        fate.hit("late list", 1);
    }
}

/// What was asked, and how it was answered.
fn words(body: &[u8], answer: &Answer) -> String {
    let asked = url::form_urlencoded::parse(body).filter(|(name, _)| {
        !["Action", "Version", "AutoScalingGroupName"].contains(&name.as_ref())
    });
    let asked: Vec<String> = asked.map(|(name, value)| format!("{name}={value}")).collect();
    let mut asked = asked.join(" ");
    trace::cut(&mut asked, ASKED);
    match answer {
        Answer::Reply { status: 200, .. } => format!("{asked} -> 200"),
        Answer::Reply { status, body, .. } => {
            let code = body.split("<Code>").nth(1).and_then(|rest| rest.split("</Code>").next());
            format!("{asked} -> {status} {}", code.unwrap_or_default())
        }
        Answer::Cut => format!("{asked} -> cut"),
    }
}

fn reply(status: u16, body: impl Into<SdkBody>) -> Result<HttpResponse, ConnectorError> {
    let status = status.try_into().map_err(|e| ConnectorError::other(Box::new(e), None))?;
    Ok(HttpResponse::new(status, body.into()))
}

#[derive(Clone, Debug)]
struct Time(WorldClock);

impl TimeSource for Time {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.0.now().0)
    }
}
