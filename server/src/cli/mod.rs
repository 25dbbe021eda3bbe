//! The command line.

mod account;
mod client;
mod key;
mod permission;
mod transfer;

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand, ValueEnum};
use gatepost_plugin::LoadError;

use self::account::AccountCommand;
use self::client::ClientCommand;
use self::key::{KeyCommand, TermsError};
use crate::audit::{self, Audit};
use crate::check::{self, Verdict, review};
use crate::config::{self, Config, ConfigError};
use crate::decide::Decider;
use crate::demo;
use crate::metrics::Metrics;
use crate::serve;
use crate::sweep;
use crate::watch::Watch;

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(flags) => serve(&flags),
        Command::Account { command } => account::run(command),
        Command::Key { command } => key::run(command),
        Command::Client { command } => client::run(command),
        Command::Export(flags) => transfer::export(flags),
        Command::Import(flags) => transfer::import(flags),
        Command::Sweep(tools) => sweep(tools),
        Command::Component { out } => write_component(&out),
        Command::Demo { data } => demonstrate(data.as_deref()),
        Command::Replay(flags) => return judged(replay(&flags)),
        Command::Check(flags) => return judged(check::run(&flags)),
        Command::Review(flags) => return judged(review::run(&flags)),
    };
    match done {
        Ok(code) => code,
        Err(error) => {
            eprintln!("gatepost-server: {}", config::with_causes(&*error));
            let is_a_mistake = error.is::<ConfigError>()
                || error.is::<TermsError>()
                || matches!(error.downcast_ref(), Some(LoadError::Settings(_)));
            ExitCode::from(if is_a_mistake { 2 } else { 1 })
        }
    }
}

/// How a command ends.
type Done = Result<ExitCode, Box<dyn Error>>;

/// Serves OAuth dynamic client registration (RFC 7591) for a mail server.
///
/// Gatepost, a plugin, decides which clients may register and with what metadata. This program
/// brings HTTP, API keys and a directory that survives a power cut.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeFlags,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the registration endpoint (what happens without a command, too)
    ///
    /// Prints `listening on http://ADDR:PORT` when ready. The first start on an empty data folder
    /// creates two API keys, prints each once, and a command that registers an example client.
    Serve(ServeFlags),
    /// Manage accounts: who can sign in
    Account {
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Manage API keys
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Register, list and remove OAuth clients by hand
    Client {
        #[command(subcommand)]
        command: ClientCommand,
    },
    /// Write the whole directory as JSON lines, to be imported elsewhere
    ///
    /// Works while the server runs. Browsers that signed in and devices that wait are left out.
    Export(transfer::Flags),
    /// Take over what was exported, into a directory that is empty: all of it, or nothing
    Import(transfer::Flags),
    /// Remove the clients that nobody uses, as the server does at an interval
    Sweep(Tools),
    /// Show which clients would stop working under other settings, and change nothing
    ///
    /// Reads the whole directory, also while the server runs. Exits with 0 if every client goes on
    /// working, 1 if one does not, and 2 if the settings have mistakes or a client cannot be judged.
    Review(ReviewFlags),
    /// Decide the decisions of an audit log again under other settings, and change nothing
    ///
    /// Exits with 0 if nothing would be decided otherwise, 1 if something would, and 2 if the settings
    /// have mistakes or the log cannot be read.
    Replay(ReplayFlags),
    /// Show what would be decided about client metadata documents, and register nothing
    ///
    /// Exits with 0 if all are accepted, 1 if one is refused, and 2 if one cannot be read or the
    /// settings have mistakes. Without a document, the settings alone are checked.
    Check(CheckFlags),
    /// Tell the life of a mail client, from discovery to deletion, with every exchange
    ///
    /// Starts a server of its own on a free port. Exits with 0 only if all went as it should.
    Demo {
        /// Data folder, which is kept [default: a temporary one]
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Write the WASM component this program was built with to a file
    Component {
        /// Where to; a file that is there is replaced
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

/// Where settings and data are. What is given here wins over the configuration file.
#[derive(Args, Clone, Debug, Default)]
pub struct Places {
    /// Configuration file, TOML: [server], [store], [plugin], [oauth.client-registration]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Data folder, created if it is missing [default: gatepost-data]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

/// How to serve.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeFlags {
    /// Where settings and data are.
    #[command(flatten)]
    pub places: Places,
    /// Address and port to listen on; port 0 picks a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// The plugin: a WASM component or a shared C library [default: the built-in component]
    #[arg(long, value_name = "FILE")]
    pub plugin: Option<PathBuf>,
    /// Give every request a fresh instance of the component
    #[arg(long)]
    pub isolate: bool,
}

/// Where settings and data are, and what decides.
#[derive(Args, Clone, Debug, Default)]
pub struct Tools {
    /// Where settings and data are.
    #[command(flatten)]
    pub places: Places,
    /// The plugin: a WASM component or a shared C library [default: the built-in component]
    #[arg(long, value_name = "FILE")]
    pub plugin: Option<PathBuf>,
}

/// What to review, and how to show it.
#[derive(Args, Clone, Debug)]
pub struct ReviewFlags {
    /// The settings to review by: a configuration file, TOML
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// Data folder [default: gatepost-data, unless the settings have another]
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The plugin: a WASM component or a shared C library [default: the built-in component]
    #[arg(long, value_name = "FILE")]
    pub plugin: Option<PathBuf>,
    /// Show what is found as JSON: a line for each client that would stop working, and one for all
    #[arg(long)]
    pub json: bool,
}

/// What to decide again, and how to show it.
#[derive(Args, Clone, Debug)]
pub struct ReplayFlags {
    /// The settings to decide by: a configuration file, TOML
    #[arg(long, value_name = "FILE")]
    pub config: PathBuf,
    /// The audit log, such as gatepost-data/audit.jsonl
    #[arg(value_name = "AUDIT")]
    pub log: PathBuf,
    /// The plugin: a WASM component or a shared C library [default: the built-in component]
    #[arg(long, value_name = "FILE")]
    pub plugin: Option<PathBuf>,
    /// Show what is found as JSON: a line for each decision that would be another, and one for all
    #[arg(long)]
    pub json: bool,
}

/// What to check, and how to show it.
#[derive(Args, Clone, Debug)]
pub struct CheckFlags {
    /// Client metadata documents, JSON; `-` reads standard input
    #[arg(value_name = "DOCUMENT", required_unless_present = "config")]
    pub documents: Vec<PathBuf>,
    /// Configuration file, TOML [default: every setting's default]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Data folder: say what the settings mean for the clients and keys in it
    #[arg(long, value_name = "DIR", requires = "config")]
    pub data: Option<PathBuf>,
    /// The plugin: a WASM component or a shared C library [default: the built-in component]
    #[arg(long, value_name = "FILE")]
    pub plugin: Option<PathBuf>,
    /// Decide as for a caller without an API key
    #[arg(long)]
    pub anonymous: bool,
    /// How to show what is found
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub format: CheckFormat,
}

/// How to show what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// For a person, as a compiler shows it
    Text,
    /// For a program, a JSON object in a line for each document
    Json,
}

impl Tools {
    fn config(self) -> Result<Config, ConfigError> {
        Config::load(&ServeFlags {
            places: self.places,
            plugin: self.plugin,
            ..ServeFlags::default()
        })
    }
}

fn serve(flags: &ServeFlags) -> Done {
    serve::run(flags)?;
    Ok(ExitCode::SUCCESS)
}

fn sweep(tools: Tools) -> Done {
    let swept = with_decider(tools, async |decider| {
        Ok(sweep::once(&decider, gatepost_directory::now()).await?)
    })?;
    let sweep::Swept { clients, removed } = swept;
    writeln!(io::stdout(), "removed {removed} of {clients} clients")?;
    Ok(ExitCode::SUCCESS)
}

fn demonstrate(data: Option<&Path>) -> Done {
    runtime()?.block_on(demo::run(data))?;
    Ok(ExitCode::SUCCESS)
}

fn replay(flags: &ReplayFlags) -> Result<Verdict, Box<dyn Error>> {
    let config = Config::load(&ServeFlags {
        places: Places {
            config: Some(flags.config.clone()),
            ..Places::default()
        },
        plugin: flags.plugin.clone(),
        ..ServeFlags::default()
    })?;
    let plugin = config.load_plugin(&config.public_url(config.listen))?;
    let mut stdout = io::stdout().lock();
    let found = audit::replay::run(&*plugin, &flags.log, flags.json, &mut stdout)?;
    match flags.json {
        true => writeln!(stdout, "{}", serde_json::to_string(&found)?)?,
        false => writeln!(
            stdout,
            "{} of {} decisions would be others; {} cannot be made again without a secret, {} cannot be read",
            found.changed, found.decisions, found.undecidable, found.unreadable
        )?,
    }
    Ok(match (found.unreadable, found.changed) {
        (0, 0) => Verdict::Accepted,
        (0, _) => Verdict::Refused,
        _ => Verdict::Failed,
    })
}

fn judged(verdict: Result<Verdict, Box<dyn Error>>) -> ExitCode {
    verdict
        .unwrap_or_else(|error| {
            eprintln!("gatepost-server: {}", config::with_causes(&*error));
            Verdict::Failed
        })
        .into()
}

fn write_component(out: &Path) -> Done {
    std::fs::write(out, gatepost_plugin::COMPONENT)
        .map_err(|error| format!("cannot write {}: {error}", out.display()))?;
    Ok(ExitCode::SUCCESS)
}

/// Works on the directory, which the server may have open, with decisions of the plugin.
fn with_decider<T>(
    tools: Tools,
    work: impl AsyncFnOnce(Arc<Decider>) -> Result<T, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    let config = tools.config()?;
    let plugin = config.load_plugin(&config.public_url(config.listen))?;
    runtime()?.block_on(async {
        let directory = gatepost_directory::open(&config.store).await?;
        // A new file would be this user's, and the server would go on with the old one.
        let audit = Audit::open(config.audit_log().as_deref(), u64::MAX)?;
        let watch = Arc::new(Watch {
            audit,
            metrics: Metrics::default(),
        });
        let decider = Decider::new(Arc::clone(&directory), plugin, 1)?;
        let decider = decider.watched_by(Arc::clone(&watch));
        let done = work(Arc::new(decider)).await;
        directory.close().await;
        watch.audit.flush();
        done
    })
}

fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
}
