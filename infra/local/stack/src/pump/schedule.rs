//! The schedule: EventBridge's rule that runs the idle-reaper.

use std::time::Duration;

use hotdesk::clock::{Clock, SystemClock};
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::time::{MissedTickBehavior, interval};
use uuid::Uuid;

use crate::{
    dead_letters::DeadLetters,
    lambda::Lambda,
    moto::{ACCOUNT, REGION},
};

/// The function that it wakes.
const FUNCTION: &str = "idle-reaper";

/// Invokes the idle-reaper now and every `tick`, each time after the one before has ended: in AWS
/// its reserved concurrency of one says the same. A failed pass is a dead letter at once, as the next
/// one does its work (in AWS: MaximumRetryAttempts 0, and an on-failure destination).
pub async fn run(lambda: Lambda, dead: DeadLetters, tick: Duration) {
    let mut ticks = interval(tick);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let event = event();
        match lambda.invoke(FUNCTION, &event).await {
            Ok(summary) => tracing::info!(%summary, "idle-reaper"),
            Err(error) => dead.add(FUNCTION, &event, &error),
        }
    }
}

/// `Scheduled Event`. [docs: EventBridge User Guide, creating a rule that runs on a schedule]
fn event() -> Value {
    let now = i64::try_from(SystemClock.now().seconds()).unwrap_or(0);
    let now = OffsetDateTime::from_unix_timestamp(now).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    json!({
        "version": "0",
        "id": Uuid::new_v4().to_string(),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": ACCOUNT,
        "time": now.format(&Rfc3339).unwrap_or_default(),
        "region": REGION,
        "resources": [format!("arn:aws:events:{REGION}:{ACCOUNT}:rule/{FUNCTION}")],
        "detail": {},
    })
}
