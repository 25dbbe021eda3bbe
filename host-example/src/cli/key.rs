//! `gatepost-host key`.

use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use thiserror::Error;

use super::{Done, Tools, runtime};
use crate::config::{self, Config};
use crate::directory::{self, NewKey};
use crate::permission::Permission;
use crate::secret::{Purpose, Secret};
use crate::plugin::SettingFinding;

#[derive(Subcommand)]
pub(super) enum KeyCommand {
    /// Create an API key and print it, once, alone on standard output
    ///
    /// Works while the server runs, at once.
    Create(KeyFlags),
}

#[derive(Args)]
pub(super) struct KeyFlags {
    /// What the key is for, in your words
    #[arg(long)]
    name: String,
    /// The account the key acts for; created if there is none of that name
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// What the key allows; may be given several times
    #[arg(long = "permission", value_name = "PERMISSION", required = true)]
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
#[derive(Debug, Error)]
#[error("the terms have mistakes{}", config::list(.0))]
pub(super) struct TermsError(Vec<SettingFinding>);

pub(super) fn run(KeyCommand::Create(flags): KeyCommand) -> Done {
    let config = flags.tools.config()?;
    let terms = match flags.terms {
        Some(terms) => Some(checked(terms, &config)?),
        None => None,
    };
    let key = Secret::draw(Purpose::ApiKey)?;
    let now = directory::now();
    let new = NewKey {
        hash: key.hash(),
        name: flags.name,
        account: flags.account,
        permissions: flags.permissions,
        terms,
        created_at: now,
        expires_at: flags
            .expires_at
            .or(flags.expires_in.map(|days| now + days * 86_400)),
    };
    runtime()?.block_on(async {
        let directory = directory::open(&config.store).await?;
        let added = directory.add_key(new).await;
        directory.close().await;
        added.map_err(Box::<dyn std::error::Error>::from)
    })?;
    writeln!(io::stdout(), "{}", key.reveal())?;
    Ok(ExitCode::SUCCESS)
}

/// Terms that the plugin takes. Which they are is its business.
fn checked(terms: String, config: &Config) -> Result<String, Box<dyn std::error::Error>> {
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
