//! How the provider is asked: within limits, and only where it itself leads.

use std::{pin::Pin, time::Duration};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse};

/// What is waited for, and taken, at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until there is a connection.
    pub connect: Duration,
    /// Until the whole answer is there. A sign-in makes up to five requests (two of discovery, the
    /// code, keys anew, userinfo), and API Gateway waits for 30 s.
    pub whole: Duration,
    /// Bytes of a body. Discovery documents and key sets have some kB; tokens with hundreds of
    /// groups some tens of kB.
    pub body: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(3), whole: Duration::from_secs(5), body: 512 * 1024 }
    }
}

/// Why there is no answer. The address is left out: some carry what is not for logs.
#[derive(Debug, thiserror::Error)]
pub(crate) enum HttpError {
    /// The request could not be made, or its answer not be read.
    #[error("no answer")]
    Request(#[source] reqwest::Error),
    /// The body is too large.
    #[error("an answer larger than {0} bytes")]
    TooLarge(usize),
    /// The answer's parts do not make an answer.
    #[error("a malformed answer")]
    Malformed(#[from] http::Error),
}

impl From<reqwest::Error> for HttpError {
    fn from(error: reqwest::Error) -> Self {
        Self::Request(error.without_url())
    }
}

/// The client. It follows no redirect: a provider that could send us elsewhere could have us ask
/// what only we can reach.
#[derive(Debug)]
pub(crate) struct Http {
    client: reqwest::Client,
    body: usize,
}

impl Http {
    /// With these limits; `tls`: never without TLS.
    pub(crate) fn new(limits: Limits, tls: bool) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(limits.connect)
            .timeout(limits.whole)
            .https_only(tls)
            .user_agent(concat!("hotdesk/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(Self { client, body: limits.body })
    }

    async fn ask(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let mut response = self.client.execute(request.try_into()?).await?;
        let mut answer = http::Response::builder().status(response.status());
        if let Some(headers) = answer.headers_mut() {
            headers.clone_from(response.headers());
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > self.body {
                return Err(HttpError::TooLarge(self.body));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(answer.body(body)?)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.ask(request))
    }
}
