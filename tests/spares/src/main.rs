//! Replays arrivals under each way of choosing spares.

use std::{error::Error, fs, path::PathBuf, process::ExitCode, time::Duration};

use clap::Parser;
use hotdesk::spares::{Kind, Promise, Schedule, Zone};
use hotdesk_spares::{
    hindsight::Case,
    made, plot,
    rules::{Auto, Fixed, Rule},
    trace,
};
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;

/// What each way of choosing spares would have given: the part of those who come that waits for a boot, and
/// idle spares in the mean.
#[derive(Debug, Parser)]
struct Options {
    /// A file of `timestamp,count` rows; without one, four weeks of five kinds that are made up.
    #[arg(long, env = "TRACE")]
    trace: Option<PathBuf>,
    /// How long a boot takes, in seconds.
    #[arg(long, env = "BOOT", default_value_t = 60.0, value_parser = positive)]
    boot: f64,
    /// Logins a minute to which the arrivals are scaled; as in the file without it, else 1.
    #[arg(long, env = "RATE", value_parser = positive)]
    rate: Option<f64>,
    /// Which part of those who come may wait.
    #[arg(long, env = "SPARE_WAIT_PROBABILITY", default_value = "0.01")]
    promise: Promise,
    /// A fixed number to try; the least that keeps the promise without one.
    #[arg(long, env = "FIXED")]
    fixed: Option<usize>,
    /// A schedule to try, as `SPARES` takes it; the best one by hours without one.
    #[arg(long, env = "SCHEDULE")]
    schedule: Option<Kind>,
    /// The schedule's time zone.
    #[arg(long, env = "SPARES_TIME_ZONE", default_value = "UTC")]
    zone: Zone,
    /// The folder that pictures are written to.
    #[arg(long, env = "PLOTS", default_value = "target/spares")]
    plots: PathBuf,
    /// What chance begins with.
    #[arg(long, env = "SEED", default_value_t = 1)]
    seed: u64,
}

fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|n: &f64| n.is_finite() && *n > 0.0);
    number.ok_or_else(|| "must be a number above 0".into())
}

fn main() -> ExitCode {
    match run(&Options::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

fn run(options: &Options) -> Result<(), Box<dyn Error>> {
    let promise = options.promise.probability();
    println!("boot {} s, promise {promise}, seed {}", options.boot, options.seed);
    let mut chance = ChaCha8Rng::seed_from_u64(options.seed);
    let Some(file) = &options.trace else {
        for kind in made::Kind::ALL {
            let arrivals = kind.arrivals(options.rate.unwrap_or(1.0), &mut chance);
            show(options, kind.name(), &arrivals, (made::BEGIN, made::end()))?;
        }
        return Ok(());
    };
    let text = fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    let rows = trace::read(&text).map_err(|e| format!("{}: {e}", file.display()))?;
    let factor = options.rate.map_or(1.0, |rate| rate / trace::rate(&rows));
    let arrivals = trace::arrivals(&rows, factor, &mut chance);
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(()) };
    let name = file.file_stem().map_or_else(|| "trace".into(), |name| name.to_string_lossy());
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 seconds")]
    show(options, &name, &arrivals, (first.at as f64, last.end as f64))
}

/// One trace under each rule, as a table and as a picture.
fn show(
    options: &Options,
    name: &str,
    arrivals: &[f64],
    (begin, end): (f64, f64),
) -> Result<(), Box<dyn Error>> {
    let (promise, boot) = (options.promise.probability(), options.boot);
    let case = Case { arrivals, begin, end, boot };
    let days = (end - begin) / 86_400.0;
    println!("\n{name}: {} arrivals in {days:.1} days", arrivals.len());
    println!("{:54} {:>21}", "", "the last week alone");
    println!("  {:<34} {:>8} {:>8} {:>10} {:>8}", "rule", "waiting", "idle", "waiting", "idle");
    let mut outcomes = Vec::new();
    for (rule, mut by) in rules(options, &case) {
        let outcome = case.replay(by.as_mut());
        let (whole, last) = (outcome.whole(), outcome.last(7));
        let kept = if whole.waiting() <= promise { "" } else { "  breaks the promise" };
        println!(
            "  {rule:<34} {:>6.2} % {:>8.1} {:>8.2} % {:>8.1}{kept}",
            100.0 * whole.waiting(),
            whole.spares(),
            100.0 * last.waiting(),
            last.spares(),
        );
        outcomes.push((rule, outcome));
    }
    fs::create_dir_all(&options.plots)?;
    let file = options.plots.join(format!("{name}.svg"));
    let title = format!("{name}: boot {boot} s, promise {promise}");
    fs::write(&file, plot::draw(&title, arrivals, (begin, end), &outcomes)?)?;
    println!("  {}", file.display());
    Ok(())
}

fn rules(options: &Options, case: &Case) -> Vec<(String, Box<dyn Rule>)> {
    let promise = options.promise.probability();
    let fixed: (String, Box<dyn Rule>) = match options.fixed {
        Some(number) => (format!("fixed {number}"), Box::new(Fixed(number))),
        None => {
            let best = case.best_fixed(promise);
            (format!("fixed {best} (best in hindsight)"), Box::new(Fixed(best)))
        }
    };
    let schedule: (String, Box<dyn Rule>) = match options.schedule.clone() {
        Some(Kind::Schedule(schedule)) => {
            ("schedule".into(), Box::new(Schedule::by(schedule, &options.zone)))
        }
        Some(Kind::Auto) | None => {
            ("schedule (best hours in hindsight)".into(), Box::new(case.best_hours(promise)))
        }
    };
    let auto = Auto::new(case.begin, Duration::from_secs_f64(case.boot), options.promise);
    vec![
        ("+1".into(), Box::new(Fixed(1)) as Box<dyn Rule>),
        fixed,
        schedule,
        ("auto".into(), Box::new(auto)),
    ]
}
