//! Requests in AWS's query protocol: a form.

use std::collections::BTreeMap;

use super::Tags;

/// The parameters of a request.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    pub(super) fn read(body: &[u8]) -> Self {
        Self(url::form_urlencoded::parse(body).into_owned().collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// `name.1`, `name.2` and so on.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        (1..).map_while(|n| self.get(&format!("{name}.{n}"))).collect()
    }

    /// The tags of `name.1.Key`, `name.1.Value` and so on.
    pub(super) fn tags(&self, name: &str) -> Tags {
        let tag = |n: u32| {
            let key = self.get(&format!("{name}.{n}.Key"))?;
            let value = self.get(&format!("{name}.{n}.Value")).unwrap_or_default();
            Some((key.to_owned(), value.to_owned()))
        };
        (1..).map_while(tag).collect()
    }
}
