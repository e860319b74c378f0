//! EventBridge's default bus: what EC2 and Auto Scaling say goes to `lifecycle`.

use std::time::Duration;

use serde_json::Value;
use tokio::time::sleep;

use crate::{dead_letters::DeadLetters, lambda::Lambda};

/// The function that it wakes.
const FUNCTION: &str = "lifecycle";

/// The pauses before the second and the third attempt. Lambda makes as many, after one and after
/// two minutes (Lambda Developer Guide, asynchronous invocation); a desk need not wait so long.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];

/// Delivers one event in the background. As in AWS, the next one does not wait for it, so they may
/// arrive in another order.
pub fn deliver(lambda: &Lambda, dead: &DeadLetters, event: Value) {
    let (lambda, dead) = (lambda.clone(), dead.clone());
    tokio::spawn(async move {
        let mut pauses = PAUSES.into_iter();
        loop {
            let Err(error) = lambda.invoke(FUNCTION, &event).await else { return };
            let Some(pause) = pauses.next() else { return dead.add(FUNCTION, &event, &error) };
            tracing::warn!(%error, detail_type = %event["detail-type"], "lifecycle: again");
            sleep(pause).await;
        }
    });
}
