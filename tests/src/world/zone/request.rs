//! Route 53's documents, as far as they are needed (Route 53 API Reference).

use std::{fmt::Write, net::Ipv4Addr};

use quick_xml::escape::escape;
use serde::Deserialize;

use crate::route53;

/// What is done with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(super) enum Action {
    Create,
    Delete,
    Upsert,
}

/// A change of one name.
pub(super) struct Change {
    pub(super) action: Action,
    /// Without a dot at the end.
    pub(super) name: String,
    pub(super) address: Ipv4Addr,
    pub(super) ttl: u32,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Item {
    action: Action,
    resource_record_set: Set,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Set {
    name: String,
    r#type: String,
    #[serde(rename = "TTL")]
    ttl: u32,
    resource_records: Records,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Records {
    resource_record: [Value; 1],
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Value {
    value: Ipv4Addr,
}

/// The changes that a call asks for. What is no such call fails its test.
pub(super) fn changes(body: &[u8]) -> Vec<Change> {
    let items = route53::changes(body).expect("a change batch of A records with one value");
    let change = |Item { action, resource_record_set: set }: Item| {
        assert_eq!(set.r#type, "A");
        let [Value { value: address }] = set.resource_records.resource_record;
        let name = set.name.trim_end_matches('.').to_owned();
        Change { action, name, address, ttl: set.ttl }
    };
    items.into_iter().map(change).collect()
}

fn document(name: &str, inside: &str) -> String {
    format!(r#"<{name} xmlns="https://route53.amazonaws.com/doc/2013-04-01/">{inside}</{name}>"#)
}

pub(super) fn error(status: u16, code: &str, message: &str) -> (u16, String) {
    let message = escape(message);
    let error = format!(
        "<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    );
    (status, document("ErrorResponse", &error))
}

pub(super) fn change_info(action: &str, id: usize, in_sync: bool) -> String {
    let status = if in_sync { "INSYNC" } else { "PENDING" };
    let info = format!(
        "<ChangeInfo><Id>/change/C{id}</Id><Status>{status}</Status>\
         <SubmittedAt>2026-11-20T08:00:00Z</SubmittedAt></ChangeInfo>"
    );
    document(&format!("{action}Response"), &info)
}

pub(super) fn records<'a>(
    records: impl Iterator<Item = (&'a str, Ipv4Addr, u32)>,
    next: Option<&str>,
) -> String {
    let mut inside = String::from("<ResourceRecordSets>");
    for (name, address, ttl) in records {
        let _ = write!(
            inside,
            "<ResourceRecordSet><Name>{name}.</Name><Type>A</Type><TTL>{ttl}</TTL>\
             <ResourceRecords><ResourceRecord><Value>{address}</Value></ResourceRecord>\
             </ResourceRecords></ResourceRecordSet>"
        );
    }
    inside += "</ResourceRecordSets>";
    let _ = write!(inside, "<IsTruncated>{}</IsTruncated><MaxItems>300</MaxItems>", next.is_some());
    if let Some(next) = next {
        let _ = write!(
            inside,
            "<NextRecordName>{next}.</NextRecordName><NextRecordType>A</NextRecordType>"
        );
    }
    document("ListResourceRecordSetsResponse", &inside)
}
