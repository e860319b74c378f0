//! Runs the seeds that were asked for, and says what came of them.

use std::{fs, process::ExitCode};

use clap::Parser;
use hotdesk_simulate::{options::Options, seeds, visits};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let options = Options::parse();
    let visits = match &options.arrivals {
        None => Vec::new(),
        Some(file) => match fs::read_to_string(file).map(|text| visits::read(&text)) {
            Ok(Ok(visits)) => visits,
            Ok(Err(e)) => return refused(&format!("{}: {e}", file.display())),
            Err(e) => return refused(&format!("{}: {e}", file.display())),
        },
    };
    if seeds::run(&options, &visits) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn refused(why: &str) -> ExitCode {
    eprintln!("{why}");
    ExitCode::from(2)
}
