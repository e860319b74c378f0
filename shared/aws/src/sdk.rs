//! How the SDK calls AWS: its retries and its timeouts.

use std::time::Duration;

use aws_config::{
    BehaviorVersion, ConfigLoader, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig,
};
use aws_smithy_http_client::{
    Builder,
    tls::{Provider, rustls_provider::CryptoMode},
};
use hotdesk::tls;

/// A call is sent at most so often.
const ATTEMPTS: u32 = 5;

/// The first pause is at most so long, the next ones twice as long each.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// No pause is longer.
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// A connection is there after a round trip or two, or not at all.
const CONNECT: Duration = Duration::from_secs(2);

/// An attempt without an answer is given up; AWS answers in less than a second, a page of a
/// thousand instances in a few.
const ATTEMPT: Duration = Duration::from_secs(6);

/// A call has failed then, whatever is left of its attempts.
const OPERATION: Duration = Duration::from_secs(15);

/// The SDK's configuration from the environment, with our retries and timeouts
/// ([`with_our_defaults`]). With the cryptography of [`tls::install`].
pub async fn sdk_config() -> SdkConfig {
    tls::install();
    let ring = Provider::Rustls(CryptoMode::Ring);
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(Builder::new().tls_provider(ring).build_https());
    with_our_defaults(loader).load().await
}

/// Retries and timeouts for functions that end after 60 s, for any HTTP client, sleep and time
/// source.
///
/// *Adaptive mode* (AWS SDKs and Tools Reference Guide, "Retry behavior"; the crate
/// aws-smithy-types, `RetryMode::Adaptive`): what standard mode does, and after a throttled call a
/// token bucket of the client's own, which every further call must pass. It slows to 70 % of the
/// rate at which the throttle came, but not below one call in two seconds, and speeds up again with
/// success. So functions that together ask too much of the account come down to what it gives,
/// where back-off alone would slow only the calls that were refused.
///
/// The arithmetic, of one call:
///
/// - Throttled each time (answers come in a tenth of a second): the first attempt waits 2 s at most
///   where no other call of this process takes the token first; then the bucket asks for 10 tokens,
///   20 s at its slowest, cut to the longest pause: 2 + 4 * 2 + 5 * 0.1 = 10.5 s. In that time even
///   StartInstances, the slowest bucket, is refilled by 16 (EC2 Developer Guide, "Request
///   throttling": 2 a second).
/// - A service in trouble (status 500 to 504) at once each time: 4 * 2 + 5 * 0.1 = 8.5 s at most.
/// - No answer at all: 6 + 2 + 6 = 14 s for two attempts, and the third is cut.
///
/// So 15 s for a call lose nothing but that third attempt, and whoever begins its last call in the
/// first 40 s of a function knows within 55 s how it went.
///
/// The token buckets are the process's, one for each service and Region, in the time of whoever
/// asks: where several clients live in times of their own, each needs a `retry_partition` of its
/// own in the configuration of its service.
///
/// What was sent again may have been done before. SetDesiredCapacity, CreateTags, StartInstances and
/// StopInstances do not mind; EnterStandby, ExitStandby and CompleteLifecycleAction answer the
/// second time that it cannot be done, as they do whenever somebody else was quicker. So do the calls
/// to EBS, of which CreateVolume has a token; CreateSnapshot, which has none, is not sent again where
/// the first may have been done.
#[must_use]
pub fn with_our_defaults(loader: ConfigLoader) -> ConfigLoader {
    let retries = RetryConfig::adaptive()
        .with_max_attempts(ATTEMPTS)
        .with_initial_backoff(FIRST_PAUSE)
        .with_max_backoff(LONGEST_PAUSE);
    let timeouts = TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .operation_attempt_timeout(ATTEMPT)
        .operation_timeout(OPERATION)
        .build();
    loader.retry_config(retries).timeout_config(timeouts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_throttled_call_has_its_attempts_before_it_times_out() {
        let (first_token, answer) = (Duration::from_secs(2), Duration::from_millis(100));
        let longest = first_token + LONGEST_PAUSE * (ATTEMPTS - 1) + answer * ATTEMPTS;
        assert!(longest < OPERATION, "{longest:?}");
    }

    #[test]
    fn a_second_attempt_is_whole_where_the_first_had_no_answer() {
        let two = 2 * ATTEMPT + LONGEST_PAUSE;
        assert!(two < OPERATION, "{two:?}");
        assert!(CONNECT < ATTEMPT);
    }
}
