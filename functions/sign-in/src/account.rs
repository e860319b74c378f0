//! Who is let in, under which name, and who is an operator: the claims that a provider vouches for,
//! held against what the operator of hotdesk decided.

mod email;
mod name;

use email::domain_of;
use hotdesk::id::UserId;
use name::user_name;

use crate::{config::AccountConfig, provider::Claims};

/// Google's issuer. An account there may be made with any address that mail was once read at: who
/// left an organisation keeps it. Only `hd` says that the organisation manages the account
/// (Google, `OpenID` Connect, "Validating an ID token").
const GOOGLE: &str = "https://accounts.google.com";

/// Somebody who is let in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) user: UserId,
    pub(crate) operator: bool,
}

/// Which rule an account does not meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    /// No user name can be made of its claim.
    UserName,
    /// Its e-mail address is not verified.
    EmailVerified,
    /// Its e-mail address is of no domain that is let in.
    EmailDomain,
    /// It is managed by no organisation whose domain is let in.
    HostedDomain,
    /// It is in no group that is let in.
    Group,
}

impl Rule {
    /// Its name in the audit trail.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::UserName => "user name",
            Self::EmailVerified => "e-mail not verified",
            Self::EmailDomain => "e-mail domain",
            Self::HostedDomain => "hosted domain",
            Self::Group => "group",
        }
    }
}

impl AccountConfig {
    /// The claims that the decision needs.
    pub(crate) fn needed(&self) -> Vec<&str> {
        let mut names = vec![self.user_claim.as_str()];
        if self.asks_email() {
            names.push("email");
            names.dedup();
            if !self.email_verified_default {
                names.push("email_verified");
            }
        }
        if !self.allowed_groups.is_empty() || self.operator_group.get().is_some() {
            names.push(self.groups_claim.as_str());
        }
        names
    }

    /// Whether the e-mail address decides anything.
    fn asks_email(&self) -> bool {
        !self.allowed_email_domains.is_empty() || self.user_claim.as_str() == "email"
    }

    /// The account of these claims.
    ///
    /// # Errors
    /// The rule that it does not meet, with the user name that it would have, if any.
    pub(crate) fn admit(
        &self,
        claims: &Claims,
        issuer: &str,
    ) -> Result<Account, (Rule, Option<UserId>)> {
        let claim = claims.text(self.user_claim.as_str());
        let user = claim.and_then(|claim| user_name(claim, self.user_claim_domain.get()).ok());
        match (self.unmet(claims, issuer), user) {
            (None, Some(user)) => {
                let groups = claims.texts(self.groups_claim.as_str());
                let operator = self.operator_group.get().is_some_and(|own| groups.contains(&own));
                Ok(Account { user, operator })
            }
            (None, None) => Err((Rule::UserName, None)),
            (Some(rule), user) => Err((rule, user)),
        }
    }

    /// The first rule that these claims do not meet.
    fn unmet(&self, claims: &Claims, issuer: &str) -> Option<Rule> {
        let domains = &self.allowed_email_domains;
        let groups = &self.allowed_groups;
        let verified = claims.yes("email_verified").unwrap_or(self.email_verified_default);
        let let_in = |domain: Option<&str>| domain.is_some_and(|domain| domains.contains(domain));
        if self.asks_email() && !verified {
            return Some(Rule::EmailVerified);
        }
        if !domains.is_empty() && !let_in(claims.text("email").and_then(domain_of)) {
            return Some(Rule::EmailDomain);
        }
        if !domains.is_empty() && issuer == GOOGLE && !let_in(claims.text("hd")) {
            return Some(Rule::HostedDomain);
        }
        let in_one = || {
            let own = claims.texts(self.groups_claim.as_str());
            own.iter().any(|group| groups.contains(group))
        };
        (!groups.is_empty() && !in_one()).then_some(Rule::Group)
    }
}

#[cfg(test)]
mod tests;
