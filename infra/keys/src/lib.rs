//! Makes the keys that sign hotdesk's tokens, and rotates them without anybody noticing.
//!
//! A folder holds three files: `signing-key.json`, the private JWK (`SIGNING_KEY`);
//! `public-keys.json`, the JWK set (`PUBLIC_KEYS`) that every function checks tokens with and that
//! boxes fetch; and `secret.json`, both as they are put into Secrets Manager (`KeysSecret` of the
//! template). What somebody has added to that, such as `OIDC_CLIENT_SECRET`, stays there.
//!
//! Functions are deployed one after the other, so a token of a new key must not be
//! signed before all know that key, and an old key not be forgotten before its last token is over.
//! So a rotation has three steps, each deployed before the next:
//!
//! | step | signs | is known |
//! | --- | --- | --- |
//! | `add` | the old key | both |
//! | `switch` | the new key | both |
//! | `retire`, once the old tokens are over | the new key | the new key |

mod folder;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::folder::Folder;

/// Makes and rotates the keys that sign hotdesk's tokens
#[derive(Debug, Parser)]
#[command(name = "hotdesk-keys", version)]
pub struct Cli {
    /// Folder of the keys; whoever can read it can be anybody
    #[arg(long, env = "HOTDESK_KEYS", default_value = "keys")]
    pub folder: PathBuf,
    /// What to do
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done with keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum Command {
    /// Make the first pair
    Make,
    /// Rotation, step 1: make the next pair, and publish it
    Add,
    /// Rotation, step 2: sign with the next key
    Switch,
    /// Rotation, step 3: forget the old key
    Retire,
}

/// Does it, and says what to do next.
///
/// # Errors
/// The folder is not as the step needs it, which is said, and nothing has changed; or it cannot be
/// written.
pub fn run(cli: &Cli) -> anyhow::Result<String> {
    let folder = Folder::new(&cli.folder);
    let next = match cli.command {
        Command::Make => {
            folder.make()?;
            "deploy secret.json, or what is in it: signing-key.json is SIGNING_KEY, public-keys.json \
             is PUBLIC_KEYS"
        }
        Command::Add => {
            folder.add()?;
            "deploy secret.json, or public-keys.json as PUBLIC_KEYS; once it is everywhere: switch"
        }
        Command::Switch => {
            folder.switch()?;
            "deploy secret.json, or signing-key.json as SIGNING_KEY; once the last token of the old \
             key is over (SESSION_TOKEN_SECONDS after the deployment, at least 30 minutes): retire"
        }
        Command::Retire => {
            folder.retire()?;
            "deploy secret.json, or public-keys.json as PUBLIC_KEYS"
        }
    };
    Ok(format!("{}: {next}", cli.folder.display()))
}
