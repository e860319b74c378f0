//! What is told of a question and its answer.

use std::fmt;

/// So much of it is told.
const MOST: usize = 120;

/// Words of which there are not too many: what follows is not even made.
#[derive(Default)]
pub(super) struct Words(String);

impl Words {
    pub(super) fn of(write: impl FnOnce(&mut Self) -> fmt::Result) -> String {
        let mut words = Self::default();
        if write(&mut words).is_err() {
            words.0.push('…');
        }
        words.0
    }
}

impl fmt::Write for Words {
    fn write_str(&mut self, some: &str) -> fmt::Result {
        if self.0.len() >= MOST {
            return Err(fmt::Error);
        }
        self.0.push_str(some);
        Ok(())
    }
}
