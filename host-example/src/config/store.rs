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
    Postgres(Box<PostgresUrl>),
}

impl Store {
    pub(super) const ALLOWED: &str = "`sqlite:` and the path of a file, or `postgres://` and a database on this \
        machine; for one elsewhere, `sslmode=disable` says that the way there needs no encryption";

    pub(super) fn in_folder(folder: &Path) -> Self {
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

/// A database, and how to sign in there. The password does not show itself.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(tokio_postgres::Config);

impl PostgresUrl {
    /// How to connect.
    pub fn config(&self) -> &tokio_postgres::Config {
        &self.0
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresUrl")
            .field("hosts", &self.0.get_hosts())
            .field("database", &self.0.get_dbname())
            .finish_non_exhaustive()
    }
}

impl FromStr for PostgresUrl {
    type Err = ();

    fn from_str(url: &str) -> Result<Self, ()> {
        if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
            return Err(());
        }
        let config: tokio_postgres::Config = url.parse().map_err(|_| ())?;
        let is_local = |host: &Host| match host {
            Host::Unix(_) => true,
            Host::Tcp(name) => {
                let address = name.trim_matches(['[', ']']).parse::<IpAddr>();
                name == "localhost" || address.is_ok_and(|address| address.is_loopback())
            }
        };
        let is_unencrypted = config.get_ssl_mode() == SslMode::Disable;
        let is_near = config.get_hosts().iter().all(is_local);
        let is_told = !config.get_hosts().is_empty();
        // This program speaks no TLS to databases, and does not give a password away.
        let is_safe = is_near && config.get_ssl_mode() != SslMode::Require;
        (is_told && (is_safe || is_unencrypted))
            .then_some(Self(config))
            .ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stores() {
        for (url, is_one) in [
            ("sqlite:a.db", true),
            ("sqlite:", false),
            ("a.db", false),
            ("mysql://db", false),
            ("postgres://localhost/gatepost", true),
            ("postgres://gatepost:secret@127.0.0.1:5433/gatepost", true),
            ("postgresql://gatepost@[::1]/gatepost", true),
            ("postgres:///gatepost?host=/run/postgresql", true),
            ("postgres://gatepost@%2Frun%2Fpostgresql/gatepost", true),
            ("postgres:///gatepost", false),
            ("postgres://db.example.com/gatepost", false),
            ("postgres://127.0.0.1,db.example.com/gatepost", false),
            ("postgres://db.example.com/gatepost?sslmode=disable", true),
            ("postgres://localhost/gatepost?sslmode=require", false),
        ] {
            assert_eq!(url.parse::<Store>().is_ok(), is_one, "{url}");
        }
        let store: Store = "postgres://a:secret@localhost/b"
            .parse()
            .expect("it is one");
        let shown = format!("{store:?}");
        assert!(
            shown.contains("localhost") && !shown.contains("secret"),
            "{shown}"
        );
    }
}
