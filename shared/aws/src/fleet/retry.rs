//! One answer that the SDK must not ask for again.

use aws_sdk_ec2::{
    config::{
        Builder, Config,
        interceptors::InterceptorContext,
        retry::{ClassifyRetry, RetryAction},
    },
    error::ProvideErrorMetadata,
    operation::start_instances::StartInstancesError,
};
use hotdesk::fleet::Refusal;

use crate::error::{Class, classify};

/// Settings for StartInstances. EC2 says with status 500 that it has no machine for an instance,
/// and the SDK would take that for a fault and try again with pauses, for each instance of a zone
/// that has none for hours.
pub(super) fn start_instances() -> Builder {
    Config::builder().retry_classifier(Shortage)
}

#[derive(Debug)]
struct Shortage;

impl ClassifyRetry for Shortage {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let error = context.output_or_error().and_then(Result::err);
        let error = error.and_then(|error| error.as_operation_error());
        let code = error
            .and_then(|error| error.downcast_ref::<StartInstancesError>())
            .and_then(ProvideErrorMetadata::code);
        match code.map(|code| classify(Some(code), None, None)) {
            Some(Class::Instance(Refusal::NoCapacity)) => RetryAction::RetryForbidden,
            _ => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "no machine for the instance"
    }
}
