//! `gatepost-server setup`: the configuration file, the data folder and the administrator of a new server.

mod person;
mod wish;

use std::error::Error;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use gatepost_directory::{NewAccount, OpenError, Permission, Store, is_account_name, now};
use ipnet::IpNet;
use tempfile::NamedTempFile;

use self::person::Person;
use self::wish::{Front, Wish, usable};
use super::account::{self, NO_ACCOUNT_NAME};
use super::exit::Undone;
use super::password;
use super::said::{complain, done};
use super::tools::{Done, runtime, with_new};
use crate::config::{self, Config, ConfigError, Overrides, PublicUrl};
use crate::operate::Tls;
use crate::password::hash;
use crate::shell::quoted;

/// The answers, for a script. On a terminal, what is missing is asked.
#[derive(Args, Clone, Debug)]
pub(super) struct SetupFlags {
    /// Configuration file to write; one that is there is used as it is [default: gatepost.toml]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Data folder to make [default: gatepost-data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Address by which mail clients reach the server, such as https://mail.example.org [default: where it listens]
    #[arg(long, value_name = "URL", value_parser = wish::public_url)]
    public_url: Option<PublicUrl>,
    /// Address and port to listen on [default: those of a public URL on this machine, or 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    /// Network of the proxies in front; may be given several times
    #[arg(long = "trusted-proxy", value_name = "NETWORK")]
    trusted_proxies: Vec<IpNet>,
    /// Header in which the proxies say who asks: x-forwarded-for or forwarded
    #[arg(
        long,
        value_name = "HEADER",
        requires = "trusted_proxies",
        conflicts_with = "proxy_protocol"
    )]
    forwarded_header: Option<String>,
    /// The proxies begin each connection with the PROXY protocol
    #[arg(long, requires = "trusted_proxies")]
    proxy_protocol: bool,
    /// Nothing is in front but what passes connections on as they are
    #[arg(long, conflicts_with_all = ["trusted_proxies", "tls_certificate"])]
    no_proxy: bool,
    /// File of this server's own TLS certificate, PEM
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// File of the certificate's private key, PEM
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// File with the address of a PostgreSQL database, such as postgres://gatepost:PASSWORD@localhost/gatepost
    #[arg(long, value_name = "FILE")]
    database_file: Option<PathBuf>,
    /// Name of the administrator's account, such as an e-mail address
    #[arg(long, value_name = "NAME")]
    admin: Option<String>,
    /// File with the administrator's password alone in it
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Read the administrator's password from standard input
    #[arg(long, conflicts_with = "password_file")]
    password_stdin: bool,
}

/// Asks, makes everything, and says how to go on. What is there already stays as it is.
pub(super) fn run(flags: &SetupFlags) -> Done {
    let person = Person::on_terminal();
    let path = flags
        .config
        .clone()
        .unwrap_or_else(|| PathBuf::from("gatepost.toml"));
    for named in [Some(&path), flags.data.as_ref()].into_iter().flatten() {
        usable(named)?;
    }
    let (config, text) = match path.symlink_metadata() {
        Ok(_) => (used_as_it_is(flags, &path)?, None),
        Err(_) => {
            let (config, text) = written(flags, &path, person.as_ref())?;
            (config, Some(text))
        }
    };
    let public_url = config.public_url(config.listen);
    config.compile(&public_url)?;
    if let Some(files) = &config.tls {
        Tls::new(files).map_err(|error| Undone::Mistake(config::with_causes(&error)))?;
    }

    let name = administrator(flags, person.as_ref())?;
    if has_account(&config, &name)? {
        return Err(Undone::Refused(format!(
            "there is an account {name} already, and nothing was changed: `account password` gives it \
             another password"
        ))
        .into());
    }
    let account = NewAccount {
        name: name.clone(),
        password_hash: hash(&chosen_password(flags, person.as_ref())?)?,
        permissions: Permission::ADMINISTRATOR.to_vec(),
        created_at: now(),
    };
    // The file comes first: if this is ended here, another run uses it, and makes the account.
    if let Some(text) = &text {
        write(&path, text, &config)?;
    }
    let made = with_new(&config, async |directory, journal| {
        match account::add(&*directory, journal, account).await? {
            true => Ok(()),
            false => Err(Undone::Refused(format!("there is an account {name} already")).into()),
        }
    });
    if let Err(error) = made {
        if text.is_some() {
            fs::remove_file(&path).map_err(|left| {
                format!(
                    "{error}; {} is left, and cannot be removed: {left}",
                    path.display()
                )
            })?;
        }
        return Err(error);
    }
    for line in [
        format!("Configuration:  {}", path.display()),
        match &config.store {
            Store::Sqlite(file) => format!("Directory:      {}", file.display()),
            Store::Postgres(_) => "Directory:      the PostgreSQL database".to_owned(),
        },
        format!("Administrator:  {name}"),
        String::new(),
        "This starts the server:".to_owned(),
        format!("  {}", start(flags, &path, text.is_some())),
        format!("Then sign in as {name} at {public_url}/admin/"),
    ] {
        done(&line)?;
    }
    if let Some(elsewhere) = config.reached_elsewhere(config.listen) {
        complain(&format!("warning: {elsewhere}"));
    }
    Ok(std::process::ExitCode::SUCCESS)
}

/// The command that starts what was set up.
fn start(flags: &SetupFlags, path: &Path, is_new: bool) -> String {
    let mut line = format!(
        "gatepost-server serve --config {}",
        quoted(&path.to_string_lossy())
    );
    // A file that is new says where the data is.
    if let Some(data) = flags.data.as_ref().filter(|_| !is_new) {
        line.push_str(&format!(" --data {}", quoted(&data.to_string_lossy())));
    }
    line
}

/// The settings of a file that is there, which nothing is added to.
fn used_as_it_is(flags: &SetupFlags, path: &Path) -> Result<Config, Box<dyn Error>> {
    let config = Config::load(&Overrides {
        config: Some(path.to_owned()),
        data: flags.data.clone(),
        ..Overrides::default()
    })?;
    let wishes = [
        ("--public-url", flags.public_url.is_some()),
        ("--listen", flags.listen.is_some()),
        ("--trusted-proxy", !flags.trusted_proxies.is_empty()),
        ("--no-proxy", flags.no_proxy),
        ("--tls-certificate", flags.tls_certificate.is_some()),
        ("--database-file", flags.database_file.is_some()),
    ];
    match wishes.iter().find(|(_, is_given)| *is_given) {
        None => Ok(config),
        Some((option, _)) => Err(Undone::Refused(format!(
            "{} is there already, and is not changed: leave out {option}, or name another file with --config",
            path.display()
        ))
        .into()),
    }
}

/// The settings of a new file, and its text, which says what was wished for.
fn written(
    flags: &SetupFlags,
    path: &Path,
    person: Option<&Person>,
) -> Result<(Config, String), Box<dyn Error>> {
    let mut wish = Wish::of(flags)?;
    if let Some(person) = person {
        wish.ask(flags, person)?;
    }
    match Config::from_text(path, wish.text()?) {
        // Whether there has to be a proxy is for the configuration to say.
        Err(ConfigError::Mistakes { mistakes, .. })
            if mistakes
                .iter()
                .any(|m| m.finding.path == "server.trusted-proxies")
                && wish.front == Front::Unsaid
                && person.is_some() =>
        {
            if let Some(person) = person {
                wish.ask_for_proxies(person)?;
            }
        }
        read => return Ok((read?, wish.text()?)),
    }
    let text = wish.text()?;
    Ok((Config::from_text(path, text.clone())?, text))
}

fn administrator(flags: &SetupFlags, person: Option<&Person>) -> Result<String, Box<dyn Error>> {
    let checked = |name: &str| match is_account_name(name) {
        true => Ok(name.to_owned()),
        false => Err(NO_ACCOUNT_NAME.to_owned()),
    };
    match (&flags.admin, person) {
        (Some(name), _) => checked(name).map_err(|why| Undone::Mistake(why).into()),
        (None, Some(person)) => person.ask(
            "Name of the administrator, such as your e-mail address",
            None,
            checked,
        ),
        (None, None) => Err(unsaid("--admin")),
    }
}

fn chosen_password(flags: &SetupFlags, person: Option<&Person>) -> Result<String, Box<dyn Error>> {
    match (&flags.password_file, flags.password_stdin, person) {
        (Some(path), _, _) => password::read(fs::File::open(path).map_err(|error| {
            Undone::Mistake(format!("cannot read {}: {error}", path.display()))
        })?),
        (None, true, _) => password::on_stdin(),
        (None, false, Some(_)) => password::ask(),
        (None, false, None) => Err(unsaid("--password-file or --password-stdin")),
    }
}

fn unsaid(option: &str) -> Box<dyn Error> {
    Undone::Mistake(format!(
        "nothing was changed: there is no terminal to ask on, so that {option} is needed"
    ))
    .into()
}

/// Whether there is an account of this name. Nothing is made to find out.
fn has_account(config: &Config, name: &str) -> Result<bool, Box<dyn Error>> {
    if matches!(&config.store, Store::Sqlite(file) if !file.exists()) {
        return Ok(false);
    }
    runtime()?.block_on(async {
        let directory = match gatepost_directory::open_to_read(&config.store).await {
            Ok(directory) => directory,
            // One that is to be made, or to be brought up to date.
            Err(OpenError::TooOld { .. }) => return Ok(false),
            Err(_) if matches!(config.store, Store::Postgres(_)) => return Ok(false),
            Err(error) => return Err(error.into()),
        };
        let found = directory.account(name).await;
        directory.close().await;
        Ok(found?.is_some())
    })
}

/// Writes the file so that it is there whole or not at all. One with a password in it is its owner's alone.
fn write(path: &Path, text: &str, config: &Config) -> Result<(), Box<dyn Error>> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    let in_file = |error: io::Error| format!("cannot write {}: {error}", path.display());
    let mut file = NamedTempFile::new_in(folder).map_err(in_file)?;
    file.write_all(text.as_bytes()).map_err(in_file)?;
    if matches!(config.store, Store::Sqlite(_)) {
        let readable = Permissions::from_mode(0o644);
        file.as_file().set_permissions(readable).map_err(in_file)?;
    }
    file.as_file().sync_all().map_err(in_file)?;
    file.persist_noclobber(path)
        .map_err(|failed| in_file(failed.error))?;
    Ok(())
}
