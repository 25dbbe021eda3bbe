//! Where the directory is.

use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use tokio_postgres::config::{Host, SslMode};

/// Where the directory is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Store {
    /// In an SQLite file.
    Sqlite(PathBuf),
    /// In a PostgreSQL database.
    Postgres(Box<Database>),
}

impl Store {
    /// What a URL of a store looks like, for whoever wrote another.
    pub const ALLOWED: &str = "`sqlite:` and the path of a file, or `postgres://` and a database";

    /// What it is kept in.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Sqlite(_) => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// An SQLite file in this folder.
    pub fn in_folder(folder: &Path) -> Self {
        Self::Sqlite(folder.join("gatepost.db"))
    }
}

impl FromStr for Store {
    type Err = ();

    fn from_str(url: &str) -> Result<Self, ()> {
        match url.strip_prefix("sqlite:") {
            Some("") => Err(()),
            Some(path) => Ok(Self::Sqlite(path.into())),
            None => url.parse().map(|url| Self::Postgres(Box::new(url))),
        }
    }
}

/// A database, how to sign in there, and how to know it. The password does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct Database {
    config: tokio_postgres::Config,
    tls_authority: Option<PathBuf>,
}

impl Database {
    /// How to connect.
    pub fn config(&self) -> &tokio_postgres::Config {
        &self.config
    }

    /// Whether the way there is encrypted, and the database known by its certificate.
    pub fn is_encrypted(&self) -> bool {
        self.config.get_ssl_mode() == SslMode::Require
    }

    /// Who has to have signed the certificate, PEM; if unset, anybody whom the operating system trusts.
    pub fn tls_authority(&self) -> Option<&Path> {
        self.tls_authority.as_deref()
    }

    /// Believes certificates that were signed by these alone.
    pub fn trust(&mut self, authority: PathBuf) {
        self.tls_authority = Some(authority);
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("hosts", &self.config.get_hosts())
            .field("database", &self.config.get_dbname())
            .field("tls_authority", &self.tls_authority)
            .finish_non_exhaustive()
    }
}

impl FromStr for Database {
    type Err = ();

    fn from_str(url: &str) -> Result<Self, ()> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(());
        }
        let mut config: tokio_postgres::Config = url.parse().map_err(|_| ())?;
        if config.get_hosts().is_empty() {
            return Err(());
        }
        let reach = reach(&config);
        config.ssl_mode(match (config.get_ssl_mode(), reach) {
            // What is said to need no encryption gets none, and a socket needs none.
            (SslMode::Disable, _) | (_, Reach::Socket) => SslMode::Disable,
            (SslMode::Prefer, Reach::Machine) => SslMode::Disable,
            // Elsewhere, whoever is in between could say that the database prefers none.
            _ => SslMode::Require,
        });
        Ok(Self {
            config,
            tls_authority: None,
        })
    }
}

/// How far away a database is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Reach {
    Socket,
    Machine,
    Network,
}

/// How far away the farthest is, of those that the database may be found at.
fn reach(config: &tokio_postgres::Config) -> Reach {
    let of_address = |address: &IpAddr| match address.is_loopback() {
        true => Reach::Machine,
        false => Reach::Network,
    };
    let of_host = |host: &Host| match host {
        Host::Unix(_) => Reach::Socket,
        Host::Tcp(name) if name == "localhost" => Reach::Machine,
        Host::Tcp(name) => {
            let address = name.trim_matches(['[', ']']).parse();
            address.map_or(Reach::Network, |address| of_address(&address))
        }
    };
    let named = config.get_hosts().iter().map(of_host);
    // Where they are given, these are where it goes, whatever the names.
    let numbered = config.get_hostaddrs().iter().map(of_address);
    named.chain(numbered).max().unwrap_or(Reach::Network)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores() {
        for url in ["sqlite:", "a.db", "mysql://db", "postgres:///gatepost"] {
            assert_eq!(url.parse::<Store>(), Err(()), "{url}");
        }
        assert_eq!("sqlite:a.db".parse(), Ok(Store::Sqlite("a.db".into())));
        let store: Store = "postgres://a:secret@localhost/b"
            .parse()
            .expect("it is one");
        let shown = format!("{store:?}");
        assert!(
            shown.contains("localhost") && !shown.contains("secret"),
            "{shown}"
        );
    }

    #[test]
    fn the_way_to_a_database_is_encrypted_unless_it_is_short_or_somebody_says_otherwise() {
        for (url, is_encrypted) in [
            ("postgres://localhost/gatepost", false),
            ("postgres://gatepost:secret@127.0.0.1:5433/gatepost", false),
            ("postgresql://gatepost@[::1]/gatepost", false),
            ("postgres:///gatepost?host=/run/postgresql", false),
            ("postgres://gatepost@%2Frun%2Fpostgresql/gatepost", false),
            (
                "postgres:///gatepost?host=/run/postgresql&sslmode=require",
                false,
            ),
            ("postgres://localhost/gatepost?sslmode=require", true),
            ("postgres://localhost/gatepost?hostaddr=127.0.0.1", false),
            ("postgres://localhost/gatepost?hostaddr=192.0.2.1", true),
            ("postgres://db.example.com/gatepost", true),
            ("postgres://db.example.com/gatepost?sslmode=prefer", true),
            (
                "postgres://db.example.com/gatepost?hostaddr=127.0.0.1",
                true,
            ),
            ("postgres://127.0.0.1,db.example.com/gatepost", true),
            ("postgres://192.0.2.1/gatepost", true),
            ("postgres://db.example.com/gatepost?sslmode=disable", false),
        ] {
            let database: Database = url.parse().expect("it is one");
            assert_eq!(database.is_encrypted(), is_encrypted, "{url}");
        }
    }
}
