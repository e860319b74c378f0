//! A request, from its body to its answer, with the faults in between.

use std::time::Duration;

use tokio::time::sleep;

use super::{Shared, counts::End, query::Query, service::Service};
use crate::{AwsError, faults::CallFault};

/// What a caller gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// An HTTP reply, an error's too.
    Reply {
        /// The HTTP status.
        status: u16,
        /// The XML.
        body: String,
        /// What AWS also says in the header `x-amzn-requestid`, which is where SDKs read it.
        request_id: String,
    },
    /// The connection was cut; whether the call took effect, the caller cannot know.
    Cut,
}

/// Answers a request by its body, a form as the SDKs send it. A delay is waited for with tokio's
/// clock, in a task of its own: the call takes effect even if this future is dropped. Without a
/// delay the call has its effect when the future is first polled.
pub async fn answer(shared: &Shared, body: &[u8]) -> Answer {
    let request = Request::parse(body);
    let fate = shared.fate(&request.action);
    if fate.delay_ms == 0 {
        return request.carry_out(shared, fate.fault.as_ref());
    }
    let shared = shared.clone();
    let late = tokio::spawn(async move {
        sleep(Duration::from_millis(fate.delay_ms)).await;
        request.carry_out(&shared, fate.fault.as_ref())
    });
    // It fails only if the runtime ends, and then nobody answers any more.
    late.await.unwrap_or(Answer::Cut)
}

struct Request {
    service: Service,
    action: String,
    query: Query,
}

impl Request {
    fn parse(body: &[u8]) -> Self {
        let mut query = Query::parse(body);
        let action = query.take("Action").unwrap_or_default();
        let version = query.take("Version").unwrap_or_default();
        Self { service: Service::of(&version), action, query }
    }

    fn carry_out(self, shared: &Shared, fault: Option<&CallFault>) -> Answer {
        let Self { service, action, query } = self;
        let request_id = shared.request_id();
        let outcome = match fault {
            Some(CallFault::LoseRequest) => {
                shared.count(&action, End::Cut);
                return Answer::Cut;
            }
            Some(CallFault::Throttle) => Err(service.throttled()),
            Some(CallFault::Error { code, message, status }) => Err(AwsError {
                code: code.clone().into(),
                message: message.clone(),
                status: *status,
            }),
            Some(CallFault::LoseReply | CallFault::Delay { .. }) | None => {
                service.answer(shared, &action, query, &request_id)
            }
        };
        if fault == Some(&CallFault::LoseReply) {
            shared.count(&action, End::Cut);
            return Answer::Cut;
        }
        match outcome {
            Ok(body) => {
                tracing::debug!(action, "answered");
                shared.count(&action, End::Answered);
                Answer::Reply { status: 200, body, request_id }
            }
            Err(error) => {
                let (code, message) = (error.code.as_ref(), &error.message);
                tracing::debug!(action, code, message, "refused");
                shared
                    .count(&action, if error.throttles() { End::Throttled } else { End::Refused });
                Answer::Reply {
                    status: error.status,
                    body: service.error(&error, &request_id),
                    request_id,
                }
            }
        }
    }
}
