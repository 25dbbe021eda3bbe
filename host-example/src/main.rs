//! A sample host for Gatepost. `README.md` follows one request through its files.

mod endpoint;
mod message;
mod settings;
mod store;

use std::error::Error;
use std::fs::OpenOptions;
use std::io::{self, IsTerminal, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use clap::Parser;
use gatepost_plugin::{LoadError, Options, Plugin, Source};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rand::TryRng;
use rand::rngs::SysRng;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use crate::settings::Settings;
use crate::store::Store;

/// How long a request's head may be, in bytes, and how long it may take to arrive.
const HEAD_LIMIT: usize = 16 << 10;
const HEAD_TIME: Duration = Duration::from_secs(10);

/// How many connections there may be, and how long one may last. More of them wait.
const CONNECTIONS: usize = 512;
const CONNECTION_TIME: Duration = Duration::from_secs(60);

/// How long requests in flight have to finish when the program is told to stop.
const DRAIN_TIME: Duration = Duration::from_secs(10);

/// What the first key may do: register, ask at `/decide`, and manage all clients.
const PERMISSIONS: &str = "authenticate oauth-client-registration oauth-client-decide \
                           oauth-client-get oauth-client-update oauth-client-delete";

/// A native mail client, as draft-ietf-mailmaint-oauth-public describes it.
const EXAMPLE: &str = concat!(
    r#"{"client_name":"Example Mail","redirect_uris":["http://127.0.0.1/callback"],"#,
    r#""token_endpoint_auth_method":"none","grant_types":["authorization_code","refresh_token"]}"#,
);

/// Serves OAuth client registration (RFC 7591, RFC 7592) for a mail server, as Gatepost decides it.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// Settings, in TOML: [server] and [oauth.client-registration]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder of the database, created if it is missing [default: gatepost-host-data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
    /// Another plugin than the built-in component: a WASM component or a C library
    #[arg(long, value_name = "FILE")]
    plugin: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let log = tracing_subscriber::fmt().with_writer(io::stderr);
    log.with_ansi(io::stderr().is_terminal()).init();
    let Err(error) = run(arguments).await else {
        return ExitCode::SUCCESS;
    };
    eprint!("gatepost-host");
    let mut cause: Option<&dyn Error> = Some(&*error);
    while let Some(error) = cause {
        eprint!(": {error}");
        cause = error.source();
    }
    eprintln!();
    ExitCode::FAILURE
}

/// Starts, and serves until it is told to stop.
async fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let settings = Settings::load(arguments.config.as_deref())?;
    let listen = arguments.listen.or(settings.server.listen);
    let listen = listen.unwrap_or((Ipv4Addr::LOCALHOST, 8080).into());
    let listener = TcpListener::bind(listen).await;
    let listener = listener.map_err(|error| format!("cannot listen on {listen}: {error}"))?;
    let url = format!("http://{}", listener.local_addr()?);
    let plugin = load(arguments.plugin, &settings.of_plugin(&url))?;
    let metadata = settings.metadata(&plugin.server_metadata()?)?;
    let data = arguments.data.or(settings.server.data);
    let data = data.unwrap_or("gatepost-host-data".into());
    let store = Store::open(&data);
    let store = store.map_err(|error| format!("cannot open {}: {error}", data.display()))?;
    let greeting = make_first_key(&store, &data, &url).await?;
    // Nobody has to read it: that standard output is closed is no reason not to serve.
    let _ = writeln!(io::stdout(), "{greeting}listening on {url}");
    let router = endpoint::router(plugin, store, metadata);
    serve(listener, router).await
}

/// Loads the plugin, and reports all that is wrong or unwise in its settings.
fn load(file: Option<PathBuf>, settings: &str) -> Result<Arc<dyn Plugin>, LoadError> {
    let source = file.map_or_else(|| Ok(Source::default()), Source::recognise)?;
    let loaded = gatepost_plugin::load(&source, settings, &Options::default());
    let findings = match &loaded {
        Ok(plugin) => plugin.warnings(),
        Err(LoadError::Settings(mistakes)) => mistakes.clone(),
        Err(_) => Vec::new(),
    };
    for found in findings {
        let line = found
            .line
            .map_or(String::new(), |line| format!("line {line}: "));
        tracing::warn!("{line}{}: {}", found.path, found.message);
    }
    loaded
}

/// Makes an API key if there is none, and says what to do with it. On a terminal the key is shown.
/// Otherwise it is written to a file in the folder, because output often ends up in a log.
async fn make_first_key(store: &Store, folder: &Path, url: &str) -> Result<String, Box<dyn Error>> {
    let mut bits = [0; 32];
    SysRng.try_fill_bytes(&mut bits)?;
    // By the prefix, a scanner recognises a key that was published by mistake.
    let key = format!("gpak_{}", URL_SAFE_NO_PAD.encode(bits));
    let path = folder.canonicalize()?.join("first-key");
    let file = path.display().to_string();
    let is_shown = io::stdout().is_terminal();
    let made = store.transaction(|tables| {
        let is_first = tables.add_first_key(&key, PERMISSIONS)?;
        if is_first && !is_shown {
            write(&path, &key).map_err(|error| format!("cannot write {file}: {error}"))?;
        }
        Ok::<_, Box<dyn Error>>(is_first)
    });
    if !made.await? {
        return Ok(String::new());
    }
    let quoted = file.replace('\'', r"'\''");
    let (place, word) = match is_shown {
        true => (format!("not shown again: {key}"), key),
        false => (format!("in the file {file}"), format!("$(cat '{quoted}')")),
    };
    Ok(format!(
        "This is the first start: there is an API key now, {place}\n\
         This registers an example mail client:\n\
         curl -i {url}/auth/register -H \"Authorization: Bearer {word}\" \
         -H 'Content-Type: application/json' -d '{EXAMPLE}'\n"
    ))
}

/// Writes a new file that only its owner can read, and never where a link leads.
fn write(path: &Path, key: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let options = options.write(true).create_new(true).mode(0o600);
    writeln!(options.open(path)?, "{key}")
}

/// Takes connections, one for each request, until it is told to stop. Then the requests in flight finish.
async fn serve(listener: TcpListener, router: Router) -> Result<(), Box<dyn Error>> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    let connections = GracefulShutdown::new();
    loop {
        let accept = async {
            let slot = Arc::clone(&slots).acquire_owned().await;
            (listener.accept().await, slot)
        };
        let (accepted, slot) = tokio::select! {
            accepted = accept => accepted,
            _ = terminate.recv() => break,
            _ = interrupt.recv() => break,
        };
        let Ok((stream, peer)) = accepted else {
            // The usual reason is that there are too many open files, and that passes.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let router = router.clone().layer(Extension(peer));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(HEAD_LIMIT)
            .keep_alive(false)
            .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
        let connection = timeout(CONNECTION_TIME, connections.watch(connection));
        tokio::spawn(async move {
            let _ = connection.await;
            drop(slot);
        });
    }
    drop(listener);
    if timeout(DRAIN_TIME, connections.shutdown()).await.is_err() {
        tracing::warn!("some requests were not answered in time");
    }
    Ok(())
}
