//! What Route 53 does with a call.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::Ipv4Addr,
    time::Duration,
};

use hotdesk::{clock::Ms, names::Which};

use super::request::{self, Action, Change};

/// How long a change is on its way: less than a minute, usually (Route 53 API Reference,
/// "ChangeResourceRecordSets").
const WAY: Duration = Duration::from_secs(35);

/// So long a change is being taken, and no other is.
const TAKING: Duration = Duration::from_millis(300);

/// The account has so many calls a second (Route 53 Developer Guide, "Quotas").
const RATE: usize = 5;

/// A call takes so many records, those that replace others twice (likewise).
const MOST: usize = 1000;

/// What a page holds here, so that there are several.
const PAGE: usize = 3;

/// How long after it was in sync a change may still be asked for here; of Route 53 it is unverified.
const ASKED: Duration = Duration::from_secs(3600);

pub(super) struct Inner {
    /// Which address names should say; nobody looks where boxes have none.
    pub(super) which: Option<Which>,
    /// What each name says and has said: the address, its TTL, and when all name servers know it.
    pub(super) names: BTreeMap<String, Vec<(Option<Record>, Ms)>>,
    /// How long changes are on their way from now on.
    pub(super) way: Duration,
    /// When each change was taken, and when it is in sync; the oldest are forgotten, so many.
    changes: VecDeque<(Ms, Ms)>,
    forgotten: usize,
    calls: VecDeque<Ms>,
    /// With what every call is answered.
    pub(super) fault: Option<(u16, &'static str)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) address: Ipv4Addr,
    pub(super) ttl: u32,
}

/// An answer: status and document.
pub(super) type Answer = (u16, String);

impl Inner {
    pub(super) fn new(which: Option<Which>) -> Self {
        Self {
            which,
            names: BTreeMap::new(),
            way: WAY,
            changes: VecDeque::new(),
            forgotten: 0,
            calls: VecDeque::new(),
            fault: None,
        }
    }

    /// Forgets what nobody can see or ask for any more.
    pub(super) fn tidy(&mut self, now: Ms) {
        for versions in self.names.values_mut() {
            versions.drain(..known(versions, now).unwrap_or(0));
        }
        self.names.retain(|_, versions| {
            versions.iter().any(|(record, synced)| record.is_some() || *synced > now)
        });
        let old = self.changes.iter().take_while(|(_, synced)| now.since(*synced) > ASKED).count();
        self.changes.drain(..old);
        self.forgotten += old;
    }

    /// What the zone says.
    pub(super) fn now(&self, name: &str) -> Option<Record> {
        self.names.get(name)?.last()?.0
    }

    /// What any of the name servers may say.
    pub(super) fn said(&self, name: &str, now: Ms) -> BTreeSet<Option<Ipv4Addr>> {
        let versions = self.names.get(name).map(Vec::as_slice).unwrap_or_default();
        let known = known(versions, now);
        let address = |record: Option<Record>| record.map(|record| record.address);
        let mut said: BTreeSet<_> =
            versions[known.unwrap_or(0)..].iter().map(|(record, _)| address(*record)).collect();
        if known.is_none() {
            said.insert(None);
        }
        said
    }

    pub(super) fn refuses(&mut self, now: Ms) -> Option<Answer> {
        if let Some((status, code)) = self.fault {
            return Some(request::error(status, code, "no"));
        }
        while self.calls.front().is_some_and(|call| now.since(*call) >= Duration::from_secs(1)) {
            self.calls.pop_front();
        }
        if self.calls.len() >= RATE {
            return Some(request::error(400, "Throttling", "Rate exceeded"));
        }
        self.calls.push_back(now);
        None
    }

    pub(super) fn change(&mut self, changes: &[Change], now: Ms) -> Answer {
        if self.changes.back().is_some_and(|(taken, _)| now.since(*taken) < TAKING) {
            let message =
                "The request was rejected because Route 53 was still processing a prior request.";
            return request::error(400, "PriorRequestNotComplete", message);
        }
        let invalid = |message: &str| request::error(400, "InvalidChangeBatch", message);
        let weight = |change: &Change| if change.action == Action::Upsert { 2 } else { 1 };
        if changes.is_empty() || changes.iter().map(weight).sum::<usize>() > MOST {
            return invalid("Number of records limit of 1000 exceeded.");
        }
        // All or none, one after the other.
        let mut names: BTreeMap<String, Option<Record>> = BTreeMap::new();
        for Change { action, name, address, ttl } in changes {
            let record = Record { address: *address, ttl: *ttl };
            let says = names.get(name).copied().unwrap_or_else(|| self.now(name));
            let about = |what, why| {
                invalid(&format!(
                    "Tried to {what} resource record set [name='{name}.', type='A'] but {why}"
                ))
            };
            let new = match (action, says) {
                (Action::Upsert, _) | (Action::Create, None) => Some(record),
                (Action::Create, Some(_)) => return about("create", "it already exists"),
                (Action::Delete, None) => return about("delete", "it was not found"),
                (Action::Delete, Some(says)) if says != record => {
                    return about("delete", "the values provided do not match the current values");
                }
                (Action::Delete, Some(_)) => None,
            };
            names.insert(name.clone(), new);
        }
        let synced = now.plus(self.way);
        for (name, record) in names {
            self.names.entry(name).or_default().push((record, synced));
        }
        let id = self.forgotten + self.changes.len();
        self.changes.push_back((now, synced));
        (200, request::change_info("ChangeResourceRecordSets", id, false))
    }

    pub(super) fn get(&self, path: &str, now: Ms) -> Answer {
        let id = path.rsplit('/').next().and_then(|id| id.strip_prefix('C')?.parse::<usize>().ok());
        let change = |id: usize| self.changes.get(id.checked_sub(self.forgotten)?);
        match id.and_then(|id| Some((id, change(id)?))) {
            Some((id, (_, synced))) => (200, request::change_info("GetChange", id, *synced <= now)),
            None => request::error(404, "NoSuchChange", "no such change"),
        }
    }

    /// In the order of labels from the end, as Route 53 lists them.
    pub(super) fn list(&self, query: &str) -> Answer {
        let from = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "name");
        let from = from.map(|(_, name)| reversed(&name)).unwrap_or_default();
        let mut listed: Vec<(String, &String, Record)> = self
            .names
            .keys()
            .filter_map(|name| Some((reversed(name), name, self.now(name)?)))
            .filter(|(order, _, _)| *order >= from)
            .collect();
        listed.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        let next = listed.get(PAGE).map(|(_, name, _)| name.as_str());
        let records =
            listed.iter().take(PAGE).map(|(_, name, r)| (name.as_str(), r.address, r.ttl));
        (200, request::records(records, next))
    }
}

/// The last version that every name server knows: any of them says that one or a later one.
fn known(versions: &[(Option<Record>, Ms)], now: Ms) -> Option<usize> {
    versions.iter().rposition(|(_, synced)| *synced <= now)
}

fn reversed(name: &str) -> String {
    let labels: Vec<&str> = name.trim_end_matches('.').rsplit('.').collect();
    labels.join(".")
}
