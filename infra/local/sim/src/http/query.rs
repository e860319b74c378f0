//! The parameters of a request in the query protocol.

use std::{collections::BTreeMap, str::FromStr};

use crate::{AwsError, Page};

/// Parameters by name. Whoever reads one takes it out; what is left at the end is not simulated.
#[derive(Debug)]
pub(super) struct Query(BTreeMap<String, String>);

impl Query {
    /// Of a form body; one that is no form has no parameters.
    pub(super) fn parse(body: &[u8]) -> Self {
        Self(serde_urlencoded::from_bytes(body).unwrap_or_default())
    }

    /// An optional parameter.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        self.0.remove(name)
    }

    /// A parameter that has to be there. [docs: CommonErrors, MissingParameter]
    pub(super) fn need(&mut self, name: &str) -> Result<String, AwsError> {
        self.take(name).ok_or_else(|| {
            AwsError::client(
                "MissingParameter",
                format!("The request must contain the parameter {name}"),
            )
        })
    }

    /// An optional parameter that is a number, `true` or `false`.
    pub(super) fn parsed<T: FromStr>(&mut self, name: &str) -> Result<Option<T>, AwsError> {
        let Some(text) = self.take(name) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            AwsError::client(
                "InvalidParameterValue",
                format!("Value ({text}) for parameter {name} is invalid"),
            )
        })
    }

    /// The values of `prefix.1`, `prefix.2`, ... in their order.
    pub(super) fn list(&mut self, prefix: &str) -> Vec<String> {
        (1..).map_while(|n| self.take(&format!("{prefix}.{n}"))).collect()
    }

    /// The page that is asked for, its size called `size`.
    pub(super) fn page(&mut self, size: &str) -> Result<Page, AwsError> {
        Ok(Page { size: self.parsed(size)?, token: self.take("NextToken") })
    }

    /// Lets a parameter pass if it has the value that means nothing out of the ordinary.
    pub(super) fn allow(&mut self, name: &str, ordinary: &str) {
        if self.0.get(name).is_some_and(|value| value == ordinary) {
            self.0.remove(name);
        }
    }

    /// Nothing may be left.
    pub(super) fn finish(self) -> Result<(), AwsError> {
        match self.0.first_key_value() {
            None => Ok(()),
            Some((name, _)) => Err(AwsError::client(
                "UnknownParameter",
                format!("The parameter {name} is not recognized (or not simulated)"),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_end_at_the_first_gap_and_leftovers_are_refused() {
        let mut query = Query::parse(b"A.1=x&A.2=y%20z&A.4=lost&MaxResults=7&On=true");
        assert_eq!(query.list("A"), ["x", "y z"]);
        assert_eq!(query.page("MaxResults").unwrap().size, Some(7));
        query.allow("On", "true");
        let error = query.finish().unwrap_err();
        assert_eq!(error.code, "UnknownParameter");
        assert!(error.message.contains("A.4"));
    }

    #[test]
    fn a_number_that_is_none_is_refused() {
        let error = Query::parse(b"N=many").parsed::<u32>("N").unwrap_err();
        assert_eq!(error.code, "InvalidParameterValue");
    }
}
