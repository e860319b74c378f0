//! The command line of the keys: see the library.

use clap::Parser;
use hotdesk_keys::{Cli, run};

fn main() -> anyhow::Result<()> {
    println!("{}", run(&Cli::parse())?);
    Ok(())
}
