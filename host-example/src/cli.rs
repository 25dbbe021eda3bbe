//! The command line.

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::check::{self, Verdict};
use crate::config::{Config, ConfigError};
use crate::directory::{self, NewKey};
use crate::keys::{ApiKey, Permission};
use crate::plugin::{self, LoadError};
use crate::serve;

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let done = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(flags) => serve(&flags),
        Command::Key {
            command: KeyCommand::Create(key),
        } => create_key(key),
        Command::Component { out } => write_component(&out),
        Command::Check(flags) => return check(&flags),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("gatepost-host: {}", with_causes(&*error));
            if error.is::<ConfigError>()
                || matches!(error.downcast_ref(), Some(LoadError::Settings(_)))
            {
                ExitCode::from(2)
            } else {
                ExitCode::FAILURE
            }
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

#[derive(Subcommand)]
enum Command {
    /// Serve the registration endpoint (what happens without a command, too)
    ///
    /// Prints `listening on http://ADDR:PORT` when ready. The first start on an empty data folder
    /// creates two API keys, prints each once, and a command that registers an example client.
    Serve(ServeFlags),
    /// Manage API keys
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Show what would be decided about client metadata documents, and register nothing
    ///
    /// Exits with 0 if all are accepted, 1 if one is refused, and 2 if one cannot be read or the
    /// settings have mistakes. Without a document, the settings alone are checked.
    Check(CheckFlags),
    /// Write the WASM component this program was built with to a file
    Component {
        /// Where to; a file that is there is replaced
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Create an API key and print it, once, alone on standard output
    ///
    /// Works while the server runs, at once.
    Create(KeyFlags),
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

/// What to check, and how to show it.
#[derive(Args, Clone, Debug)]
pub struct CheckFlags {
    /// Client metadata documents, JSON; `-` reads standard input
    #[arg(value_name = "DOCUMENT", required_unless_present = "config")]
    pub documents: Vec<PathBuf>,
    /// Configuration file, TOML [default: every setting's default]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
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

#[derive(Args)]
struct KeyFlags {
    /// What the key is for, in your words
    #[arg(long)]
    name: String,
    /// The account the key acts for; created if there is none of that name
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// What the key allows; may be given several times
    #[arg(long = "permission", value_name = "PERMISSION", required = true)]
    permissions: Vec<Permission>,
    #[command(flatten)]
    places: Places,
}

fn serve(flags: &ServeFlags) -> Result<(), Box<dyn Error>> {
    serve::run(&Config::load(flags)?)
}

fn create_key(flags: KeyFlags) -> Result<(), Box<dyn Error>> {
    let config = Config::load(&ServeFlags {
        places: flags.places,
        ..ServeFlags::default()
    })?;
    let key = ApiKey::draw()?;
    let new = NewKey {
        hash: key.hash(),
        name: flags.name,
        account: flags.account,
        permissions: flags.permissions,
        created_at: directory::now(),
        expires_at: None,
    };
    tokio::runtime::Builder::new_current_thread()
        .build()?
        .block_on(async {
            let directory = directory::open(&config.store)?;
            let added = directory.add_key(new).await;
            directory.close().await;
            added
        })?;
    writeln!(io::stdout(), "{}", key.reveal())?;
    Ok(())
}

fn check(flags: &CheckFlags) -> ExitCode {
    let verdict = check::run(flags).unwrap_or_else(|error| {
        eprintln!("gatepost-host: {}", with_causes(&*error));
        Verdict::Failed
    });
    verdict.into()
}

fn write_component(out: &Path) -> Result<(), Box<dyn Error>> {
    std::fs::write(out, plugin::COMPONENT)
        .map_err(|error| format!("cannot write {}: {error}", out.display()).into())
}

fn with_causes(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    if let Some(LoadError::Settings(findings)) = error.downcast_ref() {
        text.push_str(&crate::config::list(findings));
    }
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}
