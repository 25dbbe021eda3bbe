//! `gatepost-server key`.

use std::error::Error;
use std::fs;
use std::process::ExitCode;

use clap::{Args, Subcommand};
use gatepost_directory::secret::{Purpose, Secret};
use gatepost_directory::{
    Directory, KeyEntry, KeyId, NewKey, Permission, is_account_name, is_key_name, permission,
};
use gatepost_plugin::SettingFinding;
use serde_json::json;

use super::account::NO_ACCOUNT_NAME;
use super::confirm::Consent;
use super::exit::Undone;
use super::permission::parser;
use super::said::{done, hand_over, said};
use super::table::{Column, Table};
use super::tools::{Done, Tools, with_journal, with_reader};
use super::unreadable::Unreadable;
use super::when::{self, Shown, Zone};
use crate::config::{self, Config};
use crate::observe::audit::{Act, Deed};

#[derive(Subcommand)]
pub(super) enum KeyCommand {
    /// Create an API key and print it, once, alone on standard output
    ///
    /// Works while the server runs, at once.
    #[command(
        override_usage = "gatepost-server key create --name <NAME>\n           --permission <PERMISSION>... [OPTIONS]"
    )]
    #[command(
        after_help = "Example:\n  gatepost-server key create --name 'help desk' --expires-in 90 \\\n      --permission authenticate --permission oauth-client-registration"
    )]
    Create(KeyFlags),
    /// List API keys, and what they allow now
    ///
    /// The columns are number, name, state, last use, account, and what the key allows.
    #[command(after_help = "Example:\n  gatepost-server key list --data /var/lib/gatepost")]
    List(ListFlags),
    /// Revoke an API key by its number, at once
    ///
    /// Asks before it does so, unless --yes is given.
    #[command(after_help = "Example:\n  gatepost-server key revoke 3")]
    Revoke(Revoking),
}

/// What is listed, and how.
#[derive(Args)]
pub(super) struct ListFlags {
    #[command(flatten)]
    shown: Shown,
    #[command(flatten)]
    tools: Tools,
}

/// The key that ends.
#[derive(Args)]
pub(super) struct Revoking {
    /// The key's number, as `key list` shows it
    number: i64,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    tools: Tools,
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
    /// When the key expires: a date, a time (RFC 3339), or seconds since 1970; a date is its first moment here
    #[arg(long, value_name = "TIME", conflicts_with = "expires_in", value_parser = when::moment)]
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
        KeyCommand::List(flags) => list(flags),
        KeyCommand::Revoke(flags) => revoke(flags),
    }
}

fn revoke(flags: Revoking) -> Done {
    let number = flags.number;
    with_journal(flags.tools, async |directory, journal| {
        let (id, now) = (KeyId::numbered(number), gatepost_directory::now());
        let missing = || Undone::NotFound(format!("there is no key with the number {number}"));
        let before = KeyId::numbered(number.saturating_sub(1));
        let page = directory.keys(before, 1).await?;
        let key = page
            .first()
            .filter(|key| key.id == id)
            .ok_or_else(missing)?;
        if key.revoked_at.is_some() {
            return done(&format!("key {number} ({}) was revoked before", key.name));
        }
        let acts_for = match &key.account {
            Some(account) => format!(", which acts for {account}"),
            None => String::new(),
        };
        flags.consent.to(&format!(
            "This revokes key {number} ({}){acts_for}; it was last used: {}. Programs that use it are refused from then on.",
            key.name,
            Zone::default().clock().time_if(key.last_used_at),
        ))?;
        if !directory.revoke_key(id, now).await? {
            return Err(missing().into());
        }
        let revoked = Act::on_command_line(Deed::KeyRevoked, now).to(number.to_string());
        journal.note_act(revoked, None);
        done(&format!("revoked key {number} ({})", key.name))
    })
}

fn list(flags: ListFlags) -> Done {
    let Shown { json, zone } = flags.shown;
    with_reader(flags.tools, async |directory, _| {
        let clock = zone.clock();
        let mut table = Table::on_stdout(COLUMNS);
        let now = gatepost_directory::now();
        let mut after = KeyId::numbered(i64::MIN);
        let mut unreadable = Unreadable::default();
        loop {
            let page = directory.keys(after, PAGE).await?;
            let Some(last) = page.last() else {
                table.show()?;
                return Ok(unreadable.code());
            };
            after = last.id;
            for key in &page {
                let state = match (key.revoked_at, key.expires_at) {
                    (Some(_), _) => "revoked",
                    (None, Some(at)) if at <= now => "expired",
                    _ => "live",
                };
                let number = key.id.number();
                unreadable.note_if("key", &number.to_string(), key.unreadable.as_deref());
                if json {
                    table.json(&json!({
                        "number": number,
                        "name": key.name,
                        "state": state,
                        "account": key.account,
                        "owner": key.owner,
                        "permissions": key.permissions,
                        "allowed": key.allowed,
                        "registrations": key.registrations,
                        "created_at": key.created_at,
                        "expires_at": key.expires_at,
                        "revoked_at": key.revoked_at,
                        "last_used_at": key.last_used_at,
                    }))?;
                    continue;
                }
                table.row(vec![
                    number.to_string(),
                    key.name.clone(),
                    state.to_owned(),
                    match key.last_used_at {
                        Some(at) if !table.is_for_a_person() => at.to_string(),
                        at => clock.time_if(at),
                    },
                    key.account.as_deref().unwrap_or("-").to_owned(),
                    allowed(key),
                ])?;
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
        return Err(Undone::Mistake(
            "a key's name has from 1 to 100 characters and no control characters".to_owned(),
        )
        .into());
    }
    let key = Secret::draw(Purpose::ApiKey)?;
    let now = gatepost_directory::now();
    let expires_at = flags
        .expires_at
        .or(flags.expires_in.map(|days| now + days * 86_400));
    let new = NewKey {
        hash: key.hash(),
        name: flags.name,
        account: flags.account,
        owner: None,
        made_with: None,
        permissions: flags.permissions,
        terms,
        created_at: now,
        expires_at,
    };
    let id = with_journal(flags.tools, async |directory, journal| {
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
        Ok(id)
    })?;
    let ends = match expires_at {
        Some(at) => format!("expires {}", Zone::default().clock().time(at)),
        None => "never expires".to_owned(),
    };
    said(&format!("created key {}, which {ends}", id.number()));
    let another = format!(
        "`key create`, and revoke this one: `key revoke {}`",
        id.number()
    );
    hand_over(key.reveal(), &another)?;
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
            false => Err(Undone::Mistake(NO_ACCOUNT_NAME.to_owned()).into()),
        };
    };
    let held = entry.account.permissions;
    let mut names = permissions.iter().map(|permission| permission.name());
    match names.find(|name| !permission::can_give(&held, name)) {
        None => Ok(()),
        Some(missing) => Err(Undone::Mistake(format!(
            "the account may not do `{missing}`, and no key allows more than its account; give the account what it \
             may do with `account permit`: now it is {}",
            match held.is_empty() {
                true => "nothing".to_owned(),
                false => held.join(", "),
            }
        ))
        .into()),
    }
}

/// Terms that the plugin takes. Which they are is its business.
fn checked(terms: String, config: &Config) -> Result<String, Box<dyn Error>> {
    let terms = match terms.strip_prefix('@') {
        Some(path) => fs::read_to_string(path)
            .map_err(|error| Undone::Mistake(format!("cannot read {path}: {error}")))?,
        None => terms,
    };
    let plugin = config.compile(&config.public_url(config.listen))?;
    plugin.check_terms(&terms)?.map_err(TermsError)?;
    Ok(terms)
}

/// What is listed of a key.
const COLUMNS: &[Column] = &[
    Column::number("NO"),
    Column::cut("NAME"),
    Column::whole("STATE"),
    Column::whole("LAST USE"),
    Column::cut("ACCOUNT"),
    Column::cut("ALLOWS"),
];

/// How many keys are read at once.
const PAGE: u32 = 1000;
