//! Token buckets: how fast calls may come. [docs: ec2-api-throttling]
//!
//! Each action has a bucket of requests, and those that start or end instances have one of
//! instances too, from which a call takes one token for each that it names. Both have to hold
//! enough, or the call takes nothing and changes nothing; a call for more instances than its bucket
//! holds never passes. A call that is refused later has spent its tokens (unverified). Launches of
//! the group are AWS's own and are not counted.
//!
//! Calls of EBS that the page does not list have EC2's defaults.
//!
//! Auto Scaling publishes no rates: here each of its actions has EC2's defaults (unverified).

use std::collections::BTreeMap;

use super::{
    calls::Call,
    error::AwsError,
    ids::each_once,
    parameters::{Filter, Page},
    sim::Sim,
};

/// How many tokens a bucket holds, and how many it gains a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Limit {
    size: u64,
    per_second: u64,
}

const fn limit(size: u64, per_second: u64) -> Limit {
    Limit { size, per_second }
}

/// What a call takes from a bucket.
struct Fare {
    bucket: &'static str,
    limit: Limit,
    tokens: u64,
}

/// A bucket that was used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Level {
    /// In thousandths, of which a bucket gains `per_second` each ms.
    thousandths: u64,
    at: u64,
}

/// The buckets by name; one that was never used is full.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Buckets(BTreeMap<&'static str, Level>);

impl Sim {
    /// Sets whether calls are throttled.
    pub fn set_throttle(&mut self, throttle: bool) {
        self.settings.throttle = throttle;
    }

    /// Takes a call's tokens, unless a bucket holds too few.
    pub(super) fn take_tokens(&mut self, call: &Call) -> Result<(), AwsError> {
        let (request, instances, error) = fares(call);
        let fares: Vec<Fare> = [Some(request), instances].into_iter().flatten().collect();
        if !self.settings.throttle || self.buckets.take(self.now, &fares) {
            return Ok(());
        }
        Err(error())
    }
}

impl Buckets {
    /// Takes all that the fares say, or nothing.
    fn take(&mut self, now: u64, fares: &[Fare]) -> bool {
        let left: Option<Vec<_>> = fares.iter().map(|fare| self.after(now, fare)).collect();
        let Some(left) = left else { return false };
        self.0.extend(left);
        true
    }

    /// The bucket after it paid a fare, if it holds enough.
    fn after(&self, now: u64, fare: &Fare) -> Option<(&'static str, Level)> {
        let full = fare.limit.size * 1000;
        let held = self.0.get(fare.bucket).map_or(full, |level| {
            let gained = (now - level.at).saturating_mul(fare.limit.per_second);
            level.thousandths.saturating_add(gained).min(full)
        });
        let thousandths = held.checked_sub(fare.tokens.saturating_mul(1000))?;
        Some((fare.bucket, Level { thousandths, at: now }))
    }
}

/// What a call takes from its request bucket and from its instance bucket, and what it is told if
/// they hold too little.
fn fares(call: &Call) -> (Fare, Option<Fare>, fn() -> AwsError) {
    let request = |limit| Fare { bucket: call.action(), limit, tokens: 1 };
    let instances = |bucket, limit, ids: &[String]| {
        let tokens = u64::try_from(each_once(ids).len()).unwrap_or(u64::MAX);
        Some(Fare { bucket, limit, tokens })
    };
    // Ids are neither a filter nor a page, as the documentation words it (unverified).
    let listing = |all, filters: &[Filter], page: &Page| {
        if filters.is_empty() && page.size.is_none() && page.token.is_none() {
            Fare { bucket: all, limit: limit(50, 10), tokens: 1 }
        } else {
            request(limit(100, 20))
        }
    };
    match call {
        Call::DescribeInstances { filters, page, .. } => {
            let fare = listing("DescribeInstances, all", filters, page);
            (fare, None, AwsError::request_limit_exceeded)
        }
        Call::DescribeVolumes { filters, page, .. } => {
            let fare = listing("DescribeVolumes, all", filters, page);
            (fare, None, AwsError::request_limit_exceeded)
        }
        Call::DescribeSnapshots { filters, page, .. } => {
            let fare = listing("DescribeSnapshots, all", filters, page);
            (fare, None, AwsError::request_limit_exceeded)
        }
        Call::CreateVolume(_) => (request(limit(100, 5)), None, AwsError::request_limit_exceeded),
        Call::AttachVolume { .. }
        | Call::DetachVolume { .. }
        | Call::ModifyVolume { .. }
        | Call::DeleteVolume { .. }
        | Call::CreateSnapshot { .. }
        | Call::DeleteSnapshot { .. } => {
            (request(limit(50, 5)), None, AwsError::request_limit_exceeded)
        }
        Call::StartInstances { ids } => (
            request(limit(5, 2)),
            instances("StartInstances, instances", limit(1000, 2), ids),
            AwsError::request_limit_exceeded,
        ),
        Call::StopInstances { ids } => (
            request(limit(50, 5)),
            instances("StopInstances, instances", limit(1000, 20), ids),
            AwsError::request_limit_exceeded,
        ),
        Call::TerminateInstances { ids } => (
            request(limit(100, 5)),
            instances("TerminateInstances, instances", limit(1000, 20), ids),
            AwsError::request_limit_exceeded,
        ),
        Call::CreateTags { .. } => {
            (request(limit(100, 10)), None, AwsError::request_limit_exceeded)
        }
        Call::DescribeAutoScalingGroups { .. }
        | Call::DescribeAutoScalingInstances { .. }
        | Call::DescribeScalingActivities { .. }
        | Call::DescribeLifecycleHooks { .. } => {
            (request(limit(100, 20)), None, AwsError::rate_exceeded)
        }
        Call::SetDesiredCapacity { .. }
        | Call::EnterStandby { .. }
        | Call::ExitStandby { .. }
        | Call::TerminateInstanceInAutoScalingGroup { .. }
        | Call::SetInstanceProtection { .. }
        | Call::SuspendProcesses { .. }
        | Call::ResumeProcesses { .. }
        | Call::CompleteLifecycleAction { .. }
        | Call::RecordLifecycleActionHeartbeat { .. } => {
            (request(limit(50, 5)), None, AwsError::rate_exceeded)
        }
    }
}
