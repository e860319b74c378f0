use std::collections::HashMap;

use envconfig::Envconfig;
use serde_json::{Value, json};

use super::*;

const ISSUER: &str = "https://id.example";

fn config(set: &[(&str, &str)]) -> AccountConfig {
    let set = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    AccountConfig::init_from_hashmap(&set.collect::<HashMap<_, _>>()).unwrap()
}

fn admit_from(issuer: &str, config: &AccountConfig, claims: Value) -> Result<Account, Rule> {
    config.admit(&Claims::from_json(claims), issuer).map_err(|(rule, _)| rule)
}

fn admit(config: &AccountConfig, claims: Value) -> Result<Account, Rule> {
    admit_from(ISSUER, config, claims)
}

fn alice(operator: bool) -> Result<Account, Rule> {
    Ok(Account { user: "alice".parse().unwrap(), operator })
}

fn own_domain(more: &[(&str, &str)]) -> AccountConfig {
    let usual = [("USER_CLAIM_DOMAIN", "example.com"), ("ALLOWED_EMAIL_DOMAINS", "Example.com")];
    config(&[&usual, more].concat())
}

#[test]
fn an_address_has_to_be_of_exactly_a_domain_that_is_let_in() {
    let config = own_domain(&[]);
    let with = |email: &str| admit(&config, json!({ "email": email, "email_verified": true }));
    assert_eq!(with("alice@example.com"), alice(false));
    assert_eq!(with("Alice@EXAMPLE.com"), alice(false));
    for other in [
        "alice@evil-example.com",
        "alice@example.com.evil",
        "alice@sub.example.com",
        "alice@example.co",
        "alice@example.com@evil",
        "alice@evil@example.com",
        "\"alice@example.com\"@evil.com",
        "alice@example.com.",
        "alice@example.com,evil.com",
        "alice",
    ] {
        assert_eq!(with(other), Err(Rule::EmailDomain), "{other}");
    }
    assert_eq!(admit(&config, json!({ "email_verified": true })), Err(Rule::EmailDomain));
    let list = json!({ "email": ["alice@example.com"], "email_verified": true });
    assert_eq!(admit(&config, list), Err(Rule::EmailDomain));
}

#[test]
fn an_address_counts_only_where_it_is_verified() {
    let claims =
        |verified: Value| json!({ "email": "alice@example.com", "email_verified": verified });
    let silent = json!({ "email": "alice@example.com" });
    for config in [own_domain(&[]), config(&[("USER_CLAIM_DOMAIN", "example.com")])] {
        assert_eq!(admit(&config, claims(json!(true))), alice(false));
        for not in [json!(false), json!("yes"), json!(1), json!(null)] {
            assert_eq!(admit(&config, claims(not)), Err(Rule::EmailVerified));
        }
        assert_eq!(admit(&config, silent.clone()), Err(Rule::EmailVerified));
    }
    let trusting = own_domain(&[("EMAIL_VERIFIED_DEFAULT", "true")]);
    assert_eq!(admit(&trusting, silent), alice(false));
    assert_eq!(admit(&trusting, claims(json!(false))), Err(Rule::EmailVerified));
}

#[test]
fn an_address_that_decides_nothing_needs_no_verification() {
    let config = config(&[("USER_CLAIM", "preferred_username")]);
    let claims = json!({ "preferred_username": "alice", "email": "a@b", "email_verified": false });
    assert_eq!(admit(&config, claims), alice(false));
}

#[test]
fn of_google_only_accounts_that_the_organisation_manages() {
    let config = own_domain(&[]);
    let with = |hd: Value| {
        let claims = json!({ "email": "alice@example.com", "email_verified": true, "hd": hd });
        admit_from(GOOGLE, &config, claims)
    };
    assert_eq!(with(json!("example.com")), alice(false));
    for other in [json!(null), json!("evil.com"), json!(true), json!("")] {
        assert_eq!(with(other), Err(Rule::HostedDomain));
    }
}

#[test]
fn one_group_is_enough_and_it_has_to_be_the_very_one() {
    let config = config(&[("USER_CLAIM", "sub"), ("ALLOWED_GROUPS", "dev, ops")]);
    let with = |groups: Value| admit(&config, json!({ "sub": "alice", "groups": groups }));
    for fits in [json!(["dev"]), json!(["sales", "ops"]), json!("dev"), json!([1, "dev"])] {
        assert_eq!(with(fits), alice(false));
    }
    for not in [
        json!([]),
        json!(["Dev"]),
        json!("dev,ops"),
        json!({ "dev": true }),
        json!(null),
        json!(["de", "v"]),
    ] {
        assert_eq!(with(not), Err(Rule::Group));
    }
    assert_eq!(admit(&config, json!({ "sub": "alice" })), Err(Rule::Group));
}

#[test]
fn operators_are_of_their_group_and_else_nobody() {
    let claims = |group: &str| json!({ "sub": "alice", "cognito:groups": [group, ""] });
    let none = config(&[("USER_CLAIM", "sub"), ("GROUPS_CLAIM", "cognito:groups")]);
    assert_eq!(admit(&none, claims("operators")), alice(false));
    let some = config(&[
        ("USER_CLAIM", "sub"),
        ("GROUPS_CLAIM", "cognito:groups"),
        ("OPERATOR_GROUP", "operators"),
    ]);
    assert_eq!(admit(&some, claims("operators")), alice(true));
    assert_eq!(admit(&some, claims("operator")), alice(false));
    let elsewhere = json!({ "sub": "alice", "groups": ["operators"] });
    assert_eq!(admit(&some, elsewhere), alice(false));
}

#[test]
fn who_is_refused_is_named_where_they_have_a_name() {
    let config = own_domain(&[]);
    let claims = json!({ "email": "bob@partner.org", "email_verified": true });
    let refused = config.admit(&Claims::from_json(claims), ISSUER).unwrap_err();
    assert_eq!(refused, (Rule::EmailDomain, Some("bob_partner.org".parse().unwrap())));
    let claims = json!({ "email": "pool@example.com", "email_verified": true });
    assert_eq!(config.admit(&Claims::from_json(claims), ISSUER), Err((Rule::UserName, None)));
}

#[test]
fn what_the_rules_need_is_asked_for() {
    assert_eq!(config(&[]).needed(), ["email", "email_verified"]);
    let groups = [("USER_CLAIM", "sub"), ("OPERATOR_GROUP", "operators")];
    assert_eq!(config(&groups).needed(), ["sub", "groups"]);
}
