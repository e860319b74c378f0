//! What a function may do against what it asks for.

use std::collections::{BTreeMap, BTreeSet};

use hotdesk_tests::iam::{
    Ask,
    policy::{Effect, Grant, Statement, grants},
};

/// Nobody's: a fleet, a table, a zone.
const OTHER: &str = "other";

/// What is wrong, a line each.
pub(crate) type Problems = BTreeSet<String>;

/// All that is wrong with the rights of a function that asks for this. Statements of `aside` are there
/// for others, and allow nothing of it.
pub(crate) fn problems(
    rights: &[Statement],
    aside: &[Statement],
    asks: &BTreeSet<Ask>,
) -> Problems {
    let mut problems = Problems::new();
    let used = used(rights, asks, &mut problems);
    for (place, statement) in rights.iter().enumerate() {
        let policy = &statement.policy;
        for (action, resource) in statement.pairs() {
            let grant = (place, action.to_owned(), resource.to_owned());
            match used.get(&grant) {
                _ if action.contains(['*', '?']) => {
                    problems.insert(format!("wildcard: {policy}: {action}"));
                }
                None if statement.effect == Effect::Allow => {
                    problems.insert(format!("unused: {policy}: {action} on {resource}"));
                }
                Some(asks) if resource == "*" && asks.iter().any(|ask| ask.resource != "*") => {
                    problems.insert(format!("all resources: {policy}: {action}"));
                }
                _ => {}
            }
        }
    }
    let mut whole = rights.to_vec();
    whole.extend_from_slice(aside);
    for (what, foreign) in asks.iter().flat_map(foreign) {
        if !grants(&whole, &foreign).unwrap().is_empty() {
            let (action, resource) = (&foreign.action, kind(&foreign.resource));
            problems.insert(format!("foreign: {action} on {resource}: {what}"));
        }
    }
    problems.extend(keys(rights, asks, &used));
    problems
}

/// Which of the rights are used by what.
fn used<'a>(
    rights: &[Statement],
    asks: &'a BTreeSet<Ask>,
    problems: &mut Problems,
) -> BTreeMap<Grant, Vec<&'a Ask>> {
    let mut used: BTreeMap<Grant, Vec<&Ask>> = BTreeMap::new();
    for ask in asks {
        let grants = grants(rights, ask).unwrap();
        if grants.is_empty() {
            let keys: Vec<&String> = ask.context.keys().collect();
            let (action, resource) = (&ask.action, kind(&ask.resource));
            problems.insert(format!("missing: {action} on {resource} with {keys:?}"));
        }
        for grant in grants {
            used.entry(grant).or_default().push(ask);
        }
    }
    used
}

/// Keys of tags in conditions against those of requests.
fn keys(rights: &[Statement], asks: &BTreeSet<Ask>, used: &BTreeMap<Grant, Vec<&Ask>>) -> Problems {
    let sent: BTreeSet<String> = asks.iter().flat_map(Ask::tag_keys).collect();
    let mut problems = Problems::new();
    let mut named = BTreeSet::new();
    for (place, statement) in rights.iter().enumerate() {
        let granted = used.iter().filter(|((of, ..), _)| *of == place).flat_map(|(_, asks)| asks);
        let given: BTreeSet<String> = granted.flat_map(|ask| ask.tag_keys()).collect();
        for (key, values) in statement.keys() {
            if let Some((_, tag)) = key.split_once("Tag/") {
                named.insert(tag.to_owned());
            } else if key.eq_ignore_ascii_case("aws:TagKeys") && values != ["false"] {
                let values: BTreeSet<String> = values.into_iter().map(ToOwned::to_owned).collect();
                if values != given {
                    let policy = &statement.policy;
                    problems.insert(format!("keys: {policy}: {values:?}, and sent are {given:?}"));
                }
                named.extend(values);
            }
        }
    }
    if !rights.is_empty() && named != sent {
        problems.insert(format!("keys: conditions know {named:?}, and sent are {sent:?}"));
    }
    problems
}

/// The same, of what is not the fleet's, and what it is instead: each must be refused. What EC2 makes
/// has an id of its own, so tags say whose it is; of all else the ARN does.
fn foreign(ask: &Ask) -> Vec<(String, Ask)> {
    let mut foreign = Vec::new();
    let mut change = |what: &str, change: &dyn Fn(&mut Ask)| {
        let mut other = ask.clone();
        change(&mut other);
        if other != *ask {
            foreign.push((what.to_owned(), other));
        }
    };
    for family in ["resourcetag/", "requesttag/"] {
        let fleet = format!("{family}fleet");
        if ask.resource.contains(":ec2:") && ask.context.keys().any(|key| key.ends_with(&fleet)) {
            change("of another fleet", &|ask| {
                for (_, values) in ask.context.iter_mut().filter(|(key, _)| key.ends_with(&fleet)) {
                    *values = [OTHER.to_owned()].into();
                }
            });
            change("without tags", &|ask| ask.context.retain(|key, _| !key.contains(family)));
        }
    }
    change("another one", &|ask| ask.resource = elsewhere(&ask.resource));
    for (key, value) in [
        ("changeresourcerecordsetsnormalizedrecordnames", "www.desk.invalid"),
        ("changeresourcerecordsetsnormalizedrecordnames", "i-01234567.other.invalid"),
        ("changeresourcerecordsetsrecordtypes", "TXT"),
    ] {
        change(value, &|ask| {
            for (_, values) in ask.context.iter_mut().filter(|(name, _)| name.ends_with(key)) {
                *values = [value.to_owned()].into();
            }
        });
    }
    foreign
}

/// The ARN of another resource, where ARNs tell whose it is. Those of EC2 do not, nor those of changes of
/// Route 53.
fn elsewhere(arn: &str) -> String {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts[..] {
        [_, _, "dynamodb", _, _, table] => {
            let name = table.split('/').nth(1).unwrap_or_default();
            arn.replace(name, &format!("{name}-{OTHER}"))
        }
        [_, _, "autoscaling", ..] => format!("{arn}-{OTHER}"),
        [_, _, "route53", _, _, zone] if zone.starts_with("hostedzone/") => format!("{arn}X"),
        [_, _, "kms", ..] => format!("{arn}{OTHER}"),
        _ => arn.to_owned(),
    }
}

/// An ARN without what EC2 made up.
fn kind(arn: &str) -> &str {
    match arn.rsplit_once('/') {
        Some((kind, _)) if arn.contains(":ec2:") => kind,
        _ => arn,
    }
}
