//! Names written, listed, parked and removed.

use aws_sdk_route53::types::RrType;
use hotdesk::{
    fleet::FleetError,
    names::{BATCH, NOWHERE, Name, Names, TTL},
};

use super::stage::{DOMAIN, Stage, address, instance};

#[tokio::test]
async fn a_name_is_one_record_with_a_small_ttl() {
    let stage = Stage::new().await;
    let host = format!("{}.{DOMAIN}", instance(1));
    for n in [1, 2, 2] {
        let change = stage.fleet.set_names(&[(instance(1), address(n))]).await.unwrap();
        assert!(!change.as_str().contains('/'), "{change:?}");
        assert!(stage.fleet.in_sync(&change).await.unwrap());
        let record = (RrType::A, i64::from(TTL), vec![address(n).to_string()]);
        assert_eq!(stage.records(&host).await, [record]);
        let name = Name { instance: instance(1), address: address(n), ttl: TTL };
        assert_eq!(stage.fleet.names().await.unwrap(), [name]);
    }
}

#[tokio::test]
async fn every_page_of_names_counts_and_what_is_no_name_of_a_box_does_not() {
    const MANY: usize = 650;
    let stage = Stage::new().await;
    let (text, many) = ("\"text\"", ["192.0.2.7", "192.0.2.8"]);
    for (name, kind, values) in [
        (format!("www.{DOMAIN}"), RrType::A, &many[..1]),
        (format!("i-desk.{DOMAIN}"), RrType::A, &many[..1]),
        (format!("port.{}.{DOMAIN}", instance(0x11)), RrType::A, &many[..1]),
        (format!("{}.{DOMAIN}", instance(0x12)), RrType::Txt, &[text][..]),
        (format!("{}.{DOMAIN}", instance(MANY + 1)), RrType::A, &many[..]),
        (format!("{}.other.example.com", instance(0x13)), RrType::A, &many[..1]),
        (format!("{}.example.com", instance(0x14)), RrType::A, &many[..1]),
        (DOMAIN.to_owned(), RrType::A, &many[..1]),
    ] {
        stage.put(&name, kind, values).await;
    }
    let all: Vec<_> = (1..=MANY).map(|n| (instance(n), address((n % 250) as u8))).collect();
    for some in all.chunks(BATCH) {
        stage.fleet.set_names(some).await.unwrap();
    }
    let expected: Vec<Name> =
        all.into_iter().map(|(instance, address)| Name { instance, address, ttl: TTL }).collect();
    assert_eq!(stage.fleet.names().await.unwrap(), expected);
}

#[tokio::test]
async fn names_are_parked_and_removed_together() {
    let stage = Stage::new().await;
    let names = [1, 2, 3].map(|n| (instance(n), address(n as u8)));
    stage.fleet.set_names(&names).await.unwrap();
    let [first, second, third] = &stage.fleet.names().await.unwrap()[..] else { panic!("three") };
    let changes = [(first.clone(), Some(NOWHERE)), (second.clone(), None)];
    assert!(stage.fleet.replace_names(&changes).await.unwrap());
    let parked = Name { address: NOWHERE, ..first.clone() };
    assert_eq!(stage.fleet.names().await.unwrap(), [parked, third.clone()]);
}

/// As many as one call may change, all of them replaced.
#[tokio::test]
async fn a_batch_is_one_call() {
    let stage = Stage::new().await;
    let all: Vec<_> = (0..BATCH).map(|n| (instance(n), address(1))).collect();
    stage.fleet.set_names(&all).await.unwrap();
    stage.fleet.set_names(&all).await.unwrap();
    let names = stage.fleet.names().await.unwrap();
    let changes: Vec<_> = names.into_iter().map(|name| (name, Some(NOWHERE))).collect();
    assert!(stage.fleet.replace_names(&changes).await.unwrap());
    let names = stage.fleet.names().await.unwrap();
    assert_eq!(names.len(), BATCH);
    assert!(names.iter().all(|name| name.address == NOWHERE));
}

#[tokio::test]
async fn a_zone_or_a_domain_that_is_wrong_is_for_somebody_to_mend() {
    let stage = Stage::new().await;
    let name = [(instance(1), address(1))];
    for (fleet, said) in [
        (stage.elsewhere(Some("ZNONE"), DOMAIN), "NoSuchHostedZone"),
        (stage.elsewhere(None, "desk.example.org"), "InvalidChangeBatch"),
        (stage.without_zone(), "no hosted zone"),
    ] {
        let error = fleet.set_names(&name).await.unwrap_err();
        let FleetError::Broken(what, _) = error else { panic!("{error:?}") };
        assert!(what.contains(said), "{what}");
    }
    assert!(stage.fleet.names().await.unwrap().is_empty());
}
