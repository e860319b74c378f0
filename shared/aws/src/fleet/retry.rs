//! Answers after which the SDK must not send a call again.

use std::{error::Error, fmt, marker::PhantomData};

use aws_sdk_ec2::{
    config::{
        Builder, Config,
        interceptors::InterceptorContext,
        retry::{ClassifyRetry, RetryAction},
    },
    error::ProvideErrorMetadata,
    operation::create_snapshot::CreateSnapshotError,
};
use hotdesk::fleet::Refusal;

use crate::error::{Class, classify};

/// Settings for a call that needs a machine or a disk, with errors `E`. EC2 says with status 500
/// that it has none, and the SDK would take that for a fault and try again with pauses, for each
/// instance or volume of a zone that has none for hours.
pub(crate) fn unless_short<E>() -> Builder
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    Config::builder().retry_classifier(Shortage::<E>(PhantomData))
}

/// Settings for CreateSnapshot, which has no token: where it is not known whether a call was done,
/// sending it again may make a second snapshot. One that was throttled was not done.
pub(crate) fn unless_done() -> Builder {
    Config::builder().retry_classifier(Once)
}

struct Shortage<E>(PhantomData<fn() -> E>);

impl<E> ClassifyRetry for Shortage<E>
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match class::<E>(context) {
            Some(Class::Instance(Refusal::NoCapacity)) => RetryAction::RetryForbidden,
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "none there"
    }
}

impl<E> fmt::Debug for Shortage<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Shortage")
    }
}

#[derive(Debug)]
struct Once;

impl ClassifyRetry for Once {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        match class::<CreateSnapshotError>(context) {
            Some(Class::Busy) => RetryAction::NoActionIndicated,
            _ => RetryAction::RetryForbidden,
        }
    }

    fn name(&self) -> &'static str {
        "may have been done"
    }
}

/// The class of an answer that is an error with a code.
fn class<E>(context: &InterceptorContext) -> Option<Class>
where
    E: Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let error = context.output_or_error().and_then(Result::err)?.as_operation_error()?;
    let code = error.downcast_ref::<E>().and_then(ProvideErrorMetadata::code)?;
    Some(classify(Some(code), None, None))
}
