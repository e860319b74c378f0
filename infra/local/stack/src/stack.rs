//! The whole stack, part by part: each waits until the one before is healthy.

use std::{fs, path::PathBuf, time::Duration};

use anyhow::Context;
use hotdesk::token;
use tokio::{
    task::spawn_blocking,
    time::{Instant, sleep},
};
use tracing_subscriber::EnvFilter;

use crate::{
    boxes::{Boxes, Kind},
    cloud,
    console::say,
    dead_letters::DeadLetters,
    environment::{self, API, HOMES, SEATS, SESSIONS},
    folders::Folders,
    functions,
    identity::{self, Identity},
    instances,
    lambda::Lambda,
    localhost,
    moto::Moto,
    parts::Parts,
    ports,
    pump::{bus, schedule, stream::Stream},
    redis::Redis,
    settings::Settings,
    tables, tools,
};

/// How often Redis is asked whether there is a spare yet.
const LOOK: Duration = Duration::from_millis(100);

/// Runs the stack until a part of it fails. Whoever ends this process ends the rest: see `guard`.
///
/// # Errors
/// A part does not start or has ended; which one, and where to look.
pub async fn run(settings: &Settings) -> anyhow::Result<()> {
    let began = Instant::now();
    let folders = Folders::of_the_stack();
    log_to_file(&folders)?;
    let python = spawn_blocking(tools::python).await?.context("the Python tools")?;
    let editor = spawn_blocking(tools::editor).await?.context("the editor")?;
    let keys = token::generate()?;

    let log = folders.log("redis");
    let redis = Redis::on_port(ports::REDIS, &folders.run, &log).await.context("redis")?;
    say("redis", redis.url());
    let journal = settings.revive.then(|| folders.run.join("dynamodb.journal"));
    let log = folders.log("dynamodb");
    let moto = Moto::on_port(ports::MOTO, &log, journal.as_deref()).await.context("moto")?;
    let config = moto.sdk_config().await;
    let names = environment::tables();
    tables::create(&aws_sdk_dynamodb::Client::new(&config), &names).await?;
    let stream = Stream::of(aws_sdk_dynamodbstreams::Client::new(&config), SEATS).await?;
    say("dynamodb", format!("{} (moto), tables {SEATS}, {HOMES}, {SESSIONS}", moto.endpoint()));
    let effects = cloud::start(settings).await.context("the simulator")?;
    say(
        "cloud",
        format!("http://127.0.0.1:{} (EC2 and Auto Scaling, simulated)", ports::SIMULATOR),
    );
    let log = folders.log("identity");
    let identity = Identity::start(&editor, &log).await;
    let identity = identity.with_context(|| format!("identity: look into {}", log.display()))?;
    say("identity", format!("{} (oidc-provider)", identity::ISSUER));

    say("functions", "starting");
    let variables = environment::of_functions(settings, &redis, &moto, &identity, &keys);
    let functions = functions::start_all(settings, &folders, &python, &variables);
    let functions = functions.await.context("cargo-lambda")?;
    if settings.revive {
        instances::run(settings, &folders, &variables).await.context("the functions")?;
    }
    let mut parts = Parts { redis, moto, identity, functions };
    localhost::forward(ports::API).await.context("the API")?;
    let lambda = Lambda::new(&format!("http://127.0.0.1:{}", ports::API));
    tokio::select! {
        warm = functions::warm_all(settings) => {
            warm.with_context(|| format!("look into {}", folders.log("functions").display()))?;
        }
        failure = parts.failure(&folders, settings.revive) => return Err(failure),
    }
    say("functions", format!("{API} (cargo lambda watch)"));

    let dead = DeadLetters::new(folders.log("dead-letters"));
    let boxes = Boxes::new(kind_of_box(settings, &folders, editor)?);
    tokio::spawn({
        let (lambda, dead) = (lambda.clone(), dead.clone());
        boxes.follow(effects, move |event| bus::deliver(&lambda, &dead, event))
    });
    tokio::spawn(stream.run(lambda.clone(), dead.clone()));
    tokio::spawn(schedule::run(lambda, dead, settings.tick()));

    let redis_url = parts.redis.url().to_owned();
    tokio::select! {
        spare = first_spare(settings, &redis_url) => spare?,
        failure = parts.failure(&folders, settings.revive) => return Err(failure),
    }
    say("logs", folders.logs.display());
    println!(
        "hotdesk is up: {API}/ (after {:.1} s; Ctrl-C ends it)",
        began.elapsed().as_secs_f32()
    );
    Err(parts.failure(&folders, settings.revive).await)
}

/// What the parts in this process have to say goes to a file of its own.
fn log_to_file(folders: &Folders) -> anyhow::Result<()> {
    let file = fs::File::create(folders.log("stack"))?;
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_ansi(false).with_env_filter(filter).with_writer(file).init();
    Ok(())
}

fn kind_of_box(settings: &Settings, folders: &Folders, editor: PathBuf) -> anyhow::Result<Kind> {
    Ok(Kind {
        folders: folders.clone(),
        agent: tools::built("hotdesk-agent", settings.release)?,
        editor,
        api: format!("http://127.0.0.1:{}", ports::API),
        home: API.into(),
        keys: format!("http://127.0.0.1:{}/.well-known/jwks.json", ports::API),
        reuse: settings.box_reuse,
        heartbeat: settings.heartbeat(),
    })
}

/// Returns when there is a spare, or at once where none is kept.
async fn first_spare(settings: &Settings, redis_url: &str) -> anyhow::Result<()> {
    if !settings.keeps_spares() {
        return Ok(());
    }
    let mut redis = redis::Client::open(redis_url)?.get_multiplexed_async_connection().await?;
    // No answer is none yet: boxes that start leave little of the machine for others.
    while redis::cmd("SCARD").arg("ws:pool").query_async(&mut redis).await.unwrap_or(0) == 0 {
        sleep(LOOK).await;
    }
    Ok(())
}
