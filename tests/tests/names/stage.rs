//! A zone in moto.

use std::net::Ipv4Addr;

use aws_config::SdkConfig;
use aws_sdk_route53::{
    Client,
    types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType},
};
use hotdesk::id::InstanceId;
use hotdesk_aws::{AwsFleet, VolumeConfig, Zone};
use hotdesk_stack::moto::Moto;

/// What follows the id of a box and a dot.
pub(crate) const DOMAIN: &str = "workspaces.example.com";

pub(crate) struct Stage {
    pub(crate) fleet: AwsFleet,
    client: Client,
    zone: String,
    config: SdkConfig,
    _moto: Moto,
}

impl Stage {
    /// With a zone for `example.com`.
    pub(crate) async fn new() -> Self {
        let moto = Moto::start().await.unwrap();
        let config = moto.sdk_config().await;
        let client = Client::new(&config);
        let made = client.create_hosted_zone().name("example.com").caller_reference("one");
        let made = made.send().await.unwrap();
        let zone = made.hosted_zone().unwrap().id().rsplit('/').next().unwrap().to_owned();
        let fleet = fleet(&config, Some(Zone::new(client.clone(), &zone, DOMAIN)));
        Self { fleet, client, zone, config, _moto: moto }
    }

    /// A fleet with that zone, which may not be there, and that domain.
    pub(crate) fn elsewhere(&self, zone: Option<&str>, domain: &str) -> AwsFleet {
        let zone = zone.unwrap_or(&self.zone);
        fleet(&self.config, Some(Zone::new(self.client.clone(), zone, domain)))
    }

    pub(crate) fn without_zone(&self) -> AwsFleet {
        fleet(&self.config, None)
    }

    /// What else is in the zone.
    pub(crate) async fn put(&self, name: &str, kind: RrType, values: &[&str]) {
        let values = values.iter().map(|value| ResourceRecord::builder().value(*value).build());
        let values = values.map(Result::unwrap).collect();
        let record = ResourceRecordSet::builder().name(name).r#type(kind).ttl(60);
        let record = record.set_resource_records(Some(values)).build().unwrap();
        let change = Change::builder().action(ChangeAction::Create).resource_record_set(record);
        let batch = ChangeBatch::builder().changes(change.build().unwrap()).build().unwrap();
        let request = self.client.change_resource_record_sets().hosted_zone_id(&self.zone);
        request.change_batch(batch).send().await.unwrap();
    }

    /// The records with that name: kind, TTL and values.
    pub(crate) async fn records(&self, name: &str) -> Vec<(RrType, i64, Vec<String>)> {
        let request = self.client.list_resource_record_sets().hosted_zone_id(&self.zone);
        let listed = request.start_record_name(name).send().await.unwrap();
        let listed = listed.resource_record_sets().iter();
        let of_name = listed.filter(|record| record.name().trim_end_matches('.') == name);
        let values = |record: &ResourceRecordSet| {
            record.resource_records().iter().map(|record| record.value().to_owned()).collect()
        };
        let row = |record: &ResourceRecordSet| {
            (record.r#type().clone(), record.ttl().unwrap(), values(record))
        };
        of_name.map(row).collect()
    }
}

/// A fleet of which only the zone is used.
pub(crate) fn fleet(config: &SdkConfig, zone: Option<Zone>) -> AwsFleet {
    let volumes = VolumeConfig { fleet: "desks".into(), key: None };
    let (ec2, autoscaling) =
        (aws_sdk_ec2::Client::new(config), aws_sdk_autoscaling::Client::new(config));
    AwsFleet::new(ec2, autoscaling, "desks", volumes).with_zone(zone)
}

/// The n-th box.
pub(crate) fn instance(n: usize) -> InstanceId {
    format!("i-{n:017x}").parse().unwrap()
}

/// An address.
pub(crate) fn address(n: u8) -> Ipv4Addr {
    Ipv4Addr::new(198, 51, 100, n)
}
