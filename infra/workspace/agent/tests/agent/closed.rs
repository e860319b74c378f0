//! What is closed to the owner too, in any spelling.

use proptest::{collection::vec, prelude::*, sample::select, test_runner::TestRunner};

use crate::{raw, stand::TestFront};

#[tokio::test]
async fn doors_of_the_editor_that_lead_elsewhere_are_closed_in_any_spelling() {
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    front.seen.lock().unwrap().clear();
    for target in [
        "/proxy/3000/",
        "/proxy",
        "/PROXY/3000",
        "/Proxy/3000?a=1",
        "/%70roxy/3000",
        "/%50ROXY/3000",
        "/pro%78y/3000",
        "/%2570roxy/3000",
        "//proxy/3000",
        "///proxy/3000",
        "//absproxy/3000",
        "/./proxy/3000",
        "/x/../proxy/3000",
        "/x/%2e%2e/proxy/3000",
        "/x/..%2fproxy/3000",
        "/%2fproxy/3000",
        "/%2Fproxy%2F3000",
        "/proxy%2f3000",
        "/proxy/3000/../..",
        "/proxy/3000/../../",
        "/proxy/3000/..%2f..%2f",
        "/proxy/3000/%2e%2e/%2E%2E/",
        "/absproxy/3000/../../static",
        "/vscode/..",
        "/vscode/%2e%2e/",
        "/proxy\\3000",
        "/\\proxy/3000",
        "/%5cproxy/3000",
        "/#/proxy/3000",
        "/proxy/3000/#/../../..",
        "/vscode",
        "/VsCode/",
        "/vscode?folder=/x",
        "http://box/proxy/3000",
        "http://box//proxy/3000",
        "http://box/x/../proxy/3000",
        "/_hotdesk/auth",
        "/_hotdesk/beat",
        "/_hotdesk/refused/401",
        "/_hotdesk/instead",
        "/_hotdesk/",
        "/_hotdesk/x",
        "/_hotdesk/open/../auth",
        "/_hotdesk%2fopen",
    ] {
        let status = raw::status(&front.address, target, &cookie).await;
        // Some are no request at all to nginx.
        assert!([400, 404].contains(&status), "{target}: {status}");
    }
    assert!(front.seen.lock().unwrap().is_empty(), "none of them reached the editor");
    for target in [
        "/vscode-remote-resource?path=/proxy/../x//y",
        "/stable-1/static/out/proxy/x.js",
        "/stable-1/static/a%20b/%40c.js",
        "/?folder=/proxy/..%2f",
        "/proxying",
        "http://box/page",
    ] {
        assert_eq!(raw::status(&front.address, target, &cookie).await, 200, "{target}");
    }
}

/// What a careless reader may make of an address: decoded again and again, slashes of both kinds
/// the same, empty and dot segments taken away or kept.
fn readings(target: &str) -> Vec<Vec<String>> {
    let path = target.split(['?', '#']).next().unwrap_or_default();
    let mut readings = Vec::new();
    let mut text = path.to_lowercase();
    for _ in 0..3 {
        let segments = || text.split(['/', '\\']).map(str::to_owned);
        readings.push(segments().skip(1).collect());
        readings.push(segments().filter(|part| !part.is_empty() && part != ".").collect());
        let mut resolved = Vec::new();
        for part in segments().filter(|part| !part.is_empty() && part != ".") {
            if part == ".." {
                resolved.pop();
            } else {
                resolved.push(part);
            }
        }
        readings.push(resolved);
        for (code, plain) in [("%2f", "/"), ("%5c", "\\"), ("%2e", "."), ("%70", "p"), ("%25", "%")]
        {
            text = text.replace(code, plain);
        }
    }
    readings
}

#[test]
fn what_reaches_the_editor_is_closed_in_no_reading() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (front, cookie) = runtime.block_on(async {
        let front = TestFront::start().await;
        let cookie = front.sit_down("alice").await;
        (front, cookie)
    });
    let piece = select(vec![
        "/",
        "/",
        "/",
        "proxy",
        "PROXY",
        "absproxy",
        "vscode",
        "3000",
        "..",
        ".",
        "%2f",
        "%2F",
        "%5c",
        "%2e",
        "%70roxy",
        "%25",
        "%2570roxy",
        "\\",
        "?",
        "#",
        ";",
        "static",
        "%",
    ]);
    let targets = vec(piece, 0..8).prop_map(|pieces| format!("/{}", pieces.concat()));
    let mut runner = TestRunner::new(ProptestConfig { cases: 600, ..ProptestConfig::default() });
    let held = runner.run(&targets, |target| {
        front.seen.lock().unwrap().clear();
        runtime.block_on(raw::status(&front.address, &target, &cookie));
        for (seen, _) in front.seen.lock().unwrap().iter() {
            for reading in readings(seen) {
                let first = reading.first().map_or("", String::as_str);
                prop_assert!(
                    !["proxy", "absproxy", "vscode"].contains(&first),
                    "{target} reached the editor as {seen}, which may be read as {reading:?}"
                );
            }
        }
        Ok(())
    });
    held.unwrap();
}
