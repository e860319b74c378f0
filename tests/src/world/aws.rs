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
};

/// The SDK as the functions configure it, on this cloud.
pub(super) async fn sdk_config(cloud: &Shared, clock: &WorldClock, gate: &Gate) -> SdkConfig {
    let client = InProcess { cloud: cloud.clone(), gate: gate.clone() };
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
        let Self { cloud, gate } = self.clone();
        HttpConnectorFuture::new(async move {
            let body = request.body().bytes().unwrap_or_default().to_vec();
            let action = url::form_urlencoded::parse(&body).find(|(name, _)| name == "Action");
            let action = action.map(|(_, action)| action.into_owned()).unwrap_or_default();
            gate.enter().await;
            let answer = http::answer(&cloud, &body).await;
            gate.leave(Kind::Aws, &action).await;
            match answer {
                Answer::Reply { status, body, .. } => {
                    let status =
                        status.try_into().map_err(|e| ConnectorError::other(Box::new(e), None))?;
                    Ok(HttpResponse::new(status, SdkBody::from(body)))
                }
                Answer::Cut => Err(ConnectorError::io("the connection was cut".into())),
            }
        })
    }
}

#[derive(Clone, Debug)]
struct Time(WorldClock);

impl TimeSource for Time {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(self.0.now().0)
    }
}
