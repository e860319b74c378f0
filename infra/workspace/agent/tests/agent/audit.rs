//! The audit trail of a box: who was let in and who was not, without a token.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
};

use serde_json::Value;
use tracing_subscriber::fmt::MakeWriter;

use crate::{desk::INSTANCE, stand::TestFront};

/// What this test's thread logs.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Log {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }

    /// What, who and result of each line of the trail.
    fn trail(&self) -> Vec<(String, Option<String>, String)> {
        let lines: Vec<Value> =
            self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let ours = lines.iter().filter(|line| line["target"] == "audit");
        let word = |value: &Value| value.as_str().map(str::to_owned);
        ours.map(|line| {
            let fields = &line["fields"];
            assert_eq!(fields["on"], INSTANCE, "{line}");
            assert_eq!(fields["from"], "127.0.0.1", "{line}");
            assert!(fields["at"].is_u64(), "{line}");
            (word(&fields["what"]).unwrap(), word(&fields["who"]), word(&fields["result"]).unwrap())
        })
        .collect()
    }
}

#[tokio::test]
async fn it_has_a_line_for_who_was_let_in_and_for_who_was_not() {
    let log = Log::default();
    let writes = tracing_subscriber::fmt().json().with_writer(log.clone()).finish();
    // While there is one subscriber only, tracing asks the thread that first comes by a line whether
    // anybody listens: here, that of another test.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let _guard = tracing::subscriber::set_default(writes);
    let front = TestFront::start().await;
    let cookie = front.sit_down("alice").await;
    let open = async |ticket: &str| front.get(&format!("/_hotdesk/open?ticket={ticket}"), "").await;
    let (used, bobs) = (front.desk.ticket("alice", 7), front.desk.ticket("bob", 8));
    open(&used).await;
    open(&used).await;
    open(&bobs).await;
    open("nonsense").await;
    front.get("/?folder=/x", "").await;
    // Parts of a page that is open are not.
    front.get("/static/a.js", "").await;
    front.get("/static/a.js", &cookie).await;
    front.desk.order("nonsense").await;
    let order = front.desk.drain_order();
    front.desk.order(order.clone()).await;
    front.get("/", &cookie).await;
    let line = |what: &str, who: Option<&str>, result: &str| {
        (what.to_owned(), who.map(str::to_owned), result.to_owned())
    };
    let expected = [
        line("open", Some("alice"), "done"),
        line("open", Some("alice"), "done"),
        line("open", Some("alice"), "refused: used-ticket"),
        line("open", Some("bob"), "refused: other-user"),
        line("open", None, "refused: bad-ticket"),
        line("request", None, "refused: no-cookie"),
        line("drain", None, "refused: bad-ticket"),
        line("drain", None, "done"),
        line("request", None, "refused: drained"),
    ];
    assert_eq!(log.trail(), expected);
    let pass = cookie.split(['=', ';']).nth(1).unwrap();
    for secret in [&used, &bobs, &order, pass, "seat-of-alice"] {
        assert!(!log.text().contains(secret), "a token is in the log");
    }
}
