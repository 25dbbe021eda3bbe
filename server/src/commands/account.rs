//! `gatepost-server account`.

use std::error::Error;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use gatepost_directory::Permission;
use gatepost_directory::secret::{Purpose, Secret};
use gatepost_directory::{
    AccountChange, Directory, DirectoryError, Ended, KeyEntry, KeyId, NamePlace, NewAccount,
    is_account_name,
};
use serde_json::json;

use super::confirm::Consent;
use super::exit::Undone;
use super::said::{counted, done, hand_over, said};
use super::table::{Column, Table};
use super::tools::{Done, Tools, with_journal, with_reader};
use super::unreadable::Unreadable;
use super::{password, permission};
use crate::observe::audit::{Act, Audit, Deed};
use crate::password::{HashError, hash};

#[derive(Subcommand)]
pub(super) enum AccountCommand {
    /// Create an account, and print its password once
    ///
    /// The password is alone on standard output.
    #[command(after_help = "Example:\n  gatepost-server account create --name alice@example.org")]
    Create(CreateFlags),
    /// Give an account another password
    ///
    /// That ends its sessions in browsers, and all that it granted to programs. Asks before it does so, unless --yes is given.
    #[command(after_help = "Example:\n  gatepost-server account password --name alice@example.org")]
    Password(PasswordFlags),
    /// Give an account other permissions in place of those it has
    #[command(
        override_usage = "gatepost-server account permit --name <NAME>\n           --permission <PERMISSION>... [OPTIONS]"
    )]
    #[command(
        after_help = "Example:\n  gatepost-server account permit --name alice@example.org \\\n      --permission authenticate --permission oauth-client-list"
    )]
    Permit(PermitFlags),
    /// Sign an account out everywhere
    ///
    /// That ends its sessions in browsers, and all that it granted to programs. Asks before it does so, unless --yes is given.
    #[command(after_help = "Example:\n  gatepost-server account sign-out --name alice@example.org")]
    SignOut(Ending),
    /// List accounts: name and permissions
    #[command(after_help = "Example:\n  gatepost-server account list --data /var/lib/gatepost")]
    List(ListFlags),
    /// Remove an account with all that it granted, and its API keys
    ///
    /// Asks before it does so, unless --yes is given.
    #[command(after_help = "Example:\n  gatepost-server account remove --name alice@example.org")]
    Remove(Ending),
}

#[derive(Args)]
pub(super) struct CreateFlags {
    /// The account's name, such as an e-mail address
    #[arg(long)]
    name: String,
    /// What the account may do; may be given several times
    #[arg(
        long = "permission",
        value_name = "PERMISSION",
        default_value = "authenticate",
        value_parser = permission::parser()
    )]
    permissions: Vec<Permission>,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    tools: Tools,
}

#[derive(Args)]
pub(super) struct PasswordFlags {
    /// The account's name
    #[arg(long)]
    name: String,
    /// Leave what the account granted to programs, which go on without asking again
    #[arg(long)]
    keep_grants: bool,
    #[command(flatten)]
    source: Source,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    tools: Tools,
}

#[derive(Args)]
pub(super) struct PermitFlags {
    /// The account's name
    #[arg(long)]
    name: String,
    /// What the account may do from now on; may be given several times
    #[arg(
        long = "permission",
        value_name = "PERMISSION",
        required = true,
        value_parser = permission::parser()
    )]
    permissions: Vec<Permission>,
    #[command(flatten)]
    tools: Tools,
}

/// An account of which something ends.
#[derive(Args)]
pub(super) struct Ending {
    /// The account's name
    #[arg(long)]
    name: String,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    tools: Tools,
}

/// What is listed, and how.
#[derive(Args)]
pub(super) struct ListFlags {
    /// Show it as JSON, with an object in a line for each account
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    tools: Tools,
}

/// Where a password comes from.
#[derive(Args)]
struct Source {
    /// Read the password from standard input, instead of drawing one; a terminal asks for it
    #[arg(long)]
    password_stdin: bool,
}

/// A password, and whether its owner has yet to see it.
enum Password {
    Drawn(Secret),
    Given(String),
}

pub(super) fn run(command: AccountCommand) -> Done {
    match command {
        AccountCommand::Create(flags) => create(flags),
        AccountCommand::Password(flags) => change_password(flags),
        AccountCommand::Permit(flags) => permit(flags),
        AccountCommand::List(flags) => list(flags),
        AccountCommand::SignOut(one) => sign_out(one),
        AccountCommand::Remove(one) => remove(one),
    }
}

fn create(flags: CreateFlags) -> Done {
    let CreateFlags {
        name, permissions, ..
    } = flags;
    if !is_account_name(&name) {
        return Err(Undone::Mistake(NO_ACCOUNT_NAME.to_owned()).into());
    }
    let password = flags.source.password()?;
    let account = NewAccount {
        name: name.clone(),
        password_hash: password.hash()?,
        permissions,
        created_at: gatepost_directory::now(),
    };
    with_journal(flags.tools, async |directory, journal| {
        match add(&*directory, journal, account).await? {
            true => Ok(()),
            false => Err(Undone::Refused(
                "there is an account of this name already; `account password` and `account permit` change it"
                    .to_owned(),
            )
            .into()),
        }
    })?;
    password.reveal(&format!("created the account {name}"))
}

/// Makes an account, and writes that to the audit log; unless there is one of its name.
pub(super) async fn add(
    directory: &dyn Directory,
    journal: &Audit,
    account: NewAccount,
) -> Result<bool, DirectoryError> {
    let permissions = account.permissions.iter();
    let made = Act::on_command_line(Deed::AccountMade, account.created_at)
        .to(&*account.name)
        .allowing(permissions.map(|permission| permission.name()));
    let is_made = directory.add_account(account).await?;
    if is_made {
        journal.note_act(made, None);
    }
    Ok(is_made)
}

fn change_password(flags: PasswordFlags) -> Done {
    with_journal(flags.tools, async |directory, journal| {
        let name = flags.name;
        let grants = grants_of(&*directory, &name).await?;
        flags.consent.to(&match flags.keep_grants {
            true => format!("This ends the sessions of {name} in browsers."),
            false => format!(
                "This ends the sessions of {name} in browsers, and what it granted to programs: {grants}."
            ),
        })?;
        let password = flags.source.password()?;
        let change = AccountChange {
            password_hash: Some(password.hash()?),
            keeps_grants: flags.keep_grants,
            ..AccountChange::default()
        };
        let changed = Act::on_command_line(Deed::PasswordChanged, gatepost_directory::now());
        change_account(&*directory, journal, &name, change, changed).await?;
        let ended = match flags.keep_grants {
            true => "its sessions in browsers ended",
            false => "its sessions in browsers and all that it granted to programs ended",
        };
        password.reveal(&format!("changed the password of {name}: {ended}"))
    })
}

fn permit(flags: PermitFlags) -> Done {
    with_journal(flags.tools, async |directory, journal| {
        let (name, permissions) = (flags.name, flags.permissions);
        let names = permissions.iter().map(|permission| permission.name());
        let may = names.clone().collect::<Vec<_>>().join(" ");
        let changed = Act::on_command_line(Deed::PermissionsChanged, gatepost_directory::now())
            .allowing(names);
        let change = AccountChange {
            permissions: Some(permissions),
            ..AccountChange::default()
        };
        change_account(&*directory, journal, &name, change, changed).await?;
        done(&format!("{name} may now: {may}"))
    })
}

async fn change_account(
    directory: &dyn Directory,
    journal: &Audit,
    name: &str,
    change: AccountChange,
    changed: Act,
) -> Result<(), Box<dyn Error>> {
    if !directory.change_account(name, change).await? {
        return Err(no_such_account(name));
    }
    journal.note_act(changed.to(name), None);
    Ok(())
}

fn list(flags: ListFlags) -> Done {
    with_reader(flags.tools, async |directory, _| {
        let mut table = Table::on_stdout(COLUMNS);
        let mut after = NamePlace::default();
        let mut unreadable = Unreadable::default();
        loop {
            let page = directory.accounts(&after, PAGE).await?;
            let Some(last) = page.last() else {
                table.show()?;
                return Ok(unreadable.code());
            };
            after = last.place.clone();
            for entry in &page {
                let account = &entry.account;
                unreadable.note_if("account", &account.name, entry.unreadable.as_deref());
                if flags.json {
                    table.json(&json!({
                        "name": account.name,
                        "permissions": account.permissions,
                        "has_password": entry.password_hash.is_some(),
                        "clients": entry.clients,
                        "created_at": entry.created_at,
                    }))?;
                    continue;
                }
                table.row(vec![account.name.clone(), account.permissions.join(" ")])?;
            }
        }
    })
}

fn sign_out(flags: Ending) -> Done {
    with_journal(flags.tools, async |directory, journal| {
        let name = flags.name;
        let grants = grants_of(&*directory, &name).await?;
        flags.consent.to(&format!(
            "This ends the sessions of {name} in browsers, and what it granted to programs: {grants}."
        ))?;
        let ended = directory.sign_out(&name).await?;
        let Ended { sessions, grants } = ended.ok_or_else(|| no_such_account(&name))?;
        let act = Act::on_command_line(Deed::AccountSignedOut, gatepost_directory::now());
        journal.note_act(act.to(name), None);
        let (sessions, grants) = (counted(sessions, "session"), counted(grants, "grant"));
        done(&format!("ended {sessions} and {grants}"))
    })
}

fn remove(flags: Ending) -> Done {
    with_journal(flags.tools, async |directory, journal| {
        let name = flags.name;
        let grants = grants_of(&*directory, &name).await?;
        let keys = keys_of(&*directory, &name).await?;
        flags.consent.to(&format!(
            "This removes the account {name}. Its sessions end, what it granted to programs ends ({grants}), and so do \
             its API keys ({keys})."
        ))?;
        if !directory.remove_account(&name).await? {
            return Err(no_such_account(&name));
        }
        let act = Act::on_command_line(Deed::AccountRemoved, gatepost_directory::now());
        journal.note_act(act.to(&*name), None);
        done(&format!("removed the account {name}"))
    })
}

/// How many programs an account lets in, in words.
async fn grants_of(directory: &dyn Directory, name: &str) -> Result<String, Box<dyn Error>> {
    let entry = directory.account(name).await?;
    let entry = entry.ok_or_else(|| no_such_account(name))?;
    let grants = directory.grants(entry.account.id, gatepost_directory::now());
    Ok(counted(grants.await?.len() as u64, "grant"))
}

/// How many API keys end with an account, in words.
async fn keys_of(directory: &dyn Directory, name: &str) -> Result<String, Box<dyn Error>> {
    let (mut keys, mut after) = (0, KeyId::numbered(i64::MIN));
    loop {
        let page = directory.keys(after, PAGE).await?;
        let Some(last) = page.last() else {
            return Ok(counted(keys, "key"));
        };
        after = last.id;
        let ends = |key: &&KeyEntry| {
            let belongs = |named: &Option<String>| named.as_deref() == Some(name);
            key.revoked_at.is_none() && (belongs(&key.account) || belongs(&key.owner))
        };
        keys += page.iter().filter(ends).count() as u64;
    }
}

impl Source {
    fn password(&self) -> Result<Password, Box<dyn std::error::Error>> {
        if !self.password_stdin {
            return Ok(Password::Drawn(Secret::draw(Purpose::Password)?));
        }
        Ok(Password::Given(password::on_stdin()?))
    }
}

impl Password {
    fn hash(&self) -> Result<String, HashError> {
        hash(match self {
            Self::Drawn(secret) => secret.reveal(),
            Self::Given(text) => text,
        })
    }

    /// Prints a password that was drawn, alone on standard output, and what was done.
    fn reveal(&self, what: &str) -> Done {
        match self {
            Self::Drawn(secret) => {
                said(what);
                hand_over(secret.reveal(), "`account password`")?;
                Ok(ExitCode::SUCCESS)
            }
            Self::Given(_) => done(what),
        }
    }
}

pub(super) const NO_ACCOUNT_NAME: &str =
    "an account's name has from 1 to 255 bytes and no control characters";

fn no_such_account(name: &str) -> Box<dyn Error> {
    Undone::NotFound(format!("there is no account {name}")).into()
}

/// What is listed of an account.
const COLUMNS: &[Column] = &[Column::whole("NAME"), Column::cut("PERMISSIONS")];

/// How many accounts are read at once.
const PAGE: u32 = 1000;
