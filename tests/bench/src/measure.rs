//! Starting and calling sides in turn, so that what else the machine does meets all of them alike.

use std::time::Duration;

use serde_json::Value;

use crate::side::{Running, Side};

/// The median; of an even number the lower one in the middle.
///
/// # Panics
/// If there is none.
#[must_use]
pub fn median<T: Copy + PartialOrd>(values: &[T]) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
    sorted[(sorted.len() - 1) / 2]
}

/// From exec to the first `next` of each side, in the median of so many starts in turn. Each follows each, as
/// the end of a large one is felt by the next, and none begins before the last one is gone.
///
/// # Errors
/// A side does not start.
pub async fn starts(sides: &[Side], times: usize) -> anyhow::Result<Vec<Duration>> {
    let mut all = vec![Vec::with_capacity(times); sides.len()];
    for time in 0..times {
        for nth in 0..sides.len() {
            // Forwards and backwards by turns.
            let nth = if time % 2 == 0 { nth } else { sides.len() - 1 - nth };
            let running = sides[nth].start().await?;
            all[nth].push(running.start);
            running.end().await?;
        }
    }
    Ok(all.iter().map(|took| median(took)).collect())
}

/// What calls cost.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    /// CPU time of a call, in the median of batches.
    pub cpu: Duration,
    /// The most memory that the process had, in KiB.
    pub memory: u64,
}

/// What `event` costs each side, called `calls` times in batches in turn, and as often before to warm up.
/// `check` is asked before and after each batch.
///
/// # Errors
/// A side fails, or a check does.
pub async fn calls(
    sides: &[Side],
    event: &Value,
    calls: usize,
    check: &dyn Check,
) -> anyhow::Result<Vec<Cost>> {
    const BATCHES: usize = 10;
    let mut running = Vec::new();
    for side in sides {
        let side = side.start().await?;
        batch(&side, event, calls, check).await?;
        running.push((side, Vec::new()));
    }
    for _ in 0..BATCHES {
        for (side, took) in &mut running {
            let spent = batch(side, event, calls / BATCHES, check).await?;
            took.push(spent / u32::try_from(calls / BATCHES)?);
        }
    }
    let cost = |(side, took): &(Running, Vec<Duration>)| {
        Ok(Cost { cpu: median(took), memory: side.memory()? })
    };
    running.iter().map(cost).collect()
}

/// Whether a side did what it was called for.
pub trait Check {
    /// Undoes what a batch is to do.
    ///
    /// # Errors
    /// It cannot.
    fn before(&self) -> anyhow::Result<()>;
    /// Fails if it was not done.
    ///
    /// # Errors
    /// It was not.
    fn after(&self, answer: &Value) -> anyhow::Result<()>;
}

async fn batch(
    side: &Running,
    event: &Value,
    calls: usize,
    check: &dyn Check,
) -> anyhow::Result<Duration> {
    check.before()?;
    let before = side.cpu()?;
    let mut answer = Value::Null;
    for _ in 0..calls {
        answer = side.invoke(event.clone()).await?;
    }
    let spent = side.cpu()? - before;
    check.after(&answer)?;
    Ok(spent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_one_of_them() {
        assert_eq!(median(&[3, 1, 2]), 2);
        assert_eq!(median(&[4, 1, 2, 3]), 2);
    }
}
