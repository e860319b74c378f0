//! What the provider says about somebody: standard claims and any others, by their names.

use std::collections::BTreeMap;

use openidconnect::{AdditionalClaims, GenderClaim, IdTokenClaims, UserInfoClaims};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::ProviderError;

/// Claims that are not of the standard's set.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Others {
    #[serde(flatten)]
    claims: BTreeMap<String, Value>,
}

impl AdditionalClaims for Others {}

/// Claims about one subject, checked.
#[derive(Clone, Debug)]
pub(crate) struct Claims(Map<String, Value>);

impl Claims {
    pub(super) fn of_token<G: GenderClaim>(
        claims: &IdTokenClaims<Others, G>,
    ) -> Result<Self, ProviderError> {
        Self::read(claims)
    }

    pub(super) fn of_userinfo<G: GenderClaim>(
        claims: &UserInfoClaims<Others, G>,
    ) -> Result<Self, ProviderError> {
        Self::read(claims)
    }

    fn read(claims: &impl Serialize) -> Result<Self, ProviderError> {
        match serde_json::to_value(claims) {
            Ok(Value::Object(claims)) => Ok(Self(claims)),
            Ok(_) => Err(ProviderError::Token("its claims are no object".to_owned())),
            Err(error) => Err(ProviderError::token(&error)),
        }
    }

    /// As if a provider had said so.
    #[cfg(test)]
    pub(crate) fn from_json(claims: Value) -> Self {
        Self::read(&claims).unwrap()
    }

    /// A claim that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    /// A claim that is a yes or no.
    pub(crate) fn yes(&self, name: &str) -> Option<bool> {
        self.0.get(name)?.as_bool()
    }

    /// A claim that is a text or a list of them; what else is in the list does not count.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        match self.0.get(name) {
            Some(Value::String(text)) => vec![text],
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Whether one of those is missing.
    pub(super) fn lacks(&self, names: &[&str]) -> bool {
        names.iter().any(|name| !self.0.contains_key(*name))
    }

    /// Takes what is missing from others about the same subject. Whether an address is verified
    /// is taken for that address only.
    pub(super) fn fill(&mut self, other: Self) {
        const VERIFIED: &str = "email_verified";
        let same_address = match (self.text("email"), other.text("email")) {
            (Some(ours), Some(theirs)) => ours == theirs,
            (ours, _) => ours.is_none(),
        };
        let had = self.0.contains_key(VERIFIED) && self.text("email").is_some();
        if same_address && !had {
            self.0.remove(VERIFIED);
        }
        for (name, value) in other.0 {
            if name != VERIFIED || same_address {
                self.0.entry(name).or_insert(value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(token: Value, userinfo: Value) -> Value {
        let mut token = Claims::from_json(token);
        token.fill(Claims::from_json(userinfo));
        Value::Object(token.0)
    }

    #[test]
    fn the_token_comes_first() {
        let both = filled(json!({ "a": 1, "b": 2 }), json!({ "b": 3, "c": 4 }));
        assert_eq!(both, json!({ "a": 1, "b": 2, "c": 4 }));
    }

    #[test]
    fn verified_is_one_address_and_not_another() {
        let token = json!({ "email": "alice@example.com" });
        let other = json!({ "email": "mallory@example.org", "email_verified": true });
        assert_eq!(filled(token.clone(), other), token);
        let same = json!({ "email": "alice@example.com", "email_verified": true });
        assert_eq!(filled(token.clone(), same.clone()), same);
        assert_eq!(filled(token.clone(), json!({ "email_verified": true })), token);
        assert_eq!(filled(json!({}), same.clone()), same);
        // The token speaks of no address: what it says of one is not said of the other's.
        let unverified = json!({ "email": "alice@example.com", "email_verified": false });
        assert_eq!(filled(json!({ "email_verified": true }), unverified.clone()), unverified);
    }
}
