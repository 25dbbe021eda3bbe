//! `gatepost-server account`.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use gatepost_directory::Permission;
use gatepost_directory::secret::{Purpose, Secret};
use gatepost_directory::{AccountChange, Ended, NamePlace, NewAccount, is_account_name};

use super::permission;
use super::printable::printable;
use super::table::{Column, Table};
use super::tools::{Done, Tools, with_directory, with_journal};
use super::unreadable::Unreadable;
use crate::observe::audit::{Act, Deed};
use crate::password;

#[derive(Subcommand)]
pub(super) enum AccountCommand {
    /// Create an account, and print its password, once, alone on standard output
    Create(CreateFlags),
    /// Give an account another password, which ends its sessions in browsers and all that it granted
    Password(PasswordFlags),
    /// Give an account other permissions in place of those it has
    Permit(PermitFlags),
    /// Sign an account out everywhere: end its sessions in browsers, and all that it granted to programs
    SignOut(One),
    /// List accounts: name and permissions
    List(Tools),
    /// Remove an account with all that it granted, and its API keys
    Remove(One),
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

/// One account.
#[derive(Args)]
pub(super) struct One {
    /// The account's name
    #[arg(long)]
    name: String,
    #[command(flatten)]
    tools: Tools,
}

/// Where a password comes from.
#[derive(Args)]
struct Source {
    /// Read the password from standard input, instead of drawing one
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
        AccountCommand::List(tools) => list(tools),
        AccountCommand::SignOut(one) => sign_out(one),
        AccountCommand::Remove(one) => remove(one),
    }
}

fn create(flags: CreateFlags) -> Done {
    let CreateFlags {
        name, permissions, ..
    } = flags;
    if !is_account_name(&name) {
        return Err(NO_ACCOUNT_NAME.into());
    }
    let password = flags.source.password()?;
    let account = NewAccount {
        name,
        password_hash: password.hash()?,
        permissions,
        created_at: gatepost_directory::now(),
    };
    with_journal(flags.tools, async |directory, journal| {
        let made = Act::on_command_line(Deed::AccountMade, account.created_at)
            .to(&*account.name)
            .allowing(
                account
                    .permissions
                    .iter()
                    .map(|permission| permission.name()),
            );
        if !directory.add_account(account).await? {
            return Err(
                "there is an account of this name already; `account password` and \
                      `account permit` change it"
                    .into(),
            );
        }
        journal.note_act(made, None);
        Ok(())
    })?;
    password.reveal()
}

fn change_password(flags: PasswordFlags) -> Done {
    let password = flags.source.password()?;
    let change = AccountChange {
        password_hash: Some(password.hash()?),
        keeps_grants: flags.keep_grants,
        ..AccountChange::default()
    };
    change_account(flags.tools, &flags.name, change)?;
    password.reveal()
}

fn permit(flags: PermitFlags) -> Done {
    let change = AccountChange {
        permissions: Some(flags.permissions),
        ..AccountChange::default()
    };
    change_account(flags.tools, &flags.name, change)?;
    Ok(ExitCode::SUCCESS)
}

fn change_account(
    tools: Tools,
    name: &str,
    change: AccountChange,
) -> Result<(), Box<dyn std::error::Error>> {
    let now = gatepost_directory::now();
    let changed = match &change.permissions {
        Some(permissions) => Act::on_command_line(Deed::PermissionsChanged, now)
            .allowing(permissions.iter().map(|permission| permission.name())),
        None => Act::on_command_line(Deed::PasswordChanged, now),
    };
    with_journal(tools, async |directory, journal| {
        if !directory.change_account(name, change).await? {
            return Err(NO_SUCH_ACCOUNT.into());
        }
        journal.note_act(changed.to(name), None);
        Ok(())
    })
}

fn list(tools: Tools) -> Done {
    with_directory(tools, async |directory| {
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
                let name = printable(&entry.account.name, usize::MAX);
                unreadable.note_if("account", &name, entry.unreadable.as_deref());
                let permissions = entry.account.permissions.join(" ");
                table.row(vec![entry.account.name.clone(), permissions])?;
            }
        }
    })
}

fn sign_out(one: One) -> Done {
    with_journal(one.tools, async |directory, journal| {
        let ended = directory.sign_out(&one.name).await?;
        let Ended { sessions, grants } = ended.ok_or(NO_SUCH_ACCOUNT)?;
        let act = Act::on_command_line(Deed::AccountSignedOut, gatepost_directory::now());
        journal.note_act(act.to(one.name), None);
        writeln!(
            io::stdout(),
            "ended {sessions} sessions and {grants} grants"
        )?;
        Ok(ExitCode::SUCCESS)
    })
}

fn remove(one: One) -> Done {
    with_journal(one.tools, async |directory, journal| {
        if !directory.remove_account(&one.name).await? {
            return Err(NO_SUCH_ACCOUNT.into());
        }
        let act = Act::on_command_line(Deed::AccountRemoved, gatepost_directory::now());
        journal.note_act(act.to(one.name), None);
        Ok(ExitCode::SUCCESS)
    })
}

impl Source {
    fn password(&self) -> Result<Password, Box<dyn std::error::Error>> {
        if !self.password_stdin {
            return Ok(Password::Drawn(Secret::draw(Purpose::Password)?));
        }
        let mut text = String::new();
        let most = password::LIMIT as u64 + 2;
        io::stdin().lock().take(most).read_to_string(&mut text)?;
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if line.chars().count() < password::SHORTEST {
            return Err(format!(
                "a password has {} characters at least; 15 are better where it is all that is asked for \
                 (NIST SP 800-63B-4 §3.1.1.2)",
                password::SHORTEST
            )
            .into());
        }
        Ok(Password::Given(line.to_owned()))
    }
}

impl Password {
    fn hash(&self) -> Result<String, password::HashError> {
        password::hash(match self {
            Self::Drawn(secret) => secret.reveal(),
            Self::Given(text) => text,
        })
    }

    fn reveal(&self) -> Done {
        if let Self::Drawn(secret) = self {
            writeln!(io::stdout(), "{}", secret.reveal())?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

pub(super) const NO_ACCOUNT_NAME: &str =
    "an account's name has from 1 to 255 bytes and no control characters";

const NO_SUCH_ACCOUNT: &str = "there is no account of this name";

/// What is listed of an account.
const COLUMNS: &[Column] = &[Column::whole("NAME"), Column::cut("PERMISSIONS")];

/// How many accounts are read at once.
const PAGE: u32 = 1000;
