//! The SQLite file: how it is made, opened and brought up to date.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::OpenError;

/// Opens the file for writing. It is made if it is missing, for its owner only.
pub(super) fn open(path: &Path) -> Result<Connection, OpenError> {
    create(path).map_err(|source| OpenError::Create {
        path: path.display().to_string(),
        source,
    })?;
    let mut connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(|source| sqlite_error(path, source))?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

/// Opens a file that may be in use elsewhere, and leaves it as it is.
pub(super) fn open_as_it_is(path: &Path) -> Result<Connection, OpenError> {
    let connection = open_reader(path)?;
    let version = version(&connection, path)?;
    if version < MIGRATIONS.len() {
        return Err(OpenError::TooOld {
            path: path.display().to_string(),
        });
    }
    Ok(connection)
}

/// Opens the file, which is open for writing too, for reading.
pub(super) fn open_reader(path: &Path) -> Result<Connection, OpenError> {
    connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(|source| sqlite_error(path, source))
}

fn create(path: &Path) -> io::Result<()> {
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    if !folder.exists() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)?;
        // SQLite makes sure that the file is found in its folder after a power cut, and we that the
        // folder is found in its own.
        if let Some(parent) = folder.canonicalize()?.parent() {
            File::open(parent)?.sync_all()?;
        }
    }
    OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)?;
    File::open(folder)?.sync_all()
}

fn connect(path: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    // Another process that creates a key holds the lock for milliseconds.
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    connection.pragma_update(None, "cache_size", -CACHE)?;
    // Otherwise a statement is planned anew for every value that is looked up.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    if access.contains(OpenFlags::SQLITE_OPEN_READ_WRITE) {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // Copying the log back is a wait for the disk too, and the longer the log, the rarer.
        connection.pragma_update(None, "wal_autocheckpoint", LOG)?;
        // Less would let a power cut undo what was acknowledged.
        connection.pragma_update(None, "synchronous", "FULL")?;
        // On macOS, a plain sync leaves data in the disk's own memory.
        connection.pragma_update(None, "fullfsync", true)?;
        connection.pragma_update(None, "foreign_keys", true)?;
    }
    Ok(connection)
}

/// How much of the file may be kept in memory, for each connection, in KiB. The operating system keeps the
/// rest. More would be slower: SQLite goes through all of it at the end of a transaction that split a page,
/// which is every one with new clients in it, and a reader drops it whenever something was written.
const CACHE: i64 = 1 << 10;

/// How long the log may become before it is copied back, in pages of 4 KiB.
const LOG: i64 = 8192;

/// `Gate`: tells our files from other programs'.
pub(super) const APPLICATION_ID: i64 = 0x4761_7465;

/// One script for each version. One that was released never changes.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("1.sql"),
    include_str!("2.sql"),
    concat!(include_str!("3.sql"), include_str!("owners.sql")),
    include_str!("4.sql"),
    include_str!("5.sql"),
    include_str!("6.sql"),
];

/// The version that this program brings a file to.
pub(super) const VERSION: usize = MIGRATIONS.len();

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), OpenError> {
    version(connection, path)?;
    upgrade(connection).map_err(|source| sqlite_error(path, source))
}

/// The version of a file that is ours, or nobody's and empty.
fn version(connection: &Connection, path: &Path) -> Result<usize, OpenError> {
    let (application_id, version) =
        state(connection).map_err(|source| sqlite_error(path, source))?;
    match application_id {
        APPLICATION_ID => {}
        0 if version == 0 => {}
        _ => return Err(OpenError::Foreign(path.display().to_string())),
    }
    if version > MIGRATIONS.len() {
        return Err(OpenError::TooNew {
            path: path.display().to_string(),
            found: version,
            known: MIGRATIONS.len(),
        });
    }
    Ok(version)
}

fn upgrade(connection: &mut Connection) -> rusqlite::Result<()> {
    // Only who holds the lock may ask which version there is: another process may be upgrading.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (_, version) = state(&transaction)?;
    for script in MIGRATIONS.iter().skip(version) {
        transaction.execute_batch(script)?;
    }
    if version < MIGRATIONS.len() {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
    }
    transaction.commit()
}

fn state(connection: &Connection) -> rusqlite::Result<(i64, usize)> {
    let application_id = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let version: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    Ok((application_id, version as usize))
}

fn sqlite_error(path: &Path, source: rusqlite::Error) -> OpenError {
    OpenError::Sqlite {
        path: path.display().to_string(),
        source,
    }
}
