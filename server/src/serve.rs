//! Starting, accepting connections, stopping.

use std::error::Error;
use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Semaphore, watch};

use crate::audit::Audit;
use crate::cli::ServeFlags;
use crate::config::{self, Config, Limits, LogFormat};
use crate::decide::Decider;
use crate::first_start::FirstSecrets;
use crate::http::{App, Peer};
use crate::metrics::Metrics;
use crate::proxies::Proxies;
use crate::reload;
use crate::sweep;
use crate::tls::Tls;
use crate::watch::Watch;

/// How long a connection may be kept, however busy it is. It is also what bounds a client that
/// does not take its answers.
const CONNECTION_AGE: Duration = Duration::from_secs(600);

/// How long a request's head may be, in bytes.
const HEAD_LIMIT: usize = 32 << 10;

/// Serves until it is told to stop.
pub fn run(flags: &ServeFlags) -> Result<(), Box<dyn Error>> {
    let config = &Config::load(flags)?;
    let log = tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_max_level(config.log.level);
    match config.log.format {
        LogFormat::Text => log.init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    allow_many_files();
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(config.limits.decisions + 2)
        .enable_all()
        .build()?
        .block_on(serve(config, flags))
}

/// Everything that can go wrong comes before the first keys: they are shown only once, so they
/// should be shown by a program that then serves.
async fn serve(config: &Config, flags: &ServeFlags) -> Result<(), Box<dyn Error>> {
    let stop = Stop::listen()?;
    // One that comes before there is anything to reload would end the program.
    let hangup = signal(SignalKind::hangup())?;
    let listener = TcpListener::bind(config.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", config.listen))?;
    let listening = listener.local_addr()?;
    let public_url = config.public_url(listening);

    config.is_kept()?;
    let plugin = config.load_plugin(&public_url)?;
    for warning in plugin.warnings() {
        tracing::warn!("{}", config::line(&warning));
    }
    if public_url.is_exposed() {
        tracing::warn!(
            "clients are told to come to {public_url}, where what they send can be read on the way; \
             put a proxy with TLS in front, and its https address into server.public-url"
        );
    }

    let directory = gatepost_directory::open(&config.store).await?;
    let audit_log = config.audit_log();
    let audit = Audit::open(audit_log.as_deref(), config.audit.max_bytes).map_err(|error| {
        let path = audit_log.as_deref().unwrap_or(Path::new("-"));
        format!("cannot write the audit log {}: {error}", path.display())
    })?;
    let watch = Arc::new(Watch {
        audit,
        metrics: Metrics::default(),
    });
    let decider = Decider::new(Arc::clone(&directory), plugin, config.limits.decisions)?;
    let decider = Arc::new(decider.watched_by(Arc::clone(&watch)));
    let app = Arc::new(App::new(
        Arc::clone(&decider),
        Arc::clone(&watch),
        config,
        &public_url,
    )?);
    let entrance = Arc::new(Entrance {
        limits: config.limits.clone(),
        proxies: config.proxies.clone(),
        tls: config.tls.as_ref().map(Tls::new).transpose()?,
        watch: Arc::clone(&watch),
    });
    let reload = reload::Reload {
        flags: flags.clone(),
        in_force: config.clone(),
        public_url: public_url.clone(),
        app: Arc::clone(&app),
        entrance: Arc::clone(&entrance),
        watch: Arc::clone(&watch),
    };
    let reload = tokio::spawn(reload.on(hangup));
    let mut greeting = match FirstSecrets::add(&*directory).await? {
        Some(secrets) => secrets.reveal(&config.listener_url(listening)),
        None => String::new(),
    };
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
    let forget = tokio::spawn(forget_regularly(Arc::clone(&app)));
    notify("READY=1");
    accept(listener, app.router(), &entrance, stop).await;
    forget.abort();
    sweep.abort();
    reload.abort();
    directory.close().await;
    watch.audit.flush();
    tracing::info!("stopped");
    Ok(())
}

/// Drops what was counted and is over, every minute.
async fn forget_regularly(app: Arc<App>) {
    let mut ticks = tokio::time::interval(Duration::from_secs(60));
    loop {
        ticks.tick().await;
        app.forget();
    }
}

/// Tells systemd how things are, if it wants to know (sd_notify(3)).
pub(crate) fn notify(state: &str) {
    let Some(address) = std::env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    let told = UnixDatagram::unbound().and_then(|socket| socket.send_to(state.as_bytes(), address));
    if let Err(error) = told {
        tracing::warn!(%error, "cannot tell the service manager");
    }
}

/// How connections come in.
pub struct Entrance {
    limits: Limits,
    proxies: Proxies,
    /// What is behind it, if connections are encrypted.
    pub tls: Option<Tls>,
    watch: Arc<Watch>,
}

/// Takes connections until told to stop, then lets those that are busy finish.
async fn accept(listener: TcpListener, router: Router, entrance: &Arc<Entrance>, mut stop: Stop) {
    let limits = &entrance.limits;
    let slots = Arc::new(Semaphore::new(limits.connections as usize));
    let (stopping, told) = watch::channel(());
    loop {
        // More connections than there are slots wait in the operating system's queue.
        let accepted = async {
            let slot = Arc::clone(&slots)
                .acquire_owned()
                .await
                .expect("the semaphore is never closed");
            (listener.accept().await, slot)
        };
        let (accepted, slot) = tokio::select! {
            accepted = accepted => accepted,
            () = stop.asked() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let router = router.clone();
                let told = told.clone();
                let entrance = Arc::clone(entrance);
                tokio::spawn(async move {
                    enter(stream, peer, router, &entrance, told).await;
                    drop(slot);
                });
            }
            Err(error) => {
                // The usual reason is that there are too many open files, and that passes.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    notify("STOPPING=1");
    tracing::info!("stopping: no new connections, finishing the requests in flight");
    let _ = stopping.send(());
    let all = slots.acquire_many(limits.connections);
    if tokio::time::timeout(limits.drain, all).await.is_err() {
        tracing::warn!("stopping although some requests are not finished");
    }
}

/// Lets a connection in: past a proxy that says where it comes from, and through TLS. Both take no
/// longer than a request's head may.
async fn enter(
    mut stream: TcpStream,
    mut peer: SocketAddr,
    router: Router,
    entrance: &Entrance,
    told: watch::Receiver<()>,
) {
    let Entrance {
        limits,
        proxies,
        tls,
        watch,
    } = entrance;
    let _connected = watch.metrics.connected();
    // An answer is written at once, there is nothing to wait for.
    let _ = stream.set_nodelay(true);
    if proxies.protocol && proxies.trust(peer.ip()) {
        let announced = proxies.announced(&mut stream, peer);
        match tokio::time::timeout(limits.head, announced).await {
            Ok(Some(origin)) => peer = origin,
            // A trusted proxy that does not say it, or something else on its machine.
            Ok(None) | Err(_) => return,
        }
    }
    match tls {
        None => attend(stream, peer, router, limits, told).await,
        Some(tls) => {
            let handshake = tls.acceptor().accept(stream);
            if let Ok(Ok(stream)) = tokio::time::timeout(limits.head, handshake).await {
                attend(stream, peer, router, limits, told).await;
            }
        }
    }
}

/// Serves one connection for as long as it may last.
async fn attend(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    peer: SocketAddr,
    router: Router,
    limits: &Limits,
    mut told: watch::Receiver<()>,
) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer));
        router.call(request)
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(HEAD_LIMIT)
            .serve_connection(TokioIo::new(stream), service)
    );
    tokio::select! {
        // That a client went away, or talks no HTTP, is its own business.
        _ = connection.as_mut() => return,
        _ = told.changed() => {}
        () = tokio::time::sleep(CONNECTION_AGE) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(limits.request, connection).await;
}

/// The signals that ask a service to stop.
struct Stop {
    terminate: Signal,
    interrupt: Signal,
}

impl Stop {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn asked(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
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
