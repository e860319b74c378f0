//! What users learn of their own home and sessions.

use hotdesk::{
    homes::{Home, Taken, Trouble},
    id::Epoch,
    ledger::{Farewell, Why},
};
use hotdesk_tests::desk::Desk;
use http::StatusCode;
use serde_json::{Value, json};

use super::stage::{NINE, now, over, priced, put, resting, sat};
use crate::{check, json as asked, page};

#[tokio::test]
async fn a_home_is_told_of_from_its_first_seat_on() {
    let desk = Desk::start().await;
    let state = async || asked(&desk, "alice", "/").await.1["home"]["state"].clone();
    assert_eq!(state().await, "none");
    desk.stock(1).await;
    desk.open("alice").await.unwrap();
    assert_eq!(state().await, "making");
    let mut home = now(&desk, "alice").await.unwrap();
    (home.volume, home.size) = (Some("vol-000000aa".parse().unwrap()), 20);
    put(&desk, &home).await;
    assert_eq!(state().await, "opening");
    (home.mounted, home.used) = (home.epoch, true);
    put(&desk, &home).await;
    assert_eq!(state().await, "open");
    over(&desk, "alice", Why::Idle, Some(Farewell::Saved)).await;
    assert_eq!(state().await, "resting");
    let shown = page(&desk, "alice", "/").await;
    check("resting", &shown);
    for words in [
        "Resting",
        "20 GiB",
        "none yet",
        "no heartbeat since 20 Nov 2026, 09:00 UTC",
        "Files: saved",
    ] {
        assert!(shown.body().contains(words), "{words}");
    }
}

#[tokio::test]
async fn what_is_wrong_with_a_home_and_how_old_its_files_are_is_said() {
    let desk = Desk::start().await;
    let taken = Taken { snapshot: "snap-000000aa".parse().unwrap(), at: NINE, epoch: Epoch(5) };
    let home = Home { files_of: Some(NINE), snapshot: Some(taken), ..resting("alice") };
    put(&desk, &home).await;
    let (_, body) = asked(&desk, "alice", "/").await;
    let at = "2026-11-20T09:00:00Z";
    let expected =
        json!({ "state": "resting", "trouble": null, "size": 20, "snapshotAt": at, "filesOf": at });
    assert_eq!(body["home"], expected);
    let shown = page(&desk, "alice", "/").await;
    assert!(shown.body().contains("Your files are those of 20 Nov 2026, 09:00 UTC"));
    for trouble in [
        Trouble::Missing,
        Trouble::Gone,
        Trouble::Foreign,
        Trouble::Blank,
        Trouble::NotBlank,
        Trouble::Damaged,
        Trouble::System,
    ] {
        put(&desk, &Home { trouble: Some(trouble), ..home.clone() }).await;
        let (_, body) = asked(&desk, "alice", "/").await;
        assert_eq!(body["home"]["trouble"], trouble.word());
        assert_eq!(body["home"]["state"], "broken");
        let shown = page(&desk, "alice", "/").await;
        check(trouble.word(), &shown);
        assert!(shown.body().contains(&format!("data-trouble=\"{}\"", trouble.word())));
        assert!(shown.body().contains("whoever runs hotdesk here") || trouble == Trouble::Gone);
    }
}

#[tokio::test]
async fn the_last_five_sessions_are_ones_own_with_reason_files_and_price() {
    let mut desk = Desk::start().await;
    sat(&desk, 1, "bob", Why::Left, Some(Farewell::Saved)).await;
    let first = [Some(Farewell::Saved), Some(Farewell::Nothing), Some(Farewell::Late)];
    for (nth, farewell) in (2..).zip(first) {
        sat(&desk, nth, "alice", Why::Idle, farewell).await;
    }
    let (_, free) = asked(&desk, "alice", "/").await;
    assert_eq!(free["sessions"].as_array().unwrap().len(), 3);
    assert_eq!(free["sessions"][0]["cost"], Value::Null, "nobody has set a price");
    assert!(!page(&desk, "alice", "/").await.body().contains(", cost "));
    desk.dispatch.seats = priced(&desk, 83_200).await;
    for (nth, farewell) in (5..).zip([Some(Farewell::Silent), None, Some(Farewell::Saved)]) {
        sat(&desk, nth, "alice", Why::Revoked, farewell).await;
    }
    let (_, body) = asked(&desk, "alice", "/").await;
    let sessions = body["sessions"].as_array().unwrap();
    let farewells: Vec<_> = sessions.iter().map(|one| one["farewell"].clone()).collect();
    assert_eq!(Value::from(farewells), json!(["saved", null, "silent", "late", "nothing"]));
    let epochs: Vec<_> = sessions.iter().map(|one| one["epoch"].as_u64().unwrap()).collect();
    assert!(epochs.is_sorted_by(|newer, older| newer > older), "{epochs:?}");
    assert_eq!((&sessions[0]["why"], &sessions[0]["by"]), (&json!("revoked"), &json!("olivia")));
    assert!(sessions[0]["cost"].as_f64().unwrap() > 0.0);
    let shown = page(&desk, "alice", "/").await;
    check("sessions", &shown);
    assert_eq!(shown.body().matches("<tr>").count(), 1 + 5);
    for words in [", cost 0.0", "by the operator olivia", "the box did not answer"] {
        assert!(shown.body().contains(words), "{words}");
    }
}

#[tokio::test]
async fn without_the_tables_the_page_comes_and_says_what_it_cannot() {
    let mut desk = Desk::start().await;
    desk.stock(1).await;
    desk.open("alice").await.unwrap();
    desk.moto.process().terminate().await.unwrap();
    let (reply, body) = asked(&desk, "alice", "/").await;
    assert_eq!((reply.status(), &body["state"]), (StatusCode::OK, &json!("running")));
    assert_eq!((&body["home"], &body["sessions"]), (&Value::Null, &Value::Null));
    let shown = page(&desk, "alice", "/").await;
    check("without the tables", &shown);
    assert!(shown.body().contains("cannot be said just now"));
}
