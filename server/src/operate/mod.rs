//! Starting, accepting connections, stopping; reloading and sweeping while it runs.

mod claim;
mod connections;
mod first_start;
mod linger;
mod notify;
mod places;
mod reload;
mod stop;
pub mod sweep;
mod tls;

use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

pub use self::claim::ClaimError;
pub use self::tls::Tls;

use self::claim::Claim;
use self::connections::{Entrance, accept};
use self::notify::notify;
use self::reload::Reload;
use self::stop::Stop;
use crate::config::{self, Config, Overrides};
use crate::decide::{Decider, warnings};
use crate::fetch::{Fetcher, Outside};
use crate::http::{self, App};
use crate::observe::audit::{Act, Audit, Deed, Past};
use crate::observe::log::{self, LeftOut};
use crate::observe::metrics::Metrics;
use crate::observe::watch::Watch;

/// Serves until it is told to stop.
pub fn run(overrides: &Overrides) -> Result<(), Box<dyn Error>> {
    run_with(overrides, Outside::default())
}

/// The same, with names and authorities that are not those of the operating system.
pub fn run_with(overrides: &Overrides, outside: Outside) -> Result<(), Box<dyn Error>> {
    let config = &Config::load(overrides)?;
    let left_out = log::begin(&config.log);
    allow_many_files();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(config.limits.decisions + 2)
        .enable_all()
        .build()?
        .block_on(serve(config, overrides, outside, left_out))
}

/// Everything that can go wrong comes before the first keys: they are made only once, so they
/// should be made by a program that then serves.
async fn serve(
    config: &Config,
    overrides: &Overrides,
    outside: Outside,
    left_out: Arc<LeftOut>,
) -> Result<(), Box<dyn Error>> {
    let stop = Stop::listen()?;
    // One that comes before there is anything to reload would end the program.
    let hangup = signal(SignalKind::hangup())?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    let listening = listener.local_addr()?;
    let public_url = config.public_url(listening);

    let plugin = config.compile(&public_url)?;
    tracing::info!("decisions are made by {}", config.plugin);
    if config.is_address_unsaid() {
        tracing::warn!(
            "server.public-url is not set, so that documents and addresses say {public_url}, which is the issuer \
             too; other machines cannot reach that: set server.public-url to the https address that \
             clients use"
        );
    }
    if let Some(elsewhere) = config.reached_elsewhere(listening) {
        tracing::warn!("{elsewhere}");
    }
    if config.is_everybody_one() {
        tracing::warn!(
            "server.trusted-proxies is empty, server.public-url is https, and there is no server.tls-certificate: if \
             something in front ends TLS, all requests come from its address, so that one stranger's wrong passwords and \
             requests count for everybody, and metrics.allow lets everybody in whom it lets in"
        );
    }
    if public_url.is_exposed() {
        tracing::warn!(
            "clients are told to come to {public_url}, where what they send can be read on the way; \
             put a proxy with TLS in front, and its https address into server.public-url"
        );
    }

    let claim = Claim::of(&config.store)?;
    let directory = gatepost_directory::open(&config.store).await?;
    let exposed = overrides.config.iter();
    let exposed = exposed.flat_map(|path| config::exposed(path, config));
    let unwise = warnings(&*plugin, &*directory, gatepost_directory::now()).await?;
    for warning in unwise.into_iter().chain(exposed) {
        tracing::warn!("{}", config::line(&warning));
    }
    let audit = Audit::open(config.audit_log().as_deref(), config.audit.max_bytes)?;
    let past = audit.past();
    let watch = Arc::new(Watch {
        audit,
        metrics: Metrics::default(),
    });
    count_past(&watch, past)?;
    let decider = Decider::new(Arc::clone(&directory), plugin, config.limits.decisions)?;
    let fetcher = Arc::new(Fetcher::new(config.fetch.clone(), outside)?);
    let decider = decider
        .observed_by(Arc::clone(&watch) as _)
        .fetching_by(Arc::clone(&fetcher));
    let decider = Arc::new(decider);
    let app = Arc::new(App::new(
        Arc::clone(&decider),
        Arc::clone(&watch),
        config,
        overrides,
        &public_url,
    )?);
    let entrance = Arc::new(Entrance::new(
        &config.limits,
        config.proxies.clone().unwrap_or_default(),
        config.tls.as_ref().map(Tls::new).transpose()?,
        Arc::clone(&watch),
    ));
    let reload = Reload {
        overrides: overrides.clone(),
        in_force: config.clone(),
        public_url: public_url.clone(),
        app: Arc::clone(&app),
        entrance: Arc::clone(&entrance),
        watch: Arc::clone(&watch),
    };
    let reload = tokio::spawn(reload.on(hangup));
    let reached = config.listener_url(listening);
    let mut greeting = first_start::begin(&*directory, &config.data, &reached).await?;
    if !greeting.is_empty() {
        let now = gatepost_directory::now();
        let act = Act::on_command_line(Deed::FirstStart, now).to(first_start::ACCOUNT);
        watch.acted(act);
    }
    let scheme = if config.tls.is_some() {
        "https"
    } else {
        "http"
    };
    greeting.push_str(&format!("listening on {scheme}://{listening}\n"));
    // Nobody has to listen: a closed standard output is no reason not to serve.
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(greeting.as_bytes());
    let _ = stdout.flush();
    drop(stdout);

    let sweep = tokio::spawn(sweep::regularly(
        decider,
        config.sweep_interval,
        gatepost_directory::now,
    ));
    let forget = tokio::spawn(forget_regularly(
        Arc::clone(&app),
        fetcher,
        Arc::clone(&watch),
        left_out,
    ));
    notify("READY=1");
    accept(listener, http::router(app), &entrance, stop).await;
    forget.abort();
    sweep.abort();
    reload.abort();
    directory.close().await;
    drop(claim);
    watch.audit.finish(gatepost_directory::now());
    tracing::info!("stopped");
    Ok(())
}

/// Drops what was counted and is over, and sums up what has no lines of its own, every minute.
async fn forget_regularly(
    app: Arc<App>,
    fetcher: Arc<Fetcher>,
    watch: Arc<Watch>,
    left_out: Arc<LeftOut>,
) {
    let mut ticks = tokio::time::interval(Duration::from_secs(5));
    for tick in 1_u64.. {
        ticks.tick().await;
        // Of many networks, most have asked once and have all of their allowance again.
        app.forget();
        if !tick.is_multiple_of(12) {
            continue;
        }
        fetcher.forget();
        watch.audit.sum_up(gatepost_directory::now());
        left_out.say();
    }
}

/// Counts what is in the audit log from before, which may be long: nobody waits for it.
fn count_past(watch: &Arc<Watch>, past: Past) -> io::Result<()> {
    let watch = Arc::clone(watch);
    thread::Builder::new()
        .name("gatepost-past".to_owned())
        .spawn(move || past.count(watch.audit.tally(), gatepost_directory::now()))?;
    Ok(())
}

/// Every connection is an open file, and the usual soft limit is a thousand.
fn allow_many_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        tracing::warn!(%error, "cannot raise the limit of open files");
    }
}
