//! WebSockets through nginx and the agent.

use std::sync::atomic::Ordering;

use reqwest::header;

use crate::{desk::cookie_header, socket::Socket, stand::TestFront, until};

#[tokio::test]
async fn bytes_go_both_ways_as_they_are() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    let mut socket = Socket::echo(&front.address, &cookie).await;
    socket.says(b"\0\xff\r\n\r\n").await;
    let much: Vec<u8> = (0..3_000_000_u32).map(|n| 5 + (n % 251) as u8).collect();
    let mut other = Socket::echo(&front.address, &cookie).await;
    tokio::join!(socket.says(&much), other.says(&much));
    socket.says(b"again").await;
}

#[tokio::test]
async fn the_editor_gets_the_address_as_it_came_and_no_cookie_of_the_box() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    let target = "/echo?skipWebSocketFrames=false&a=%2Fb%20c&d=//e/../f";
    let headers =
        format!("Cookie: a=1; {cookie}; b=2\r\nSec-Fetch-Site: same-origin\r\nX-Mine: 3\r\n");
    let mut socket = Socket::open(&front.address, target, &headers).await.unwrap();
    socket.says(b"hello").await;
    Socket::echo(&front.address, &cookie).await.says(b"hello").await;
    // A request that is no upgrade goes another way, with the same result.
    front.get("/page?a=%2Fb", &format!("{cookie}; c=3")).await;
    front.get("/page", &cookie).await;
    let seen = front.seen.lock().unwrap();
    let get = |target: &str| &seen.iter().find(|(seen, _)| seen == target).expect(target).1;
    let headers = get(target);
    assert_eq!(headers[header::COOKIE], "a=1; b=2");
    assert_eq!(headers["x-mine"], "3");
    assert_eq!(headers[header::UPGRADE], "websocket");
    assert_eq!(headers["sec-websocket-key"], "YWJjZGVmZ2hpamtsbW5vcA==");
    assert_eq!(headers[header::HOST], front.address.trim_start_matches("http://"));
    assert_eq!(get("/page?a=%2Fb")[header::COOKIE], "c=3");
    for target in ["/echo", "/page"] {
        assert!(!get(target).contains_key(header::COOKIE), "{target}");
    }
}

#[tokio::test]
async fn it_ends_with_the_pass() {
    let front = TestFront::start().await;
    let mut claims = front.desk.claims("alice", 7);
    claims.session_exp = claims.iat + 2;
    let ticket = front.desk.signer.sign(&claims).unwrap();
    let opened = front.get(&format!("/_hotdesk/open?ticket={ticket}"), "").await;
    let cookie = cookie_header(&opened);
    let mut socket = Socket::echo(&front.address, &cookie).await;
    socket.says(b"in time").await;
    front.desk.clock.advance(2000);
    socket.ends().await;
}

#[tokio::test]
async fn when_one_side_ends_so_does_the_other() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    let mut socket = Socket::echo(&front.address, &cookie).await;
    socket.says(b"and now the editor ends \x04").await;
    socket.ends().await;

    let sockets =
        [Socket::echo(&front.address, &cookie).await, Socket::echo(&front.address, &cookie).await];
    assert_eq!(front.echoes.load(Ordering::SeqCst), 2);
    for socket in sockets {
        socket.close().await;
    }
    until("the editor's ends are closed", async || front.echoes.load(Ordering::SeqCst) == 0).await;
}

#[tokio::test]
async fn who_may_not_go_on_gets_none() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    let own = format!("Origin: {}\r\n", front.address);
    for (what, headers, status) in [
        ("no cookie", own.clone(), 401),
        ("a planted one", format!("Cookie: hotdesk_box=x\r\n{own}"), 401),
        ("a sibling", format!("Cookie: {cookie}\r\nOrigin: http://i-2.box.example\r\n"), 403),
        ("no origin", format!("Cookie: {cookie}\r\nOrigin: null\r\n"), 403),
        ("same site", format!("Cookie: {cookie}\r\n{own}Sec-Fetch-Site: same-site\r\n"), 403),
    ] {
        let refused = Socket::open(&front.address, "/echo", &headers).await.unwrap_err();
        assert!(refused.starts_with(&format!("HTTP/1.1 {status} ")), "{what}: {refused}");
    }
    assert!(front.seen.lock().unwrap().is_empty(), "none of them reached the editor");
    let headers = format!("Cookie: {cookie}\r\n{own}");
    for closed in ["/proxy/3000/", "/_hotdesk/auth", "//echo", "/x/..%2fecho"] {
        let refused = Socket::open(&front.address, closed, &headers).await.unwrap_err();
        assert!(refused.starts_with("HTTP/1.1 404 "), "{closed}: {refused}");
    }
    let refused = Socket::open(&front.address, "/elsewhere", &headers).await.unwrap_err();
    assert!(refused.starts_with("HTTP/1.1 200 "), "the editor's own answer: {refused}");
}

#[tokio::test]
async fn an_editor_that_is_away_is_said() {
    let front = TestFront::without_editor().await;
    let cookie = front.sit_down("alice").await;
    let headers = format!("Cookie: {cookie}\r\n");
    let refused = Socket::open(&front.address, "/echo", &headers).await.unwrap_err();
    assert!(refused.starts_with("HTTP/1.1 502 "), "{refused}");
    assert_eq!(front.desk.status("/tunnel/echo", &cookie).await, 400, "no upgrade");
    assert_eq!(front.desk.status("/tunnel", &cookie).await, 400, "no address");
}
