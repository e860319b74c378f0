//! What AWS asks its policies about the calls that functions really send, and what policies say to it.
//!
//! A [`Recorder`] sits in the SDK's clients and notes of each request, on behalf of the function that
//! sends it, what it asks for: [`Ask`]s. [`policy`] answers them as IAM would.
//!
//! Which resources an action is about, and which condition keys it has: Service Authorization
//! Reference, the pages of Amazon EC2, Amazon EC2 Auto Scaling, Amazon DynamoDB and Amazon Route 53.

mod autoscaling;
mod dynamodb;
mod ec2;
mod form;
pub mod policy;
mod recorder;
mod route53;

use std::collections::{BTreeMap, BTreeSet};

use hotdesk_stack::moto::{ACCOUNT, REGION};

pub use recorder::{Record, Recorder, on_behalf};

/// The tags of a resource.
pub type Tags = BTreeMap<String, String>;

/// The condition keys of a request about one resource, in lower case as IAM does not care, and their
/// values.
pub type Context = BTreeMap<String, BTreeSet<String>>;

/// One thing that a request asks to be allowed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ask {
    /// `service:Action`.
    pub action: String,
    /// An ARN, that of a kind where the resource is yet to be made; `*` where the action is about no
    /// resource.
    pub resource: String,
    /// What conditions may be about.
    pub context: Context,
}

impl Ask {
    /// About that resource, with no keys yet.
    #[must_use]
    pub fn new(action: &str, resource: impl Into<String>) -> Self {
        Self { action: action.to_owned(), resource: resource.into(), context: Context::new() }
    }

    /// With this key.
    #[must_use]
    pub fn with(mut self, key: &str, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        self.context.insert(key.to_lowercase(), values);
        self
    }

    /// The resource has these tags. Services have names of their own for the same key.
    fn tagged(self, tags: &Tags) -> Self {
        let service = self.action.split_once(':').map_or("aws", |(service, _)| service).to_owned();
        tags.iter().fold(self, |ask, (key, value)| {
            ask.with(&format!("aws:ResourceTag/{key}"), [value])
                .with(&format!("{service}:ResourceTag/{key}"), [value])
        })
    }

    /// The request gives the resource these tags.
    fn tagging(self, tags: &Tags) -> Self {
        let ask = self.with("aws:TagKeys", tags.keys());
        tags.iter()
            .fold(ask, |ask, (key, value)| ask.with(&format!("aws:RequestTag/{key}"), [value]))
    }

    /// The keys of the tags that the request gives.
    #[must_use]
    pub fn tag_keys(&self) -> BTreeSet<String> {
        self.context.get("aws:tagkeys").cloned().unwrap_or_default()
    }
}

/// An ARN of the account that everything local pretends to be in.
fn arn(service: &str, resource: &str) -> String {
    format!("arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}")
}
