//! `gatepost-server key`.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use gatepost_directory::secret::{Purpose, Secret};
use gatepost_directory::{
    Directory, KeyEntry, KeyId, NewKey, Permission, is_account_name, is_key_name, permission,
};
use gatepost_plugin::SettingFinding;

use super::account::NO_ACCOUNT_NAME;
use super::permission::parser;
use super::printable::printable;
use super::tools::{Done, Tools, with_directory, with_journal};
use super::unreadable::Unreadable;
use crate::config::{self, Config};
use crate::observe::audit::{Act, Deed};

#[derive(Subcommand)]
pub(super) enum KeyCommand {
    /// Create an API key and print it, once, alone on standard output
    ///
    /// Works while the server runs, at once.
    Create(KeyFlags),
    /// List API keys: number, name, state, last use, account and what they allow now
    List(Tools),
    /// Revoke an API key by its number, at once
    Revoke {
        /// The key's number, as `key list` shows it
        number: i64,
        #[command(flatten)]
        tools: Tools,
    },
}

#[derive(Args)]
pub(super) struct KeyFlags {
    /// What the key is for, in your words
    #[arg(long)]
    name: String,
    /// The account the key acts for; created with the key's permissions if there is none of that name
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// What the key allows; may be given several times
    #[arg(
        long = "permission",
        value_name = "PERMISSION",
        required = true,
        value_parser = parser()
    )]
    permissions: Vec<Permission>,
    /// What may be registered with it: JSON, such as {"max-registrations":5}, or @ and a file
    #[arg(long, value_name = "TERMS")]
    terms: Option<String>,
    /// After how many days the key expires [default: never]
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(1..=36_500))]
    expires_in: Option<u64>,
    /// When the key expires, in seconds since 1970
    #[arg(long, value_name = "SECONDS", conflicts_with = "expires_in",
          value_parser = clap::value_parser!(u64).range(1..=1 << 40))]
    expires_at: Option<u64>,
    #[command(flatten)]
    tools: Tools,
}

/// The terms are not what the plugin takes.
#[derive(Debug, thiserror::Error)]
#[error("the terms have mistakes{}", config::list(.0))]
pub(super) struct TermsError(Vec<SettingFinding>);

pub(super) fn run(command: KeyCommand) -> Done {
    match command {
        KeyCommand::Create(flags) => create(flags),
        KeyCommand::List(tools) => list(tools),
        KeyCommand::Revoke { number, tools } => with_journal(tools, async |directory, journal| {
            let (key, now) = (KeyId::numbered(number), gatepost_directory::now());
            if !directory.revoke_key(key, now).await? {
                return Err("there is no key with this number".into());
            }
            let revoked = Act::on_command_line(Deed::KeyRevoked, now).to(number.to_string());
            journal.note_act(revoked, None);
            Ok(ExitCode::SUCCESS)
        }),
    }
}

fn list(tools: Tools) -> Done {
    with_directory(tools, async |directory| {
        let mut stdout = io::stdout().lock();
        let now = gatepost_directory::now();
        let mut after = KeyId::numbered(i64::MIN);
        let mut unreadable = Unreadable::default();
        loop {
            let page = directory.keys(after, PAGE).await?;
            let Some(last) = page.last() else {
                return Ok(unreadable.code());
            };
            after = last.id;
            for key in &page {
                let state = match (key.revoked_at, key.expires_at) {
                    (Some(_), _) => "revoked",
                    (None, Some(at)) if at <= now => "expired",
                    _ => "live",
                };
                let number = key.id.number().to_string();
                unreadable.note_if("key", &number, key.unreadable.as_deref());
                let used = key
                    .last_used_at
                    .map_or("never".to_owned(), |at| at.to_string());
                writeln!(
                    stdout,
                    "{number}\t{}\t{state}\t{used}\t{}\t{}",
                    printable(&key.name, usize::MAX),
                    printable(key.account.as_deref().unwrap_or("-"), usize::MAX),
                    allowed(key)
                )?;
            }
        }
    })
}

/// What a key allows now, which is nothing if its owner may not sign in.
fn allowed(key: &KeyEntry) -> String {
    match key.allowed.is_empty() {
        true => "-".to_owned(),
        false => key.allowed.join(" "),
    }
}

fn create(flags: KeyFlags) -> Done {
    let config = flags.tools.clone().config()?;
    let terms = match flags.terms {
        Some(terms) => Some(checked(terms, &config)?),
        None => None,
    };
    if !is_key_name(&flags.name) {
        return Err("a key's name has from 1 to 100 characters and no control characters".into());
    }
    let key = Secret::draw(Purpose::ApiKey)?;
    let now = gatepost_directory::now();
    let new = NewKey {
        hash: key.hash(),
        name: flags.name,
        account: flags.account,
        owner: None,
        made_with: None,
        permissions: flags.permissions,
        terms,
        created_at: now,
        expires_at: flags
            .expires_at
            .or(flags.expires_in.map(|days| now + days * 86_400)),
    };
    with_journal(flags.tools, async |directory, journal| {
        if let Some(account) = &new.account {
            can_have(&*directory, account, &new.permissions).await?;
        }
        let made = Act::on_command_line(Deed::KeyMade, now)
            .allowing(new.permissions.iter().map(|permission| permission.name()))
            .noting(match &new.account {
                Some(account) => format!("`{}`, acts for {account}", new.name),
                None => format!("`{}`", new.name),
            });
        let id = directory.add_key(new).await?;
        journal.note_act(made.to(id.number().to_string()), None);
        Ok(())
    })?;
    writeln!(io::stdout(), "{}", key.reveal())?;
    Ok(ExitCode::SUCCESS)
}

/// Whether a key that acts for this account can allow all of that: no key allows more than its account may do.
async fn can_have(
    directory: &dyn Directory,
    name: &str,
    permissions: &[Permission],
) -> Result<(), Box<dyn Error>> {
    let Some(entry) = directory.account(name).await? else {
        return match is_account_name(name) {
            true => Ok(()),
            false => Err(NO_ACCOUNT_NAME.into()),
        };
    };
    let held = entry.account.permissions;
    let mut names = permissions.iter().map(|permission| permission.name());
    match names.find(|name| !permission::can_give(&held, name)) {
        None => Ok(()),
        Some(missing) => Err(format!(
            "the account may not do `{missing}`, and no key allows more than its account; give the account what it \
             may do with `account permit`: now it is {}",
            match held.is_empty() {
                true => "nothing".to_owned(),
                false => held.join(", "),
            }
        )
        .into()),
    }
}

/// Terms that the plugin takes. Which they are is its business.
fn checked(terms: String, config: &Config) -> Result<String, Box<dyn Error>> {
    let terms = match terms.strip_prefix('@') {
        Some(path) => {
            fs::read_to_string(path).map_err(|error| format!("cannot read {path}: {error}"))?
        }
        None => terms,
    };
    let plugin = config.load_plugin(&config.public_url(config.listen))?;
    plugin.check_terms(&terms)?.map_err(TermsError)?;
    Ok(terms)
}

/// How many keys are read at once.
const PAGE: u32 = 1000;
