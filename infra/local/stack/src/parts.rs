//! The parts of a stack that are processes of their own for as long as it runs.

use std::{io, time::Duration};

use anyhow::anyhow;
use tokio::time::sleep;

use crate::{
    console::say, folders::Folders, identity::Identity, moto::Moto, process::Process, redis::Redis,
};

/// How often they are looked after.
const LOOK: Duration = Duration::from_millis(200);

/// Those that can be started again with what they should have kept.
const REVIVED: [&str; 2] = ["redis", "dynamodb"];

/// How long they are away at least: who takes the place of a node of ElastiCache takes seconds, too.
const AWAY: Duration = Duration::from_secs(1);

/// They end when this is dropped.
#[derive(Debug)]
pub struct Parts {
    /// Redis.
    pub redis: Redis,
    /// DynamoDB and its streams.
    pub moto: Moto,
    /// The identity provider.
    pub identity: Identity,
    /// `cargo lambda watch` and the functions under it; a second one where two versions run.
    pub functions: Vec<(&'static str, Process)>,
}

impl Parts {
    /// Returns when one of them has ended, which is never right: what to tell whoever runs us. Those
    /// that are to be revived are, after a while.
    pub async fn failure(&mut self, folders: &Folders, revive: bool) -> anyhow::Error {
        loop {
            if revive && let Err(error) = self.revive().await {
                return error.into();
            }
            let parts = [
                ("redis", self.redis.process()),
                ("dynamodb", self.moto.process()),
                ("identity", self.identity.process()),
            ];
            let functions = self.functions.iter_mut().map(|(name, process)| (*name, process));
            for (name, process) in parts.into_iter().chain(functions) {
                let log = folders.log(name);
                match process.ended() {
                    Ok(None) => {}
                    Ok(Some(_)) if revive && REVIVED.contains(&name) => {}
                    Ok(Some(status)) => {
                        return anyhow!("{name} ended ({status}): look into {}", log.display());
                    }
                    Err(error) => return anyhow!(error).context(name),
                }
            }
            sleep(LOOK).await;
        }
    }

    /// Starts those again that have ended: with nothing of Redis, and all of DynamoDB. Whoever dies as
    /// they start is started once more.
    async fn revive(&mut self) -> io::Result<()> {
        if self.redis.process().ended()?.is_some() {
            sleep(AWAY).await;
            say_whether("redis", self.redis.start_again().await);
        }
        if self.moto.process().ended()?.is_some() {
            sleep(AWAY).await;
            say_whether("dynamodb", self.moto.start_again().await);
        }
        Ok(())
    }
}

fn say_whether(name: &str, started: io::Result<()>) {
    match started {
        Ok(()) => say(name, "is back"),
        Err(error) => say(name, format!("is not back: {error}")),
    }
}
