//! Writes the seeds into the folder that is named, for `make fuzz`.

use std::{env, fs, path::PathBuf};

fn main() -> std::io::Result<()> {
    let folder = env::args_os().nth(1).map_or_else(|| PathBuf::from("corpus"), PathBuf::from);
    fs::create_dir_all(&folder)?;
    for (n, seed) in hotdesk_fuzz::corpus().into_iter().enumerate() {
        fs::write(folder.join(format!("seed-{n}")), seed)?;
    }
    Ok(())
}
