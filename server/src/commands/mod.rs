//! The command line.

mod account;
mod check;
mod client;
mod demo;
mod events;
mod key;
mod permission;
mod printable;
mod replay;
mod review;
mod table;
mod tools;
mod transfer;
mod unreadable;
mod verdict;

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use gatepost_plugin::LoadError;

use self::account::AccountCommand;
use self::check::CheckFlags;
use self::client::ClientCommand;
use self::events::EventsFlags;
use self::key::{KeyCommand, TermsError};
use self::replay::ReplayFlags;
use self::review::ReviewFlags;
use self::tools::{Done, Places, Tools, runtime, with_decider};
use self::verdict::Verdict;
use crate::config::{self, ConfigError, Overrides};
use crate::operate::{self, sweep};

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
        Command::Events(flags) => events::run(flags),
        Command::Sweep(tools) => sweep(tools),
        Command::Component { out } => write_component(&out),
        Command::Demo { data } => demonstrate(data.as_deref()),
        Command::Replay(flags) => return judged(replay::run(&flags)),
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

/// How to serve.
#[derive(Args, Clone, Debug, Default)]
struct ServeFlags {
    /// Where settings and data are.
    #[command(flatten)]
    places: Places,
    /// Address and port to listen on; port 0 picks a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// The plugin: a WASM component or a shared C library [default: the built-in component]
    #[arg(long, value_name = "FILE")]
    plugin: Option<PathBuf>,
    /// Give every request a fresh instance of the component
    #[arg(long)]
    isolate: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the registration endpoint (what happens without a command, too)
    ///
    /// Prints `listening on http://ADDR:PORT` when ready. The first start on an empty data folder
    /// creates an account and two API keys. A terminal shows them, with a command that registers an example client;
    /// otherwise they are written to the file first-start.txt in the data folder.
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
    Import(transfer::ImportFlags),
    /// Show what came of requests, and why: refused ones with what can be done
    ///
    /// Reads the audit log, also while the server runs. A refusal shows its number on the page, and has it in the header
    /// X-Request-Id.
    Events(EventsFlags),
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

impl From<&ServeFlags> for Overrides {
    fn from(flags: &ServeFlags) -> Self {
        Self {
            config: flags.places.config.clone(),
            data: flags.places.data.clone(),
            listen: flags.listen,
            plugin: flags.plugin.clone(),
            isolate: flags.isolate,
        }
    }
}

fn serve(flags: &ServeFlags) -> Done {
    operate::run(&flags.into())?;
    Ok(ExitCode::SUCCESS)
}

fn sweep(tools: Tools) -> Done {
    let swept = with_decider(tools, async |decider| {
        Ok(sweep::once(&decider, gatepost_directory::now()).await?)
    })?;
    let sweep::Swept {
        clients,
        removed,
        unjudged,
    } = swept;
    writeln!(io::stdout(), "removed {removed} of {clients} clients")?;
    if unjudged > 0 {
        return Err(format!("{unjudged} clients could not be judged, and stay").into());
    }
    Ok(ExitCode::SUCCESS)
}

fn demonstrate(data: Option<&Path>) -> Done {
    runtime()?.block_on(demo::run(data))?;
    Ok(ExitCode::SUCCESS)
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
