//! The command line.

mod account;
mod check;
mod client;
mod confirm;
mod demo;
mod events;
mod exit;
mod key;
mod manual;
mod nearest;
mod order;
mod password;
mod permission;
mod printable;
mod progress;
mod replay;
mod review;
mod said;
mod setup;
mod table;
mod terminal;
mod tools;
mod transfer;
mod unreadable;
mod verdict;
mod when;

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use serde_json::json;

use self::account::AccountCommand;
use self::check::CheckFlags;
use self::client::ClientCommand;
use self::events::EventsFlags;
use self::exit::Undone;
use self::key::KeyCommand;
use self::progress::Progress;
use self::replay::ReplayFlags;
use self::review::ReviewFlags;
use self::said::{complain, counted, is_read_enough, on_stderr};
use self::tools::{Done, Places, Tools, runtime, with_decider};
use self::verdict::Verdict;
use crate::config::{self, ConfigError, Overrides};
use crate::operate::{self, sweep};

/// Reads the command line and does what it says.
pub fn run() -> ExitCode {
    let cli = Cli::parse_from(order::rearranged(env::args_os()));
    let done = match cli.command.unwrap_or(Command::Serve(cli.serve)) {
        Command::Serve(flags) => serve(&flags),
        Command::Setup(flags) => setup::run(&flags),
        Command::Account { command } => account::run(command),
        Command::Key { command } => key::run(command),
        Command::Client { command } => client::run(command),
        Command::Export(flags) => transfer::export(flags),
        Command::Import(flags) => transfer::import(flags),
        Command::Events(flags) => events::run(flags),
        Command::Sweep(flags) => sweep(flags),
        Command::Component { out } => write_component(&out),
        Command::Completions { shell } => manual::complete(Cli::command(), shell),
        Command::ManPages { folder } => manual::write_pages(Cli::command(), &folder),
        Command::Demo { data } => demonstrate(data.as_deref()),
        Command::Replay(flags) => return judged(replay::run(&flags)),
        Command::Check(flags) => return judged(check::run(&flags)),
        Command::Review(flags) => return judged(review::run(&flags)),
    };
    done.unwrap_or_else(|error| report(&*error))
}

/// Says why a command did not do what it was asked.
fn report(error: &(dyn Error + 'static)) -> ExitCode {
    match error.downcast_ref() {
        Some(ConfigError::Mistakes { file, mistakes }) => {
            let shown = check::show::on_stderr().settings(file.as_deref(), mistakes);
            on_stderr(&shown);
        }
        _ if is_read_enough(error) => {}
        _ => complain(&config::with_causes(error)),
    }
    exit::code(error).into()
}

/// Serves OAuth dynamic client registration (RFC 7591) for a mail server.
///
/// Gatepost, a plugin, decides which clients may register and with what metadata. This program
/// brings HTTP, API keys and a directory that survives a power cut.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true, max_term_width = 80)]
#[command(after_help = EXAMPLE, after_long_help = format!("{EXAMPLE}\n\n{}", exit::CODES))]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: ServeFlags,
}

/// What to begin with.
const EXAMPLE: &str = "Example:\n  gatepost-server --data gatepost-data";

/// How to serve.
#[derive(Args, Clone, Debug, Default)]
struct ServeFlags {
    /// Where settings and data are.
    #[command(flatten)]
    places: Places,
    /// Address and port to listen on; port 0 picks a free one [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// The plugin: `component` for the built-in one, or the file of a component or a C library [default: linked in]
    #[arg(long, value_name = "FILE")]
    plugin: Option<PathBuf>,
    /// Give every request a fresh instance; needs a component: --plugin (or the setting plugin.path) is `component`, or
    /// the file of one
    #[arg(long)]
    isolate: bool,
}

/// What is swept.
#[derive(Args, Clone, Debug)]
struct SweepFlags {
    /// Show the counts as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    tools: Tools,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the registration endpoint (also without a command)
    ///
    /// Prints `listening on http://ADDR:PORT` when ready. It asks nothing: on a data folder that is empty, where
    /// `setup` made no administrator, it creates an account and two API keys. A terminal shows them, with a command that
    /// registers an example client; otherwise they are written to the file first-start.txt in the data folder.
    #[command(
        after_help = "Example:\n  gatepost-server serve --config /etc/gatepost/gatepost.toml"
    )]
    Serve(ServeFlags),
    /// Set up a new server: configuration, data folder, administrator
    ///
    /// Asks on a terminal. Each question is an option too, for a script. What is there already is not changed: with a
    /// configuration file that is there, only the administrator is made.
    #[command(
        after_help = "Example:\n  gatepost-server setup --public-url https://mail.example.org \\\n      --trusted-proxy 127.0.0.1/32 --forwarded-header x-forwarded-for \\\n      --admin alice@example.org --password-file password"
    )]
    Setup(setup::SetupFlags),
    /// Manage accounts: who can sign in
    #[command(after_help = "Example:\n  gatepost-server account create --name alice@example.org")]
    Account {
        #[command(subcommand)]
        command: AccountCommand,
    },
    /// Manage API keys
    #[command(after_help = "Example:\n  gatepost-server key list")]
    Key {
        #[command(subcommand)]
        command: KeyCommand,
    },
    /// Register, list and remove OAuth clients by hand
    #[command(after_help = "Example:\n  gatepost-server client list")]
    Client {
        #[command(subcommand)]
        command: ClientCommand,
    },
    /// Write the whole directory as JSON lines, to be imported
    ///
    /// Works while the server runs. Browsers that signed in and devices that wait are left out.
    #[command(after_help = "Example:\n  gatepost-server export backup.jsonl")]
    Export(transfer::Flags),
    /// Take over what was exported into an empty directory
    ///
    /// All of it is taken over, or nothing.
    #[command(after_help = "Example:\n  gatepost-server import backup.jsonl --data new-data")]
    Import(transfer::ImportFlags),
    /// Show what came of requests, and why
    ///
    /// Refused ones with what can be done. Reads the audit log, also while the server runs. A refusal shows its number on the
    /// page, and has it in the header X-Request-Id.
    #[command(after_help = "Example:\n  gatepost-server events --refused --since 1h")]
    Events(EventsFlags),
    /// Remove the clients that nobody uses
    ///
    /// The server does the same at an interval.
    #[command(
        after_help = "Example:\n  gatepost-server sweep --config /etc/gatepost/gatepost.toml"
    )]
    Sweep(SweepFlags),
    /// Show which clients would stop working under other settings
    ///
    /// Changes nothing. Reads the whole directory, also while the server runs. Exits with 0 if every client goes on
    /// working, 1 if one does not, 2 if the settings have mistakes or a client cannot be judged, and 4 if something
    /// failed.
    #[command(
        after_help = "Example:\n  gatepost-server review --config new.toml --data /var/lib/gatepost"
    )]
    Review(ReviewFlags),
    /// Decide the decisions of an audit log again under other settings
    ///
    /// Changes nothing. Exits with 0 if nothing would be decided otherwise, 1 if something would, 2 if the settings
    /// have mistakes or a line of the log cannot be read, and 4 if something failed.
    #[command(
        after_help = "Example:\n  gatepost-server replay --config new.toml gatepost-data/audit.jsonl"
    )]
    Replay(ReplayFlags),
    /// Show what would be decided about client metadata documents
    ///
    /// Registers nothing. Exits with 0 if all are accepted, 1 if one is refused, 2 if one cannot be read or the
    /// settings have mistakes, and 4 if something failed. Without a document, the settings alone are checked; with
    /// --data, also whether the clients in the data folder go on working, and if one does not, it exits with 1.
    #[command(
        after_help = "Example:\n  gatepost-server check --config gatepost.toml document.json"
    )]
    Check(CheckFlags),
    /// Tell the life of a mail client, with every exchange
    ///
    /// The story goes from discovery to deletion. Starts a server of its own on a free port. Exits with 0 only if all went as it should.
    #[command(after_help = "Example:\n  gatepost-server demo")]
    Demo {
        /// Data folder, which is kept [default: a temporary one]
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
    },
    /// Print what a shell needs to complete commands and options
    #[command(
        after_help = "Example:\n  gatepost-server completions bash > /etc/bash_completion.d/gatepost-server"
    )]
    Completions {
        /// Which shell
        #[arg(value_name = "SHELL")]
        shell: Shell,
    },
    /// Write the man pages into a folder
    #[command(hide = true)]
    ManPages {
        /// The folder, which is made if it is not there
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    },
    /// Write the WASM component this program was built with to a file
    #[command(after_help = "Example:\n  gatepost-server component --out gatepost.wasm")]
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

fn sweep(flags: SweepFlags) -> Done {
    let swept = with_decider(flags.tools, async |decider| {
        let mut progress = Progress::new("looked at", "clients");
        let now = gatepost_directory::now();
        Ok(sweep::once(&decider, now, || progress.step()).await?)
    })?;
    let sweep::Swept {
        clients,
        removed,
        unjudged,
    } = swept;
    if flags.json {
        let told = json!({"clients": clients, "removed": removed, "unjudged": unjudged});
        writeln!(io::stdout(), "{told}")?;
    } else {
        writeln!(io::stdout(), "removed {removed} of {clients} clients")?;
    }
    if unjudged > 0 {
        let unjudged = counted(unjudged, "client");
        let stay = format!("{unjudged} could not be judged; what cannot be judged stays");
        return Err(Undone::Refused(stay).into());
    }
    Ok(ExitCode::SUCCESS)
}

fn demonstrate(data: Option<&Path>) -> Done {
    runtime()?.block_on(demo::run(data))?;
    Ok(ExitCode::SUCCESS)
}

fn judged(verdict: Result<Verdict, Box<dyn Error>>) -> ExitCode {
    match verdict {
        Ok(verdict) => verdict.into(),
        Err(error) => report(&*error),
    }
}

fn write_component(out: &Path) -> Done {
    std::fs::write(out, gatepost_plugin::COMPONENT)
        .map_err(|error| format!("cannot write {}: {error}", out.display()))?;
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    /// The commands that a person can find, with those below them.
    fn commands(command: &clap::Command) -> Vec<clap::Command> {
        let below = command.get_subcommands();
        let visible = below.filter(|below| !below.is_hide_set());
        let mut found: Vec<_> = visible.flat_map(commands).collect();
        found.push(command.clone());
        found
    }

    /// The words of a line for a shell, with the lines that follow a backslash.
    fn words(line: &str) -> Vec<String> {
        let line = line.replace("\\\n", " ");
        let pieces = line.split('\'').enumerate();
        let words = pieces.flat_map(|(turn, piece)| match turn % 2 {
            0 => piece.split_whitespace().map(str::to_owned).collect(),
            _ => vec![piece.to_owned()],
        });
        words.take_while(|word| word != ">").collect()
    }

    #[test]
    fn each_command_has_an_example_that_it_takes() {
        let all = commands(&Cli::command());
        assert!(all.len() > 20, "{}", all.len());
        for command in all {
            let name = command.get_name();
            let help = command.get_after_help().map(ToString::to_string);
            let help = help.unwrap_or_default();
            let example = help.split("\n\n").next().unwrap_or_default();
            let Some(example) = example.strip_prefix("Example:\n") else {
                panic!("{name} has no example: {help}");
            };
            let example = words(example);
            if let Err(error) = Cli::try_parse_from(&example) {
                panic!("{name}: {example:?}: {error}");
            }
        }
    }
}
