//! Both kinds of homes and ledgers, compared.

use hotdesk::{clock::Ms, homes::Homes, id::UserId};
use proptest::prelude::*;

use super::{
    ops::{USERS, user},
    pair::{Pair, now, same},
};

impl Pair {
    /// By a list that may name one twice, or one without a home.
    pub(crate) fn compare_homes(&self, users: Vec<UserId>) -> Result<(), TestCaseError> {
        let mut real = self.wait(self.real.homes(&users));
        real.sort_by(|a, b| a.user.cmp(&b.user));
        same("the homes", real, now(self.memory.homes(&users)))
    }

    /// Of those that are due at the same time DynamoDB gives any first.
    pub(crate) fn compare_due(&self, at: Ms, limit: usize) -> Result<(), TestCaseError> {
        let (mut real, mut memory) =
            (self.wait(self.real.due_homes(at, limit)), now(self.memory.due_homes(at, limit)));
        let times = |users: &[UserId]| -> Vec<Option<Ms>> {
            users
                .iter()
                .map(|user| now(self.memory.homes(std::slice::from_ref(user)))[0].due)
                .collect()
        };
        same("when homes are due", times(&real), times(&memory))?;
        if limit > USERS {
            real.sort();
            memory.sort();
            same("which homes are due", real, memory)?;
        }
        Ok(())
    }

    /// What only grows, and what is in an index.
    pub(crate) fn compare_rest(&self) -> Result<(), TestCaseError> {
        for user in (0..USERS).map(user) {
            let (real, memory) = (&self.real, &self.memory);
            let (real, memory) =
                (self.wait(real.sessions(&user, 1000)), now(memory.sessions(&user, 1000)));
            same("the sessions", real, memory)?;
        }
        self.compare_due(Ms(u64::MAX), USERS + 1)
    }
}
