//! Names of boxes in a hosted zone of Route 53, for [`Names`].
//!
//! A name is one A record `{instanceId}.{domain}` with one value; records of another form are not
//! ours. Changes are transactional: all of a call or none (Route 53 API Reference,
//! "ChangeResourceRecordSets"). The SDK sends a call again that was throttled, or that met another
//! change to the zone (`PriorRequestNotComplete`).

use std::net::Ipv4Addr;

use aws_sdk_route53::{
    Client,
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
    operation::change_resource_record_sets::{
        ChangeResourceRecordSetsError, ChangeResourceRecordSetsOutput,
    },
    types::{
        Change, ChangeAction, ChangeBatch, ChangeStatus, ResourceRecord, ResourceRecordSet, RrType,
    },
};
use hotdesk::{
    fleet::{Answer, FleetError},
    id::InstanceId,
    names::{ChangeId, Name, Names, TTL},
};

use crate::{AwsFleet, error};

/// How many records a page of ListResourceRecordSets may have (its API reference).
const PAGE: i32 = 300;

/// Before the first name of a box in the order in which Route 53 lists names: by label from the end,
/// as ASCII (likewise).
const FIRST: &str = "i-0";

/// What Route 53 says of a change that names what is not so, with the code InvalidChangeBatch: "Tried
/// to delete resource record set [name='...', type='A'] but the values provided do not match the current
/// values" (kubernetes-sigs/external-dns issue 732), "... but it was not found" (boto/boto issue
/// 2887), "Tried to create resource record set [...] but it already exists" (moto, `exceptions.py`).
const OUTRUN: [&str; 3] = [
    "but the values provided do not match the current values",
    "but it was not found",
    "but it already exists",
];

/// A hosted zone, and the domain in which boxes have their names.
#[derive(Clone, Debug)]
pub struct Zone {
    client: Client,
    id: String,
    domain: String,
}

impl Zone {
    /// The zone with that id; `domain` is what follows the id of a box and a dot.
    #[must_use]
    pub fn new(client: Client, id: &str, domain: &str) -> Self {
        Self { client, id: id.to_owned(), domain: domain.to_owned() }
    }

    fn change(&self, action: ChangeAction, name: &Name) -> Answer<Change> {
        let value = ResourceRecord::builder().value(name.address.to_string()).build();
        let record = ResourceRecordSet::builder()
            .name(format!("{}.{}", name.instance, self.domain))
            .r#type(RrType::A)
            .ttl(i64::from(name.ttl))
            .resource_records(value.map_err(incomplete)?)
            .build();
        let change = Change::builder().action(action);
        change.resource_record_set(record.map_err(incomplete)?).build().map_err(incomplete)
    }

    async fn send(&self, changes: Vec<Change>) -> Answer<Result<Reply, Refused>> {
        let batch = ChangeBatch::builder().set_changes(Some(changes)).build();
        let request = self.client.change_resource_record_sets().hosted_zone_id(&self.id);
        Ok(request.change_batch(batch.map_err(incomplete)?).send().await)
    }

    /// The box whose name a record is.
    fn name(&self, record: &ResourceRecordSet) -> Option<Name> {
        let name = record.name().strip_suffix('.').unwrap_or(record.name());
        let instance = name.strip_suffix(&self.domain)?.strip_suffix('.')?.parse().ok()?;
        let [value] = record.resource_records() else { return None };
        Some(Name {
            instance,
            address: value.value().parse().ok()?,
            ttl: u32::try_from(record.ttl()?).ok()?,
        })
    }
}

type Reply = ChangeResourceRecordSetsOutput;
type Refused = SdkError<ChangeResourceRecordSetsError, HttpResponse>;

impl AwsFleet {
    fn zone(&self) -> Answer<&Zone> {
        let missing = || FleetError::Broken("no hosted zone".into(), "none is configured".into());
        self.zone.as_ref().ok_or_else(missing)
    }
}

impl Names for AwsFleet {
    async fn names(&self) -> Answer<Vec<Name>> {
        let zone = self.zone()?;
        let mut names = Vec::new();
        let mut at = (format!("{FIRST}.{}", zone.domain), RrType::A);
        loop {
            let request = zone.client.list_resource_record_sets().hosted_zone_id(&zone.id);
            let request = request.start_record_name(&at.0).start_record_type(at.1.clone());
            let page = request.max_items(PAGE).send().await.map_err(error::fleet)?;
            let records = page.resource_record_sets().iter();
            let plain = records.filter(|record| *record.r#type() == RrType::A);
            names.extend(plain.filter_map(|record| zone.name(record)));
            // Those that follow are of other domains, or no names of boxes.
            let next =
                page.next_record_name().filter(|next| page.is_truncated() && ours(next, zone));
            match (next, page.next_record_type()) {
                (Some(name), Some(kind)) => at = (name.to_owned(), kind.clone()),
                _ => return Ok(names),
            }
        }
    }

    async fn set_names(&self, names: &[(InstanceId, Ipv4Addr)]) -> Answer<ChangeId> {
        let zone = self.zone()?;
        let changes = names.iter().map(|(instance, address)| {
            let name = Name { instance: instance.clone(), address: *address, ttl: TTL };
            zone.change(ChangeAction::Upsert, &name)
        });
        id(&zone.send(changes.collect::<Answer<_>>()?).await?.map_err(error::fleet)?)
    }

    async fn replace_names(&self, names: &[(Name, Option<Ipv4Addr>)]) -> Answer<bool> {
        let zone = self.zone()?;
        let mut changes = Vec::new();
        for (old, new) in names {
            changes.push(zone.change(ChangeAction::Delete, old)?);
            if let Some(address) = *new {
                let new = Name { instance: old.instance.clone(), address, ttl: TTL };
                changes.push(zone.change(ChangeAction::Create, &new)?);
            }
        }
        match zone.send(changes).await? {
            Ok(_) => Ok(true),
            Err(error) if is_outrun(&error) => Ok(false),
            Err(error) => Err(error::fleet(error)),
        }
    }

    async fn in_sync(&self, change: &ChangeId) -> Answer<bool> {
        let zone = self.zone()?;
        let reply = zone.client.get_change().id(change.as_str()).send().await;
        let reply = reply.map_err(error::fleet)?;
        Ok(reply.change_info().is_some_and(|info| *info.status() == ChangeStatus::Insync))
    }
}

/// Whether a listed name is in the domain, at or below one that begins as those of boxes do.
fn ours(name: &str, zone: &Zone) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    let rest = name.strip_suffix(&zone.domain).and_then(|rest| rest.strip_suffix('.'));
    rest.and_then(|rest| rest.rsplit('.').next()).is_some_and(|label| label.starts_with("i-"))
}

/// The change of an answer, without the path before it. Without one it is not known what was done.
fn id(reply: &Reply) -> Answer<ChangeId> {
    let id = reply.change_info().map(|info| info.id()).unwrap_or_default();
    let id = id.strip_prefix("/change/").unwrap_or(id);
    if id.is_empty() {
        let call = "ChangeResourceRecordSets".to_owned();
        return Err(FleetError::Away(call, "an answer without an id".into()));
    }
    Ok(ChangeId(id.to_owned()))
}

/// Somebody else was quicker. The sentences stand in a list in some answers, which the SDK does not
/// read: so the whole answer is looked through.
fn is_outrun(error: &Refused) -> bool {
    let body = error.raw_response().and_then(|response| response.body().bytes());
    let body = String::from_utf8_lossy(body.unwrap_or_default());
    let said = error.message().unwrap_or_default();
    OUTRUN.iter().any(|sentence| body.contains(sentence) || said.contains(sentence))
}

/// Never: all that is required is given.
fn incomplete(error: aws_sdk_route53::error::BuildError) -> FleetError {
    FleetError::Broken("an incomplete request".into(), Box::new(error))
}
