//! What the new server is to be, and the configuration file that says so.

use std::error::Error;
use std::fmt::Write;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use gatepost_directory::Store;
use ipnet::IpNet;
use toml::Value;

use super::SetupFlags;
use super::person::Person;
use crate::commands::exit::Undone;
use crate::config::PublicUrl;

/// What the new server is to be.
pub(super) struct Wish {
    listen: SocketAddr,
    public_url: Option<PublicUrl>,
    pub(super) front: Front,
    store: StoreWish,
}

/// What is in front of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Front {
    /// Nobody has said.
    Unsaid,
    /// Nothing but what passes connections on.
    Nothing,
    /// Nothing: the server has a certificate.
    Certificate { certificate: PathBuf, key: PathBuf },
    /// Proxies.
    Proxies {
        networks: Vec<IpNet>,
        header: Option<String>,
        protocol: bool,
    },
}

enum StoreWish {
    Folder(PathBuf),
    Database { url: String, folder: PathBuf },
}

impl Wish {
    /// What the options say.
    pub(super) fn of(flags: &SetupFlags) -> Result<Self, Box<dyn Error>> {
        let folder = flags.data.clone();
        let folder = folder.unwrap_or_else(|| PathBuf::from("gatepost-data"));
        let store = match &flags.database_file {
            None => StoreWish::Folder(folder),
            Some(path) => {
                let text = fs::read_to_string(path).map_err(|error| {
                    Undone::Mistake(format!("cannot read {}: {error}", path.display()))
                })?;
                let url = text.trim().to_owned();
                StoreWish::Database { url, folder }
            }
        };
        let front = match (&flags.tls_certificate, &flags.tls_key) {
            (Some(certificate), Some(key)) => Front::Certificate {
                certificate: certificate.clone(),
                key: key.clone(),
            },
            _ if !flags.trusted_proxies.is_empty() => Front::Proxies {
                networks: flags.trusted_proxies.clone(),
                header: flags.forwarded_header.clone(),
                protocol: flags.proxy_protocol,
            },
            _ if flags.no_proxy => Front::Nothing,
            _ => Front::Unsaid,
        };
        Ok(Self {
            listen: flags
                .listen
                .unwrap_or_else(|| likely(flags.public_url.as_ref())),
            public_url: flags.public_url.clone(),
            front,
            store,
        })
    }

    /// Asks for what the options do not say.
    pub(super) fn ask(
        &mut self,
        flags: &SetupFlags,
        person: &Person,
    ) -> Result<(), Box<dyn Error>> {
        if flags.public_url.is_none() {
            let question = "Address by which mail clients and browsers reach the server, such as\n\
                            https://mail.example.org (nothing: this machine alone)";
            self.public_url = person.ask(question, Some(""), |answer| match answer {
                "" => Ok(None),
                url => public_url(url).map(Some),
            })?;
        }
        if flags.listen.is_none() {
            let question = "Address and port to listen on";
            let default = likely(self.public_url.as_ref()).to_string();
            self.listen = person.ask(question, Some(&default), |answer| {
                let allowed = "write an address and a port, such as 127.0.0.1:8080";
                answer.parse().map_err(|_| allowed.to_owned())
            })?;
        }
        if flags.data.is_none() && flags.database_file.is_none() {
            let question = "Data folder, or the address of a PostgreSQL database";
            let folder = PathBuf::from("gatepost-data");
            self.store = person.ask(question, Some("gatepost-data"), |answer| {
                if !answer.contains("://") {
                    usable(Path::new(answer)).map_err(|undone| undone.to_string())?;
                    return Ok(StoreWish::Folder(answer.into()));
                }
                match answer.parse() {
                    Ok(Store::Postgres(_)) => Ok(StoreWish::Database {
                        url: answer.to_owned(),
                        folder: folder.clone(),
                    }),
                    _ => Err(format!("write a folder, or {}", Store::ALLOWED)),
                }
            })?;
        }
        Ok(())
    }

    /// Asks what is in front of a server that has no certificate, and is reached by https.
    pub(super) fn ask_for_proxies(&mut self, person: &Person) -> Result<(), Box<dyn Error>> {
        let question = "The address is https, so that a proxy such as nginx is in front. Its networks, or\n\
                        `none` if connections are passed on as they are";
        let default = "127.0.0.1/32, ::1/128";
        let networks = person.ask(question, Some(default), |answer| match answer {
            "none" => Ok(Vec::new()),
            list => list
                .split([',', ' '])
                .filter(|network| !network.is_empty())
                .map(|network| network.parse::<IpNet>().map_err(|_| network))
                .collect::<Result<Vec<_>, _>>()
                .map_err(|network| format!("{network} is no network, such as 10.0.0.0/8")),
        })?;
        if networks.is_empty() {
            self.front = Front::Nothing;
            return Ok(());
        }
        let question = "Header in which the proxy says who asks: x-forwarded-for or forwarded";
        let header = person.ask(question, Some("x-forwarded-for"), |answer| match answer {
            "x-forwarded-for" | "forwarded" => Ok(answer.to_owned()),
            _ => Err("write x-forwarded-for or forwarded".to_owned()),
        })?;
        self.front = Front::Proxies {
            networks,
            header: Some(header),
            protocol: false,
        };
        Ok(())
    }

    /// The configuration file, with a sentence for each setting.
    pub(super) fn text(&self) -> Result<String, Undone> {
        let mut text = String::from(
            "\
# The configuration of gatepost-server. The command `check` names every mistake in it.
# After a change, restart the server; most of [oauth.client-registration] needs no more than SIGHUP.

[server]
# The address and port to listen on.
",
        );
        set(&mut text, "listen", &self.listen.to_string());
        match &self.public_url {
            Some(url) => {
                text.push_str(
                    "# The address by which mail clients and browsers reach the server. Clients compare it character by character.\n",
                );
                set(&mut text, "public-url", &url.to_string());
            }
            None => text.push_str(
                "# The address by which mail clients and browsers reach the server, if it is not the one above.\n\
                 # public-url = \"https://mail.example.org\"\n",
            ),
        }
        match &self.front {
            Front::Unsaid => {}
            Front::Nothing => text.push_str(
                "# The proxies in front that are believed when they say who asks: there are none.\ntrusted-proxies = []\n",
            ),
            Front::Certificate { certificate, key } => {
                text.push_str("# The certificate for TLS, and its private key, both PEM. SIGHUP reads them again.\n");
                set(&mut text, "tls-certificate", &absolute(certificate)?);
                set(&mut text, "tls-key", &absolute(key)?);
            }
            Front::Proxies {
                networks,
                header,
                protocol,
            } => {
                text.push_str("# The networks of the proxies in front, which are believed when they say who asks.\n");
                let networks = networks.iter().map(|network| network.to_string().into());
                line(&mut text, "trusted-proxies", &Value::Array(networks.collect()));
                if let Some(header) = header {
                    text.push_str("# The header in which they say it. They have to set it themselves, whatever a client sends.\n");
                    set(&mut text, "forwarded-header", header);
                }
                if *protocol {
                    text.push_str("# They begin each connection with the PROXY protocol.\n");
                    line(&mut text, "proxy-protocol", &Value::Boolean(true));
                }
            }
        }
        text.push_str("\n[store]\n");
        match &self.store {
            StoreWish::Folder(folder) => {
                text.push_str(
                    "# The file of the directory: accounts, API keys and clients. The audit log is beside it.\n",
                );
                let file = absolute(&folder.join("gatepost.db"))?;
                set(&mut text, "url", &format!("sqlite:{file}"));
            }
            StoreWish::Database { url, folder } => {
                text.push_str("# The database of the directory: accounts, API keys and clients. It is a secret if it has a password.\n");
                set(&mut text, "url", url);
                text.push_str(
                    "\n[audit]\n# The log of every decision, and of what administrators do.\n",
                );
                set(&mut text, "path", &absolute(&folder.join("audit.jsonl"))?);
            }
        }
        text.push_str(
            "
[oauth.client-registration]
# Whether only registered clients may be used. false: users may sign in with any client.
require = false
# Whether clients may register without an API key. They are held to what native mail clients need.
anonymous = false
",
        );
        Ok(text)
    }
}

/// Where a server listens that is reached there, if nobody says it.
fn likely(public_url: Option<&PublicUrl>) -> SocketAddr {
    public_url
        .and_then(PublicUrl::loopback)
        .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 8080)))
}

/// Reads the address by which the server is reached.
pub(super) fn public_url(text: &str) -> Result<PublicUrl, String> {
    let wrong = |()| format!("write {}", PublicUrl::ALLOWED);
    text.parse().map_err(wrong)
}

fn set(text: &mut String, key: &str, value: &str) {
    line(text, key, &Value::String(value.to_owned()));
}

fn line(text: &mut String, key: &str, value: &Value) {
    writeln!(text, "{key} = {value}").expect("a string takes everything");
}

/// The server may be started in another folder.
fn absolute(path: &Path) -> Result<String, Undone> {
    usable(path)?;
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    usable(&path).map(str::to_owned)
}

/// A path that a configuration file and a command can have in them, and that is the same in both.
pub(super) fn usable(path: &Path) -> Result<&str, Undone> {
    match path.to_str() {
        None => Err(Undone::Mistake(format!(
            "{} is not UTF-8: choose another path",
            path.display()
        ))),
        Some(path) if path.starts_with('~') => Err(Undone::Mistake(format!(
            "a shell knows what ~ is, and this program does not: write the whole path in place of {path}"
        ))),
        Some(path) => Ok(path),
    }
}
