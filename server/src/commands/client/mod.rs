//! `gatepost-server client`.

mod rotate;
mod show;

use std::error::Error;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use gatepost_directory::Permission;
use gatepost_directory::{Change, Inquiry, Search};
use gatepost_plugin::{Caller, Credential, Decision, Operation, Outcome};
use serde_json::{Value, json};

use crate::commands::check;
use crate::commands::confirm::Consent;
use crate::commands::exit::{Code, Undone};
use crate::commands::said::{complain, done, hand_over, said};
use crate::commands::table::{Column, Table};
use crate::commands::tools::{Done, Tools, with_decider, with_reader};
use crate::commands::unreadable::{Unreadable, readable};
use crate::commands::when::Shown;
use crate::decide::stored::{Listed, look, waits};
use crate::decide::{Decider, Undecided, WEB_ADMINISTRATION};
use crate::shell::quoted;

#[derive(Subcommand)]
pub(super) enum ClientCommand {
    /// Register a client, and print what it is told, once
    ///
    /// Its secret is among it. Redirect URIs are allowed that no client could register itself, such as stalwart://auth.
    /// Works while the server runs, at once.
    #[command(
        after_help = "Example:\n  gatepost-server client add --id webmail --name Webmail \\\n      --redirect-uri https://webmail.example.org/callback"
    )]
    Add(AddFlags),
    /// List all clients: id, users, name and state
    #[command(after_help = "Example:\n  gatepost-server client list --data /var/lib/gatepost")]
    List(ListFlags),
    /// Show one client, and what the settings say of it now
    #[command(after_help = "Example:\n  gatepost-server client show webmail")]
    Show(ShowFlags),
    /// Disable a client: as if it were not there, until it is enabled
    #[command(after_help = "Example:\n  gatepost-server client disable webmail")]
    Disable(One),
    /// Enable a client that was disabled
    #[command(after_help = "Example:\n  gatepost-server client enable webmail")]
    Enable(One),
    /// Approve a client that waits for an administrator
    ///
    /// Look at it first, with `client show`, which shows its revision too. If the client changed since then, it is not
    /// approved. Everybody may use it from then on.
    #[command(
        after_help = "Example:\n  gatepost-server client approve gpc_Fn7NHSTAj7VzJEIBOp6CtqAz --revision 1"
    )]
    Approve(ApproveFlags),
    /// Deny a client that waits for an administrator, which removes it
    ///
    /// Asks before it does so, unless --yes is given.
    #[command(after_help = "Example:\n  gatepost-server client deny gpc_Fn7NHSTAj7VzJEIBOp6CtqAz")]
    Deny(Ending),
    /// Give a client a new secret, and print it once
    ///
    /// The secret is alone on standard output. The setting `secret-overlap` says how long the old one works.
    /// Asks before it does so, unless --yes is given.
    #[command(after_help = "Example:\n  gatepost-server client rotate-secret webmail")]
    RotateSecret(Ending),
    /// Give a client a new registration access token, printed once
    ///
    /// The token is alone on standard output. With it, the client reads, changes and deletes its registration. The old one
    /// ends at once. Asks before it does so, unless --yes is given.
    #[command(
        after_help = "Example:\n  gatepost-server client rotate-token gpc_Fn7NHSTAj7VzJEIBOp6CtqAz"
    )]
    RotateToken(Ending),
    /// Remove a client, with all that users granted to it
    ///
    /// Asks before it does so, unless --yes is given.
    #[command(after_help = "Example:\n  gatepost-server client remove webmail")]
    Remove(Ending),
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

/// A client as somebody saw it.
#[derive(Args)]
pub(super) struct ApproveFlags {
    /// The revision that was looked at, as `client show` shows it; it has to be given
    #[arg(long, value_name = "N")]
    revision: Option<u64>,
    #[command(flatten)]
    one: One,
}

/// A client of which something ends.
#[derive(Args)]
pub(super) struct Ending {
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    one: One,
}

/// What is listed, and how.
#[derive(Args)]
pub(super) struct ListFlags {
    /// Show it as JSON, with an object in a line for each client, and times in seconds since 1970
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    tools: Tools,
}

/// What is shown, and how.
#[derive(Args)]
pub(super) struct ShowFlags {
    #[command(flatten)]
    one: One,
    #[command(flatten)]
    shown: Shown,
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
        ClientCommand::List(flags) => list(flags),
        ClientCommand::Show(flags) => show::show(flags.one.client_id, flags.one.tools, flags.shown),
        ClientCommand::Disable(one) => {
            let client_id = one.client_id.clone();
            change(one, Operation::Disable { client_id }, true)
        }
        ClientCommand::Enable(one) => {
            let client_id = one.client_id.clone();
            change(one, Operation::Enable { client_id }, false)
        }
        ClientCommand::Approve(flags) => approve(flags),
        ClientCommand::Deny(flags) => deny(flags),
        ClientCommand::RotateSecret(flags) => rotate::secret(flags),
        ClientCommand::RotateToken(flags) => rotate::registration_access_token(flags),
        ClientCommand::Remove(flags) => remove(flags),
    }
}

fn add(flags: AddFlags) -> Done {
    let config = flags.tools.clone().config()?;
    let callback = config
        .public_url(config.listen)
        .at(WEB_ADMINISTRATION_CALLBACK);
    let is_web_administration = flags.id.as_deref() == Some(WEB_ADMINISTRATION);
    let metadata = match &flags.document {
        Some(path) => check::read(path).map_err(|error| {
            Undone::Mistake(format!("{} cannot be read: {error}", path.display()))
        })?,
        None => {
            let mut redirect_uris = flags.redirect_uris;
            if is_web_administration && !redirect_uris.contains(&callback) {
                said(&format!(
                    "added the redirect URI {callback}, by which this server's own pages sign in"
                ));
                redirect_uris.push(callback);
            }
            public_client(redirect_uris, flags.name)
        }
    };
    let inquiry = Inquiry {
        client_id: flags.id.clone(),
        registrant: None,
        revision: None,
        counts_tokens: false,
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
    finish(&decision, |answer| {
        let registered: Value = serde_json::from_str(answer).unwrap_or_default();
        let client_id = registered["client_id"].as_str().unwrap_or_default();
        said(&format!("registered the client {client_id}"));
        match registered.get("client_secret") {
            Some(_) => hand_over(answer, "`client rotate-secret`"),
            None => Ok(writeln!(io::stdout(), "{answer}")?),
        }
    })
}

/// Disables a client, or enables it, and notes that for lists.
fn change(one: One, operation: Operation, is_disabled: bool) -> Done {
    let One { client_id, tools } = one;
    let inquiry = about(&client_id);
    let noted = Change::Disable {
        client_id: client_id.clone(),
        is_disabled,
    };
    let decision = with_decider(tools, async |decider| {
        let follows = move |_: &Decision| vec![noted.clone()];
        let decided = decider.decide_and(inquiry, administrator(), operation, follows);
        Ok(decided.await?)
    })?;
    finish(&decision, |_| {
        done(&match is_disabled {
            true => format!(
                "disabled the client {client_id}: it is as if it were not there, until it is enabled"
            ),
            false => format!("enabled the client {client_id}"),
        })?;
        Ok(())
    })
}

fn approve(flags: ApproveFlags) -> Done {
    let One { client_id, tools } = flags.one;
    let revision = flags.revision.ok_or_else(|| {
        Undone::Mistake(format!(
            "--revision is missing, so that nothing was approved: `client show {}` shows the client, and the command that \
             approves it as it is now",
            quoted(&client_id)
        ))
    })?;
    let inquiry = Inquiry {
        revision: Some(revision),
        counts_tokens: false,
        ..about(&client_id)
    };
    let approval = Operation::Approve {
        client_id: client_id.clone(),
    };
    let decision = with_decider(tools, async |decider| {
        match decider.decide(inquiry, administrator(), approval).await {
            Err(Undecided::Changed) => Err(Undone::Refused(format!(
                "nothing was changed: revision {revision} is not what the client {client_id} is now; look at it again, \
                 with `client show`"
            ))
            .into()),
            decided => Ok(decided?),
        }
    })?;
    finish(&decision, |_| {
        done(&format!("approved the client {client_id}"))?;
        Ok(())
    })
}

fn deny(flags: Ending) -> Done {
    let One { client_id, tools } = flags.one;
    let decision = with_decider(tools, async |decider| {
        let (read, users) = look_at(&decider, &client_id).await?;
        // One that is not there, or does not wait, is no reason to ask.
        if waits(&read.diagnostics) {
            flags.consent.to(&format!(
                "This removes the client {client_id}, which waits for approval. {}",
                who_is_left(users)
            ))?;
        }
        let denial = Operation::Deny {
            client_id: client_id.clone(),
        };
        let decided = decider.decide(about(&client_id), administrator(), denial);
        Ok(decided.await?)
    })?;
    finish(&decision, |_| {
        done(&format!("denied the client {client_id}: it is removed"))?;
        Ok(())
    })
}

fn remove(flags: Ending) -> Done {
    let One { client_id, tools } = flags.one;
    let (decision, users) = with_decider(tools, async |decider| {
        let (read, users) = look_at(&decider, &client_id).await?;
        // One that is not there is no reason to ask.
        if !is_missing(&read) {
            flags.consent.to(&format!(
                "This removes the client {client_id}. Its tokens end at once. {}",
                who_is_left(users)
            ))?;
        }
        let removal = Operation::Remove {
            client_id: client_id.clone(),
        };
        let decided = decider.decide(about(&client_id), administrator(), removal);
        Ok((decided.await?, users))
    })?;
    finish(&decision, |_| {
        done(&format!("removed the client {client_id}, users: {users}"))?;
        Ok(())
    })
}

/// What is said of a client before it ends, and how many users it has.
async fn look_at(decider: &Decider, client_id: &str) -> Result<(Decision, u64), Box<dyn Error>> {
    let now = gatepost_directory::now();
    let entry = decider.directory().client(client_id, now).await?;
    let read = Operation::Read {
        client_id: client_id.to_owned(),
    };
    let read = decider.decide(about(client_id), administrator(), read);
    Ok((read.await?, entry.map_or(0, |entry| entry.users)))
}

fn who_is_left(users: u64) -> String {
    match users {
        0 => "Nobody uses it.".to_owned(),
        1 => "1 user has to sign in again with another.".to_owned(),
        users => format!("{users} users have to sign in again with another."),
    }
}

fn about(client_id: &str) -> Inquiry {
    Inquiry {
        client_id: Some(client_id.to_owned()),
        registrant: None,
        revision: None,
        counts_tokens: false,
        now: gatepost_directory::now(),
    }
}

fn list(flags: ListFlags) -> Done {
    with_reader(flags.tools, async |directory, config| {
        let plugin = config.compile(&config.public_url(config.listen))?;
        let now = gatepost_directory::now();
        let mut search = Search::all(PAGE, now);
        let mut table = Table::on_stdout(COLUMNS);
        let mut unreadable = Unreadable::default();
        loop {
            let page = directory.clients(&search).await?;
            let Some(last) = page.last() else { break };
            search.after = Some(last.place);
            for entry in &page {
                // One that cannot be read is listed without a name.
                let looked = readable(entry).and_then(|()| look(&*plugin, entry, now));
                let (name, waits) = match looked.map(|looked| (looked.listed, looked.waits)) {
                    Ok((Listed::Deleted, _)) => continue,
                    Ok((Listed::Live { name }, waits)) => (name, waits),
                    Err(error) => {
                        unreadable.note("client", &entry.client_id, &error.to_string());
                        (None, false)
                    }
                };
                if flags.json {
                    table.json(&show::facts(entry, name, waits))?;
                    continue;
                }
                table.row(vec![
                    entry.client_id.clone(),
                    entry.users.to_string(),
                    name.unwrap_or_default(),
                    show::state(entry, waits).to_owned(),
                ])?;
            }
        }
        table.show()?;
        Ok(unreadable.code())
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

/// Says what was found, and ends as it was decided.
fn finish(decision: &Decision, accepted: impl FnOnce(&str) -> Result<(), Box<dyn Error>>) -> Done {
    for said in &decision.diagnostics {
        complain(&check::line(said));
    }
    match decision.outcome {
        Outcome::Accept => {
            accepted(&decision.response.body)?;
            Ok(ExitCode::SUCCESS)
        }
        Outcome::Refuse if is_missing(decision) => Ok(Code::NotFound.into()),
        Outcome::Refuse => Ok(Code::Refused.into()),
    }
}

fn is_missing(decision: &Decision) -> bool {
    let mut codes = decision.diagnostics.iter().map(|said| &*said.code);
    codes.any(|code| code == "client-not-found")
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

/// The client of the web administration, as mail servers know it, and where this server's own pages get the answer of
/// their sign-in.
const WEB_ADMINISTRATION_CALLBACK: &str = "/admin/callback";

/// What is listed of a client.
const COLUMNS: &[Column] = &[
    Column::whole("ID"),
    Column::number("USERS"),
    Column::cut("NAME"),
    Column::whole("STATE"),
];

/// How many clients are read at once.
const PAGE: u32 = 1000;
