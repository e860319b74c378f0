//! Lambda's event source mapping from the seats' stream to `provision`: batches in order, one at a
//! time, what failed again and again, until it is given up.
//!
//! In AWS the template sets the same: BatchSize 100, FunctionResponseTypes ReportBatchItemFailures,
//! BisectBatchOnFunctionError, MaximumRetryAttempts, MaximumRecordAgeInSeconds (see [`Patience`])
//! and an on-failure destination, which [`DeadLetters`] stands for. The rules are from the Lambda
//! Developer Guide, "Configuring partial batch response with DynamoDB and Lambda" and "Retain
//! discarded records for a DynamoDB event source in Lambda".

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use crate::{
    dead_letters::DeadLetters,
    lambda::{InvokeError, Lambda},
};

/// The function that it wakes.
const FUNCTION: &str = "provision";

/// How long what fails is tried.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// MaximumRetryAttempts: so often is a record tried again that makes the function fail. What it
    /// holds up waits as long; what it told is found by the reaper's next pass.
    pub retries: u32,
    /// MaximumRecordAgeInSeconds, counted from when the record was read.
    pub age: Duration,
    /// The pause after the first failure; twice as long after each further one in a row. Lambda
    /// does not say how long its own are.
    pub pause: Duration,
    /// The longest pause.
    pub longest_pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            retries: 10,
            age: Duration::from_secs(3600),
            pause: Duration::from_millis(250),
            longest_pause: Duration::from_secs(10),
        }
    }
}

/// The mapping.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// Where the function is.
    pub lambda: Lambda,
    /// Where records go that it would not take.
    pub dead: DeadLetters,
    /// How long they are tried.
    pub patience: Patience,
}

/// What became of a batch.
enum Outcome {
    Done,
    /// This one, counted from 0, is the first that failed.
    FailedAt(usize),
    Failed(InvokeError),
}

impl Mapping {
    /// Delivers these records in order, and returns when each was taken or given up.
    ///
    /// - Records before the first that failed are done; the others come again from there.
    /// - A batch that failed from its first record on is split in two, which is no retry, until the
    ///   record that is to blame stands alone. (That a report of the first record splits the rest is
    ///   unverified: AWS splits "at the returned sequence number".)
    /// - While the function cannot be invoked at all, only the records' age counts.
    pub async fn deliver(&self, records: Vec<Value>) {
        let began = Instant::now();
        let mut batches = vec![records];
        let (mut retries, mut pause) = (0, self.patience.pause);
        while let Some(mut batch) = batches.pop() {
            let failure = match self.attempt(&batch).await {
                Outcome::Done => {
                    (retries, pause) = (0, self.patience.pause);
                    continue;
                }
                Outcome::FailedAt(0) => InvokeError::Failed("reported by the function".into()),
                Outcome::FailedAt(first) => {
                    (retries, pause) = (0, self.patience.pause);
                    tracing::warn!(done = first, left = batch.len() - first, "provision: again");
                    batches.push(batch.split_off(first));
                    sleep(pause).await;
                    continue;
                }
                Outcome::Failed(error) => error,
            };
            let counts = matches!(failure, InvokeError::Failed(_)) && batch.len() == 1;
            if began.elapsed() > self.patience.age || counts && retries >= self.patience.retries {
                self.dead.add(FUNCTION, &json!({ "Records": batch }), &failure);
                (retries, pause) = (0, self.patience.pause);
                continue;
            }
            tracing::warn!(error = %failure, records = batch.len(), retries, "provision: again");
            retries += u32::from(counts);
            if batch.len() > 1 && matches!(failure, InvokeError::Failed(_)) {
                batches.push(batch.split_off(batch.len() / 2));
            }
            batches.push(batch);
            sleep(pause).await;
            pause = (pause * 2).min(self.patience.longest_pause);
        }
    }

    async fn attempt(&self, batch: &[Value]) -> Outcome {
        match self.lambda.invoke(FUNCTION, &json!({ "Records": batch })).await {
            Ok(answer) => read(&answer, batch),
            Err(error) => Outcome::Failed(error),
        }
    }
}

/// The function's answer: `{"batchItemFailures":[{"itemIdentifier":"<SequenceNumber>"}]}`. No list,
/// or an empty one, is success; of several the lowest counts; one that names no record of the batch
/// is the failure of all.
fn read(answer: &Value, batch: &[Value]) -> Outcome {
    let place = |failure: &Value| {
        let number = failure["itemIdentifier"].as_str()?;
        batch.iter().position(|record| record["dynamodb"]["SequenceNumber"] == number)
    };
    let failures = answer["batchItemFailures"].as_array().map_or(&[][..], Vec::as_slice);
    let places: Option<Vec<usize>> = failures.iter().map(place).collect();
    match places {
        Some(places) => places.into_iter().min().map_or(Outcome::Done, Outcome::FailedAt),
        None => {
            Outcome::Failed(InvokeError::Failed("reported a record that it did not get".into()))
        }
    }
}
