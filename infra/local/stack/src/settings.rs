//! What one can choose about a stack.

use std::{fmt, path::PathBuf, time::Duration};

use clap::{Args, ValueEnum, builder::FalseyValueParser, value_parser};
use hotdesk::spares::{Kind, NoSchedule};

/// The timings and sizes of a stack, from the command line or the environment.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// Seconds without a heartbeat after which a box is taken back
    #[arg(long, env = "IDLE", default_value_t = 300, value_parser = value_parser!(u64).range(4..))]
    pub idle: u64,
    /// Seconds that an instance takes from pending to running
    #[arg(long, env = "BOOT", default_value_t = 5)]
    pub boot: u64,
    /// Running boxes that nobody has yet: a number, a schedule, or auto
    #[arg(long, env = "SPARES", default_value = "1", value_parser = spares)]
    pub spares: String,
    /// The most boxes that there may be, stopped ones not counted
    #[arg(long, env = "MAX_SIZE", default_value_t = 20, value_parser = value_parser!(u32).range(1..=200))]
    pub max_size: u32,
    /// Seconds after which a seat ends unless its user stays; 0: never
    #[arg(long, env = "LIFETIME", default_value_t = 0, value_parser = value_parser!(u64).range(..=31_536_000))]
    pub lifetime: u64,
    /// What becomes of a box that its user has left
    #[arg(long, env = "BOX_REUSE", value_enum, default_value_t = BoxReuse::Clean)]
    pub box_reuse: BoxReuse,
    /// Runs the functions as they would be deployed: built with --release
    #[arg(long, env = "RELEASE", value_parser = FalseyValueParser::new())]
    pub release: bool,
    /// Starts Redis, DynamoDB and functions again when they die, with what they have kept in AWS
    #[arg(long, env = "REVIVE", value_parser = FalseyValueParser::new(), conflicts_with = "older")]
    pub revive: bool,
    /// The folder of an older version, built: its functions answer every second request and event
    #[arg(long, env = "OLDER")]
    pub older: Option<PathBuf>,
}

fn spares(text: &str) -> Result<String, NoSchedule> {
    text.parse::<Kind>().map(|_| text.to_owned())
}

/// What becomes of a box that its user has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BoxReuse {
    /// It is stopped, and starts clean for somebody else
    Clean,
    /// It is terminated
    Never,
}

impl fmt::Display for BoxReuse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Clean => "clean",
            Self::Never => "never",
        })
    }
}

impl Settings {
    /// Whether there is to be a spare whatever the time is.
    #[must_use]
    pub fn keeps_spares(&self) -> bool {
        self.spares != "0" && !self.spares.contains(';')
    }

    /// How often the page on a box says that its user is there: every 30 s, oftener where that
    /// would leave too few chances before the box is taken back.
    #[must_use]
    pub fn heartbeat(&self) -> u64 {
        (self.shortest() / 4).clamp(1, 30)
    }

    /// How often the idle-reaper runs: each minute as in AWS, oftener where boxes are taken back
    /// sooner.
    #[must_use]
    pub fn tick(&self) -> Duration {
        Duration::from_secs((self.shortest() / 4).clamp(2, 60))
    }

    /// Seconds after which a box may be taken back at the soonest.
    fn shortest(&self) -> u64 {
        if self.lifetime == 0 { self.idle } else { self.idle.min(self.lifetime) }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        settings: Settings,
    }

    fn of(line: &[&str]) -> Result<Settings, clap::Error> {
        let line = Line::try_parse_from([&["up"], line].concat())?;
        Ok(line.settings)
    }

    #[test]
    fn whoever_is_taken_back_sooner_is_looked_at_oftener() {
        let pace = |line: &[&str]| {
            let settings = of(line).unwrap();
            (settings.heartbeat(), settings.tick().as_secs())
        };
        assert_eq!(pace(&["--idle", "300", "--lifetime", "0"]), (30, 60));
        assert_eq!(pace(&["--idle", "20", "--lifetime", "0"]), (5, 5));
        assert_eq!(pace(&["--idle", "300", "--lifetime", "40"]), (10, 10));
        assert_eq!(pace(&["--idle", "300", "--lifetime", "3600"]), (30, 60));
    }

    #[test]
    fn sizes_that_make_no_sense_are_refused() {
        for line in [["--max-size", "0"], ["--max-size", "201"], ["--lifetime", "31536001"]] {
            assert!(of(&line).is_err(), "{line:?}");
        }
    }
}
