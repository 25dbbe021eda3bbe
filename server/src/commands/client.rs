//! `gatepost-server client`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use gatepost_directory::Permission;
use gatepost_directory::{Change, Inquiry, Search};
use gatepost_plugin::{Caller, Credential, Decision, Operation, Outcome};
use serde_json::json;

use super::check;
use super::printable::printable;
use super::tools::{Done, Tools, runtime, with_decider};
use crate::decide::stored::{Listed, listed};

#[derive(Subcommand)]
pub(super) enum ClientCommand {
    /// Register a client, and print what it is told, its secret among it, once
    ///
    /// Redirect URIs are allowed that no client could register itself, such as stalwart://auth.
    /// Works while the server runs, at once.
    Add(AddFlags),
    /// List all clients: id, users and name, with a tab between them
    List(Tools),
    /// Disable a client: it is as if it were not there, until it is enabled
    Disable(One),
    /// Enable a client that was disabled
    Enable(One),
    /// Remove a client, with all that it holds
    Remove(One),
}

/// One client.
#[derive(Args)]
pub(super) struct One {
    /// The client's id
    #[arg(value_name = "ID")]
    client_id: String,
    #[command(flatten)]
    tools: Tools,
}

#[derive(Args)]
pub(super) struct AddFlags {
    /// The client's metadata, JSON; `-` reads standard input
    #[arg(value_name = "DOCUMENT", required_unless_present = "redirect_uris",
          conflicts_with_all = ["redirect_uris", "name"])]
    document: Option<PathBuf>,
    /// The client's id [default: one is drawn]
    #[arg(long)]
    id: Option<String>,
    /// A redirect URI of a public client; may be given several times
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// The client's name
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    tools: Tools,
}

pub(super) fn run(command: ClientCommand) -> Done {
    match command {
        ClientCommand::Add(flags) => add(flags),
        ClientCommand::List(tools) => list(tools),
        ClientCommand::Disable(one) => {
            let client_id = one.client_id.clone();
            change(one, Operation::Disable { client_id }, Some(true))
        }
        ClientCommand::Enable(one) => {
            let client_id = one.client_id.clone();
            change(one, Operation::Enable { client_id }, Some(false))
        }
        ClientCommand::Remove(one) => {
            let client_id = one.client_id.clone();
            change(one, Operation::Remove { client_id }, None)
        }
    }
}

fn add(flags: AddFlags) -> Done {
    let metadata = match &flags.document {
        Some(path) => check::read(path)
            .map_err(|error| format!("{} cannot be read: {error}", path.display()))?,
        None => public_client(flags.redirect_uris, flags.name),
    };
    let inquiry = Inquiry {
        client_id: flags.id.clone(),
        registrant: None,
        revision: None,
        now: gatepost_directory::now(),
    };
    let decision = with_decider(flags.tools, async |decider| {
        let decided = decider.decide(
            inquiry,
            administrator(),
            Operation::Provision {
                client_id: flags.id,
                metadata,
            },
        );
        Ok(decided.await?)
    })?;
    finish(&decision)
}

/// Does something to a client, and notes whether it is disabled from then on.
fn change(one: One, operation: Operation, is_disabled: Option<bool>) -> Done {
    let One { client_id, tools } = one;
    let inquiry = Inquiry {
        client_id: Some(client_id.clone()),
        registrant: None,
        revision: None,
        now: gatepost_directory::now(),
    };
    let noted = is_disabled.map(|is_disabled| Change::Disable {
        client_id,
        is_disabled,
    });
    let decision = with_decider(tools, async |decider| {
        let follows = move |_: &Decision| noted.iter().cloned().collect();
        let decided = decider.decide_and(inquiry, administrator(), operation, follows);
        Ok(decided.await?)
    })?;
    finish(&decision)
}

fn list(tools: Tools) -> Done {
    let config = tools.config()?;
    let plugin = config.load_plugin(&config.public_url(config.listen))?;
    let now = gatepost_directory::now();
    runtime()?.block_on(async {
        let mut stdout = io::stdout().lock();
        let mut search = Search::all(PAGE, now);
        let directory = gatepost_directory::open_to_read(&config.store).await?;
        loop {
            let page = directory.clients(&search).await?;
            let Some(last) = page.last() else { break };
            search.after = Some(last.place);
            for entry in &page {
                let Listed::Live { name } = listed(&*plugin, entry, now)? else {
                    continue;
                };
                let name = printable(&name.unwrap_or_default(), usize::MAX);
                writeln!(stdout, "{}\t{}\t{name}", entry.client_id, entry.users)?;
            }
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// Whoever can run this program on the directory may do what an administrator may.
fn administrator() -> Caller {
    let permissions = Permission::ADMINISTRATOR.iter();
    Caller {
        credential: Credential::Accepted,
        permissions: permissions.map(|p| p.name().to_owned()).collect(),
        ..Caller::default()
    }
}

/// Prints what was decided.
fn finish(decision: &Decision) -> Done {
    for said in &decision.diagnostics {
        eprintln!("gatepost-server: {}", check::line(said));
    }
    match decision.outcome {
        Outcome::Accept => {
            let body = &decision.response.body;
            if !body.is_empty() {
                writeln!(io::stdout(), "{body}")?;
            }
            Ok(ExitCode::SUCCESS)
        }
        Outcome::Refuse => Ok(ExitCode::FAILURE),
    }
}

/// The metadata of a client that has no secret, such as a web page or a program.
fn public_client(redirect_uris: Vec<String>, name: Option<String>) -> Vec<u8> {
    let mut metadata = json!({
        "redirect_uris": redirect_uris,
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    });
    if let Some(name) = name {
        metadata["client_name"] = name.into();
    }
    metadata.to_string().into_bytes()
}

/// How many clients are read at once.
const PAGE: u32 = 1000;
