//! Faults that somebody may make in a policy: each is found.

use hotdesk_tests::iam::policy::{Many, Statement};
use serde_json::{Value, json};

use super::{
    compare::{Problems, problems},
    sent::toured,
};

/// The function that may do most.
const REAPER: &str = "idle-reaper";

/// What is found if the rights of the reaper are changed like that.
fn planted(change: impl FnOnce(&mut Vec<Statement>)) -> Problems {
    let toured = toured();
    let (mut rights, runs) = toured.rights(REAPER);
    let asks = toured.asks(REAPER);
    let before = problems(&rights, &runs, &asks);
    change(&mut rights);
    problems(&rights, &runs, &asks).difference(&before).cloned().collect()
}

/// The statement that allows this, on a resource of this kind.
fn allowing<'a>(rights: &'a mut [Statement], action: &str, kind: &str) -> &'a mut Statement {
    let mut found = rights.iter_mut().filter(|statement| {
        statement.pairs().any(|(a, resource)| a == action && resource.contains(kind))
    });
    found.next().expect("allowed")
}

fn without(of: &Many, left_out: &str) -> Many {
    Many::Several(of.all().iter().filter(|one| *one != left_out).cloned().collect())
}

fn with(of: &Many, added: &str) -> Many {
    Many::Several(of.all().iter().cloned().chain([added.to_owned()]).collect())
}

fn assert_found(found: &Problems, what: &str) {
    assert!(found.iter().any(|problem| problem.starts_with(what)), "{what}: {found:#?}");
}

#[test]
fn an_action_that_is_left_out_is_missing() {
    let sent = [
        ("ec2:DetachVolume", "volume"),
        ("autoscaling:EnterStandby", "Group"),
        ("dynamodb:Query", "index/due"),
        ("route53:ListResourceRecordSets", "hostedzone"),
    ];
    for (action, kind) in sent {
        let found = planted(|rights| {
            let statement = allowing(rights, action, kind);
            statement.action = without(&statement.action, action);
        });
        assert_found(&found, &format!("missing: {action} on"));
    }
}

#[test]
fn an_action_that_nobody_sends_is_unused() {
    for (beside, kind, added) in [
        ("ec2:StopInstances", "instance", "ec2:TerminateInstances"),
        ("dynamodb:Scan", "table", "dynamodb:BatchWriteItem"),
    ] {
        let found = planted(|rights| {
            let statement = allowing(rights, beside, kind);
            statement.action = with(&statement.action, added);
        });
        assert_found(&found, "unused: ");
        assert!(found.iter().all(|problem| problem.contains(added)), "{found:#?}");
    }
}

#[test]
fn a_wildcard_is_one_even_where_all_that_it_stands_for_is_sent() {
    let found = planted(|rights| {
        let statement = allowing(rights, "ec2:StopInstances", "instance");
        statement.action = with(&statement.action, "ec2:Describe*");
    });
    assert_found(&found, "wildcard: ");
}

#[test]
fn a_key_of_a_tag_that_is_misspelt_is_missing() {
    let misspelt = |condition: &Value| {
        serde_json::from_str(&condition.to_string().replace("Tag/Fleet", "Tag/Fleets")).unwrap()
    };
    for (action, kind) in [("ec2:StopInstances", "instance"), ("ec2:CreateVolume", "volume")] {
        let found = planted(|rights| {
            let condition = &mut allowing(rights, action, kind).condition;
            *condition = misspelt(&Value::Object(condition.clone()));
        });
        assert_found(&found, &format!("missing: {action} on"));
        assert_found(&found, "keys: conditions know");
    }
}

#[test]
fn a_key_that_is_never_given_is_found() {
    let found = planted(|rights| {
        let condition = &mut allowing(rights, "ec2:CreateTags", "instance").condition;
        condition.insert(
            "ForAllValues:StringEquals".into(),
            json!({ "aws:TagKeys": ["Owner", "Name"] }),
        );
    });
    assert_found(&found, "keys: ");
}

#[test]
fn a_table_in_the_place_of_another_is_missing_and_unused() {
    let toured = toured();
    let (mut rights, _) = toured.rights(REAPER);
    let homes = allowing(&mut rights, "dynamodb:Query", "index/due").resource.all()[0].clone();
    let homes = homes.trim_end_matches("/index/due").to_owned();
    let found = planted(|rights| {
        allowing(rights, "dynamodb:Scan", "table").resource = Many::One(homes.clone());
    });
    assert_found(&found, "missing: dynamodb:Scan on");
    assert_found(&found, "unused: ");
}

#[test]
fn what_is_no_fleet_s_own_is_foreign() {
    for (action, kind) in [
        ("ec2:StartInstances", "instance"),
        ("ec2:DeleteSnapshot", "snapshot"),
        ("ec2:CreateVolume", "volume"),
        ("route53:ChangeResourceRecordSets", "hostedzone"),
    ] {
        let found = planted(|rights| allowing(rights, action, kind).condition.clear());
        assert_found(&found, &format!("foreign: {action} on"));
    }
    for (action, kind) in [("dynamodb:DeleteItem", "table"), ("autoscaling:ExitStandby", "Group")] {
        let found = planted(|rights| {
            allowing(rights, action, kind).resource = Many::One("*".into());
        });
        assert_found(&found, &format!("foreign: {action} on"));
        assert_found(&found, "all resources: ");
    }
}
