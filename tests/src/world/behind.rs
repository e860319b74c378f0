//! What is behind the store of a world, and the ways to it that the store's own steps do not take.

use std::sync::{Arc, Mutex};

use hotdesk::store::redis::RedisStore;

use super::memory::MemoryStore;
use crate::model::tables::{self, Tables};

/// What is behind it.
#[derive(Clone)]
pub(super) enum Behind {
    Redis(RedisStore, Arc<Aside>),
    Model(MemoryStore),
}

/// The ways to a real server that the store's own steps do not take.
pub(super) struct Aside {
    url: String,
    connection: Mutex<Option<redis::Connection>>,
}

impl Aside {
    pub(super) fn new(url: &str) -> Arc<Self> {
        Arc::new(Self { url: url.to_owned(), connection: Mutex::default() })
    }

    /// Does something by a connection that is kept, and made anew if it is broken.
    pub(super) fn ask<T>(
        &self,
        ask: impl Fn(&mut redis::Connection) -> redis::RedisResult<T>,
    ) -> T {
        let mut connection = self.connection.lock().expect("not poisoned");
        if let Some(Ok(answer)) = connection.as_mut().map(&ask) {
            return answer;
        }
        let client = redis::Client::open(self.url.as_str()).expect("a URL");
        let connection = connection.insert(client.get_connection().expect("redis answers"));
        ask(connection).expect("redis answers")
    }
}

impl Behind {
    /// Where the server is, if there is one.
    pub(super) fn url(&self) -> Option<&str> {
        match self {
            Behind::Redis(_, aside) => Some(&aside.url),
            Behind::Model(_) => None,
        }
    }

    /// Everything in it, as in Redis.
    pub(super) fn tables(&self) -> Tables {
        match self {
            Behind::Redis(_, aside) => aside.ask(|redis| tables::read(redis, "")),
            Behind::Model(model) => model.tables(),
        }
    }

    /// How many people wait.
    pub(super) fn waiting(&self) -> usize {
        match self {
            Behind::Redis(_, aside) => {
                aside.ask(|redis| redis::cmd("ZCARD").arg("fleet:waiting").query(redis))
            }
            Behind::Model(model) => model.look(|model| model.queue().len()),
        }
    }

    /// Forgets everything.
    pub(super) fn flush(&self) {
        match self {
            Behind::Redis(_, aside) => aside.ask(|redis| redis::cmd("FLUSHALL").exec(redis)),
            Behind::Model(model) => model.set(MemoryStore::default()),
        }
    }

    /// All that it holds now.
    pub(super) fn copy(&self) -> Copy {
        match self {
            Behind::Redis(_, aside) => Copy::Redis(aside.ask(|redis| {
                let mut keys: Vec<String> = redis::cmd("KEYS").arg("*").query(redis)?;
                keys.sort();
                let dump = |key: String| {
                    let value = redis::cmd("DUMP").arg(&key).query(redis)?;
                    Ok((key, value))
                };
                keys.into_iter().map(dump).collect()
            })),
            Behind::Model(model) => Copy::Model(model.copy()),
        }
    }

    /// Holds what it held then, as a replica does that was behind and takes over.
    pub(super) fn fall_back(&self, copy: Copy) {
        match (self, copy) {
            (Behind::Redis(_, aside), Copy::Redis(copy)) => aside.ask(|redis| {
                redis::cmd("FLUSHALL").exec(redis)?;
                copy.iter().try_for_each(|(key, value)| {
                    redis::cmd("RESTORE").arg(key).arg(0).arg(value.as_slice()).exec(redis)
                })
            }),
            (Behind::Model(model), Copy::Model(copy)) => model.set(copy),
            _ => panic!("a copy of another kind of store"),
        }
    }
}

/// All that a store held at some time.
pub enum Copy {
    /// The keys, in order, and what they held, as Redis writes it.
    Redis(Vec<(String, Vec<u8>)>),
    /// The model.
    Model(MemoryStore),
}

impl PartialEq for Copy {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Redis(a), Self::Redis(b)) => a == b,
            (Self::Model(a), Self::Model(b)) => a.tables() == b.tables(),
            _ => false,
        }
    }
}
