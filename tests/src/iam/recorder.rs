//! Notes what functions send.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::{Arc, Mutex, MutexGuard},
};

use aws_smithy_runtime_api::{
    box_error::BoxError,
    client::{
        interceptors::{Intercept, context::BeforeTransmitInterceptorContextRef},
        orchestrator::Metadata,
        runtime_components::RuntimeComponents,
    },
};
use aws_smithy_types::config_bag::ConfigBag;
use hotdesk_sim::http::Shared;
use url::Url;

use super::{Ask, Tags, autoscaling, dynamodb, ec2, form::Form, route53};

tokio::task_local! {
    static FUNCTION: &'static str;
}

/// Runs what a function does, so that its calls are noted as the function's.
pub async fn on_behalf<T>(function: &'static str, run: impl Future<Output = T>) -> T {
    FUNCTION.scope(function, run).await
}

/// What one function sent.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// The operations, as the SDK calls them.
    pub operations: BTreeSet<String>,
    /// What they asked for.
    pub asks: BTreeSet<Ask>,
}

type Look = dyn Fn(&str) -> Option<Tags> + Send + Sync;

/// An interceptor for clients of the SDK. Calls that nobody sends on behalf of a function are a test's
/// own, and are not noted. Clones note in the same place.
#[derive(Clone)]
pub struct Recorder {
    group: String,
    look: Arc<Look>,
    notes: Arc<Mutex<Notes>>,
}

#[derive(Default)]
struct Notes {
    records: BTreeMap<&'static str, Record>,
    unknown: BTreeSet<String>,
}

impl Recorder {
    /// A recorder of calls that are about one Auto Scaling group.
    #[must_use]
    pub fn new(group: &str) -> Self {
        Self { group: group.to_owned(), look: Arc::new(|_| None), notes: Arc::default() }
    }

    /// The same, in front of this cloud, whose group has these tags.
    #[must_use]
    pub fn before(&self, cloud: &Shared, group: Tags) -> Self {
        let (cloud, name) = (cloud.clone(), self.group.clone());
        let look = move |id: &str| {
            let found = cloud.look(|sim| {
                let mut instances = sim.instances().into_iter();
                let mut volumes = sim.volumes().into_iter();
                let mut snapshots = sim.snapshots().into_iter();
                let tags = instances.find(|instance| instance.id == id).map(|found| found.tags);
                let tags = tags.or_else(|| Some(volumes.find(|volume| volume.id == id)?.tags));
                tags.or_else(|| Some(snapshots.find(|taken| taken.id == id)?.tags))
            });
            found.or_else(|| (id == name).then(|| group.clone()))
        };
        Self { look: Arc::new(look), ..self.clone() }
    }

    /// What each function has sent.
    ///
    /// # Panics
    /// If one sent what this module does not know: it has to be taught that.
    #[must_use]
    pub fn records(&self) -> BTreeMap<&'static str, Record> {
        let notes = self.notes();
        assert!(notes.unknown.is_empty(), "tests/src/iam must learn: {:?}", notes.unknown);
        notes.records.clone()
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().expect("not poisoned")
    }

    fn asks(&self, service: &str, operation: &str, path: &str, body: &[u8]) -> Option<Vec<Ask>> {
        match service {
            "EC2" => ec2::asks(operation, &Form::read(body), &*self.look),
            "Auto Scaling" => {
                autoscaling::asks(operation, &Form::read(body), &self.group, &*self.look)
            }
            "DynamoDB" => dynamodb::asks(operation, &serde_json::from_slice(body).ok()?),
            "Route 53" => route53::asks(operation, path, body),
            _ => None,
        }
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Recorder")
    }
}

impl Intercept for Recorder {
    fn name(&self) -> &'static str {
        "Recorder"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Ok(function) = FUNCTION.try_with(|function| *function) else { return Ok(()) };
        let Some(call) = cfg.load::<Metadata>() else { return Err("a call without a name".into()) };
        let request = context.request();
        let path = Url::parse(request.uri())?.path().to_owned();
        let body = request.body().bytes().unwrap_or_default();
        let asks = self.asks(call.service(), call.name(), &path, body);
        let mut notes = self.notes();
        match asks {
            Some(asks) => {
                let record = notes.records.entry(function).or_default();
                record.operations.insert(call.name().to_owned());
                record.asks.extend(asks);
            }
            None => {
                notes.unknown.insert(format!("{} {}", call.service(), call.name()));
            }
        }
        Ok(())
    }
}
