//! The real SDK in front of the simulator, without a network, in simulated time.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_config::{BehaviorVersion, Region, SdkConfig};
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
use hotdesk_sim::http::{self, Answer, Shared};

use super::{
    clock::WorldClock,
    gate::{Gate, Kind},
    zone::Zone,
};

/// The SDK as the functions configure it, on this cloud.
pub(super) async fn sdk_config(
    cloud: &Shared,
    zone: &Zone,
    clock: &WorldClock,
    gate: &Gate,
) -> SdkConfig {
    let client = InProcess { cloud: cloud.clone(), zone: zone.clone(), gate: gate.clone() };
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("world", "world", None, None, "world"))
        .endpoint_url("http://cloud.invalid")
        .http_client(client)
        .time_source(Time(clock.clone()));
    hotdesk_aws::with_our_defaults(loader).load().await
}

#[derive(Clone)]
struct InProcess {
    cloud: Shared,
    zone: Zone,
    gate: Gate,
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
        let Self { cloud, zone, gate } = self.clone();
        HttpConnectorFuture::new(async move {
            let body = request.body().bytes().unwrap_or_default().to_vec();
            // EC2 and Auto Scaling have all in the body, Route 53 has paths.
            let url = url::Url::parse(request.uri()).map_err(|e| ConnectorError::user(e.into()))?;
            if url.path() != "/" {
                gate.enter().await;
                let query = url.query().unwrap_or_default();
                let (action, (status, body)) =
                    zone.answer(request.method(), url.path(), query, &body);
                gate.leave(Kind::Aws, action).await;
                return reply(status, body);
            }
            let action = url::form_urlencoded::parse(&body).find(|(name, _)| name == "Action");
            let action = action.map(|(_, action)| action.into_owned()).unwrap_or_default();
            gate.enter().await;
            let answer = http::answer(&cloud, &body).await;
            gate.leave(Kind::Aws, &action).await;
            match answer {
                Answer::Reply { status, body, .. } => reply(status, body),
                Answer::Cut => Err(ConnectorError::io("the connection was cut".into())),
            }
        })
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
