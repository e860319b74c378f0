//! What an error of AWS means for whoever called: one answer for all services. The codes are in
//! [`table`].

mod class;
mod table;
mod validation;

use std::error::Error;

use aws_sdk_ec2::{
    config::http::HttpResponse,
    error::{ProvideErrorMetadata, SdkError},
};
pub(crate) use class::{Class, classify};
use hotdesk::{
    fleet::{FleetError, Refusal},
    metrics::{self, Reading},
    seats::SeatsError,
};

/// Why a call that names instances failed.
#[derive(Debug)]
pub(crate) enum Failed {
    /// Some of its instances are to blame, for this reason; AWS did nothing with any of them.
    Instances(Refusal),
    /// AWS takes no more calls for now, and did nothing; what is left is as good as refused.
    Enough,
    /// Any other call would fail as well.
    Whole(FleetError),
}

impl Failed {
    /// For calls that others make up for.
    pub(crate) fn enough_if_throttled(self) -> Self {
        match self {
            Self::Whole(FleetError::Throttled(_)) => Self::Enough,
            other => other,
        }
    }
}

/// A failed call to EC2 or Auto Scaling that names instances.
pub(crate) fn of_instances<E>(error: SdkError<E, HttpResponse>) -> Failed
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    refusal(&error).map_or_else(|| Failed::Whole(fleet(error)), Failed::Instances)
}

/// Why AWS does not do it with the instances that were named, if they are to blame.
pub(crate) fn refusal<E>(error: &SdkError<E, HttpResponse>) -> Option<Refusal>
where
    E: ProvideErrorMetadata,
{
    match class(error) {
        Class::Instance(refusal) => Some(refusal),
        Class::Busy | Class::Away | Class::Later | Class::Alarm => None,
    }
}

/// A failed call to EC2, Auto Scaling or Route 53. It counts, unless it is an answer: that AWS does not do
/// something now, or not with these instances.
pub(crate) fn fleet<E>(error: SdkError<E, HttpResponse>) -> FleetError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    let what = what(&error);
    let error = match class(&error) {
        Class::Busy => FleetError::Throttled(Box::new(error)),
        Class::Later | Class::Instance(_) => return FleetError::Refused(what),
        Class::Away => FleetError::Away(what, Box::new(error)),
        Class::Alarm => FleetError::Broken(what, Box::new(error)),
    };
    count();
    error
}

/// A failed call to DynamoDB.
pub(crate) fn seats<E, R>(error: SdkError<E, R>) -> SeatsError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    counted(seats_attempt(error))
}

/// A failed attempt at a call to DynamoDB that is perhaps tried again; [`counted`], once it is not. What
/// only alarms there has no class of its own in the port: the table is away until somebody mended it.
pub(crate) fn seats_attempt<E, R>(error: SdkError<E, R>) -> SeatsError
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
    R: std::fmt::Debug + Send + Sync + 'static,
{
    match classify(error.code(), error.message(), None) {
        Class::Busy => SeatsError::Busy(Box::new(error)),
        Class::Away | Class::Later | Class::Instance(_) | Class::Alarm => {
            SeatsError::Away(Box::new(error))
        }
    }
}

/// That of a call to DynamoDB that failed, its retries used up: it counts.
pub(crate) fn counted(error: SeatsError) -> SeatsError {
    count();
    error
}

/// Counts a call that failed, its retries used up.
fn count() {
    metrics::emit(&[Reading::CallErrors(1)]);
}

fn class<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> Class {
    match error {
        // It was never sent: what we asked for cannot be asked.
        SdkError::ConstructionFailure(_) => Class::Alarm,
        _ => {
            let status = error.raw_response().map(|response| response.status().as_u16());
            classify(error.code(), error.message(), status)
        }
    }
}

/// AWS's code and sentence. The SDK's own texts of an error leave the sentence out.
fn what<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> String {
    match (error.code(), error.message()) {
        (Some(code), Some(message)) => format!("{code}: {message}"),
        (Some(code), None) => code.to_owned(),
        (None, _) => error.raw_response().map_or_else(
            || "no answer".to_owned(),
            |response| format!("HTTP status {}", response.status().as_u16()),
        ),
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
    };

    use aws_sdk_dynamodb::operation::get_item::GetItemError;
    use aws_sdk_ec2::error::ErrorMetadata;
    use hotdesk::{metrics::Meter, telemetry};

    use super::*;

    /// How many call errors are emitted meanwhile.
    fn emitted(during: impl FnOnce()) -> usize {
        let count = Arc::new(AtomicUsize::new(0));
        let noted = Arc::clone(&count);
        let meter = Meter::new(move |readings| {
            assert_eq!(readings, [Reading::CallErrors(1)]);
            noted.fetch_add(1, Ordering::Relaxed);
        });
        tracing::subscriber::with_default(telemetry::metered(io::sink, meter), during);
        count.load(Ordering::Relaxed)
    }

    #[test]
    fn failures_count_and_what_aws_says_no_to_does_not() {
        for (code, times) in [
            ("RequestLimitExceeded", 1),
            ("ServiceUnavailable", 1),
            ("UnauthorizedOperation", 1),
            ("ScalingActivityInProgress", 0),
            ("IncorrectInstanceState", 0),
        ] {
            let said = ErrorMetadata::builder().code(code).build();
            let response = HttpResponse::new(400.try_into().unwrap(), "".into());
            let error = SdkError::service_error(said, response);
            assert_eq!(emitted(|| drop(fleet(error))), times, "{code}");
        }
    }

    #[test]
    fn a_call_to_dynamodb_without_an_answer_counts_once() {
        let timeout = || SdkError::<GetItemError, ()>::timeout_error("gone");
        assert_eq!(emitted(|| drop(seats(timeout()))), 1);
    }
}
