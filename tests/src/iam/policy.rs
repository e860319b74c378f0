//! Policies of roles, and whether they allow what is asked (IAM User Guide, "IAM JSON policy element
//! reference" and "Policy evaluation logic"): what one statement allows and none denies.
//!
//! Only as much of the language as hotdesk's policies speak. What is not known here is an error, not
//! a guess.

mod condition;
mod matching;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::Ask;
use matching::matches;

/// A statement. `NotAction` and `NotResource` are not taken: they allow what nobody thought of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub struct Statement {
    /// The policy that it is of.
    #[serde(default)]
    pub policy: String,
    /// Its name.
    #[serde(default)]
    pub sid: Option<String>,
    /// Whether it allows or denies.
    pub effect: Effect,
    /// Actions.
    pub action: Many,
    /// ARNs, with `*` and `?` for others.
    pub resource: Many,
    /// All of these must hold: operator, key, values.
    #[serde(default)]
    pub condition: Map<String, Value>,
}

/// What a statement does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies, whatever others allow.
    Deny,
}

/// One text or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Many {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Many {
    /// All of them.
    #[must_use]
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

/// What is in a policy and not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown(pub String);

/// What allows something: the place of a statement, and its action and its resource that fit.
pub type Grant = (usize, String, String);

/// What allows this; nothing if it is denied, or allowed by no statement.
///
/// # Errors
/// [`Unknown`] in a condition of a statement about that action and resource.
pub fn grants(statements: &[Statement], ask: &Ask) -> Result<Vec<Grant>, Unknown> {
    let mut grants = Vec::new();
    for (place, statement) in statements.iter().enumerate() {
        let fits = statement.pairs().filter(|(action, resource)| {
            action.eq_ignore_ascii_case(&ask.action) && matches(resource, &ask.resource)
        });
        let fits: Vec<_> = fits.collect();
        if fits.is_empty() || !condition::holds(&statement.condition, &ask.context)? {
            continue;
        }
        if statement.effect == Effect::Deny {
            return Ok(Vec::new());
        }
        grants.extend(fits.into_iter().map(|(a, r)| (place, a.to_owned(), r.to_owned())));
    }
    Ok(grants)
}

impl Statement {
    /// Each of its actions with each of its resources.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let resources = |action| self.resource.all().iter().map(move |r| (action, r.as_str()));
        self.action.all().iter().flat_map(move |action| resources(action.as_str()))
    }

    /// The keys of its conditions, as they are written, with their values.
    pub fn keys(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        let tests = self.condition.values().filter_map(Value::as_object);
        tests.flatten().map(|(key, values)| (key.as_str(), condition::texts(values)))
    }
}
