//! The parts of a stack that are processes of their own for as long as it runs.

use std::time::Duration;

use anyhow::anyhow;
use tokio::time::sleep;

use crate::{folders::Folders, identity::Identity, moto::Moto, process::Process, redis::Redis};

/// How often they are looked after.
const LOOK: Duration = Duration::from_millis(200);

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
    /// Returns when one of them has ended, which is never right: what to tell whoever runs us.
    pub async fn failure(&mut self, folders: &Folders) -> anyhow::Error {
        loop {
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
                    Ok(Some(status)) => {
                        return anyhow!("{name} ended ({status}): look into {}", log.display());
                    }
                    Err(error) => return anyhow!(error).context(name),
                }
            }
            sleep(LOOK).await;
        }
    }
}
