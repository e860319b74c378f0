//! The real adapter on real tables, beside the tables in memory: what it sends is noted, and what it
//! answers must be what the model answers.
//!
//! A call takes real time, in which the simulated clock stands still, as with [`super::store`].

use std::{
    fmt::Debug,
    sync::{Arc, Mutex},
};

use hotdesk::seats::Answer;
use hotdesk_aws::DynamoSeats;
use hotdesk_stack::moto;

use super::{beginning::Recording, store::aside};

/// Calls whose answers are lists: their order is nobody's, and that of equals by chance.
const LISTS: [&str; 7] = ["homes", "due_homes", "sessions", "users", "instances", "page", "scan"];

#[derive(Clone)]
pub(super) struct Real {
    pub(super) seats: DynamoSeats,
    violations: Arc<Mutex<Vec<String>>>,
}

impl Real {
    pub(super) fn new(recording: &Recording, violations: &Arc<Mutex<Vec<String>>>) -> Self {
        let config = aside(moto::sdk_config(&recording.dynamodb));
        let config = aws_sdk_dynamodb::config::Builder::from(&config)
            .interceptor(recording.recorder.clone())
            .build();
        let client = aws_sdk_dynamodb::Client::from_conf(config);
        let seats = DynamoSeats::new(client, recording.tables.clone(), 0);
        Self { seats, violations: Arc::clone(violations) }
    }

    /// Makes the call, too.
    pub(super) fn compare<T: Debug>(
        &self,
        call: &str,
        answer: &Answer<T>,
        same: impl Future<Output = Answer<T>>,
    ) {
        let real = aside(same);
        let alike = match (answer, &real) {
            (Ok(_), Ok(_)) if LISTS.contains(&call) => true,
            (Ok(model), Ok(real)) => format!("{model:?}") == format!("{real:?}"),
            (model, real) => model.is_err() && real.is_err(),
        };
        if !alike {
            let violation = format!("{call}: {answer:?}, but DynamoDB: {real:?}");
            self.violations.lock().expect("not poisoned").push(violation);
        }
    }
}
