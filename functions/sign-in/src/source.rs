//! Where a request comes from.

use std::net::IpAddr;

use lambda_http::{Request, RequestExt, request::RequestContext};

/// Where it comes from: API Gateway's word, not a header's that anybody can send.
pub(crate) fn source(request: &Request) -> Option<IpAddr> {
    match request.request_context_ref()? {
        RequestContext::ApiGatewayV2(context) => context.http.source_ip.as_deref()?.parse().ok(),
        _ => None,
    }
}
