//! Orders of the control plane to take a box back.

use std::os::unix::fs::PermissionsExt;

use hotdesk::token::{DrainClaims, Signer, generate};

use crate::{
    desk::{BOOT, BOOT_ID, TestBox},
    refusals::is_a_page,
    socket::Socket,
    stand::TestFront,
};

#[tokio::test]
async fn a_drained_box_refuses_every_pass_and_ticket_and_cuts_what_is_open() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    let mut sockets =
        [Socket::echo(&front.address, &cookie).await, Socket::echo(&front.address, &cookie).await];
    for socket in &mut sockets {
        socket.says(b"before").await;
    }
    assert_eq!(front.desk.order(front.desk.drain_order()).await, 200);
    for socket in &mut sockets {
        socket.ends().await;
    }
    for path in ["/", "/static/a.js", "/_hotdesk/opening"] {
        let page = is_a_page(front.get(path, &cookie).await, 403).await;
        assert!(page.contains("<h1>This workspace was closed</h1>"), "{page}");
        assert_eq!(front.get_json(path, &cookie).await.status(), 403, "{path}");
    }
    let ticket = front.desk.ticket("alice", 9);
    let opened = front.get(&format!("/_hotdesk/open?ticket={ticket}"), &cookie).await;
    assert!(is_a_page(opened, 403).await.contains("<h1>This workspace was closed</h1>"));
    let headers = format!("Cookie: {cookie}\r\n");
    let refused = Socket::open(&front.address, "/echo", &headers).await.unwrap_err();
    assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
    assert_eq!(front.ping(&cookie).await.headers()["heartbeat"], "stale");
    assert_eq!(front.desk.probe("/ready").await.0, 503);
    assert_eq!(front.desk.order(front.desk.drain_order()).await, 200, "and may be said again");
}

#[tokio::test]
async fn it_stays_drained_until_the_next_boot() {
    let mut desk = TestBox::start().await;
    let cookie = desk.sit_down("alice", 7).await;
    assert_eq!(desk.order(desk.drain_order()).await, 200);
    let file = desk.folder.path().join("drained");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    desk.restart().await;
    desk.clock.advance(1000);
    assert_eq!(desk.status("/auth", &cookie).await, 403);
    assert_eq!(desk.open(&desk.ticket("alice", 9)).await.status(), 403);
    let waits = desk.probe("/ready").await.1["waitingFor"].clone();
    assert!(waits.as_array().unwrap().iter().any(|part| part == "drained"), "{waits}");

    for entry in std::fs::read_dir(desk.folder.path()).unwrap() {
        std::fs::remove_file(entry.unwrap().path()).unwrap();
    }
    std::fs::write(desk.folder.path().join("reset"), BOOT_ID).unwrap();
    desk.restart().await;
    desk.clock.advance(1000);
    desk.sit_down("bob", 8).await;
}

#[tokio::test]
async fn only_a_fresh_order_of_the_control_plane_to_this_box_drains_it() {
    let desk = TestBox::start().await;
    let cookie = desk.sit_down("alice", 7).await;
    let (stranger, _) = generate().unwrap();
    let claims = desk.drain_claims();
    let other = |aud: &str| {
        let aud = aud.to_owned();
        desk.signer.sign(&DrainClaims { aud, ..claims.clone() }).unwrap()
    };
    let old = DrainClaims { iat: BOOT / 1000, ..claims.clone() };
    for (what, order) in [
        ("wrong key", Signer::from_jwk(&stranger).unwrap().sign(&claims).unwrap().into_bytes()),
        ("another box's", other("drain:i-00000000000000000").into_bytes()),
        ("audience of tickets", other("i-0123456789abcdef0").into_bytes()),
        ("a ticket", desk.ticket("alice", 8).into_bytes()),
        ("before the boot", desk.signer.sign(&old).unwrap().into_bytes()),
        ("nothing", Vec::new()),
        ("no token", b"nonsense".to_vec()),
        ("no text", vec![0xff; 100]),
    ] {
        assert_eq!(desk.order(order).await, 403, "{what}");
    }
    let order = desk.drain_order();
    assert_eq!(desk.order(vec![b'x'; 5000]).await, 413, "too large");
    assert_eq!(desk.open(&order).await.status(), 401, "an order is no ticket");
    desk.clock.advance(33_000);
    assert_eq!(desk.order(order).await, 403, "over");
    assert_eq!(desk.status("/auth", &cookie).await, 204, "none of them drains it");
    assert!(!desk.folder.path().join("drained").exists());
    let line_break = format!("{}\n", desk.drain_order());
    assert_eq!(desk.order(line_break).await, 200);
}

#[tokio::test]
async fn an_order_that_an_agent_of_this_boot_missed_still_counts() {
    let mut desk = TestBox::start().await;
    desk.sit_down("alice", 7).await;
    let order = desk.drain_order();
    desk.clock.advance(5000);
    desk.restart().await;
    assert_eq!(desk.order(order).await, 200);
}

#[tokio::test]
async fn an_order_that_cannot_be_kept_holds_and_has_to_come_again() {
    let desk = TestBox::start().await;
    let cookie = desk.sit_down("alice", 7).await;
    // A folder where the file has to be: even root cannot write it then.
    let file = desk.folder.path().join("drained");
    std::fs::create_dir(&file).unwrap();
    assert_eq!(desk.order(desk.drain_order()).await, 500);
    assert_eq!(desk.status("/auth", &cookie).await, 403);
    std::fs::remove_dir(&file).unwrap();
    assert_eq!(desk.order(desk.drain_order()).await, 200);
    assert!(file.is_file());
}
