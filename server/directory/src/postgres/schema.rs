//! The database: how it is made, and brought up to date.

use super::link::Borrowed;
use crate::error::OpenError;

/// One script for each version. One that was released never changes.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("1.sql"),
    include_str!("2.sql"),
    concat!(include_str!("3.sql"), include_str!("owners.sql")),
    include_str!("4.sql"),
    include_str!("5.sql"),
    include_str!("6.sql"),
];

/// The version that this program brings a database to.
pub(super) const VERSION: usize = MIGRATIONS.len();

/// Nobody else takes the lock with this number: `Gatepost` in ASCII.
const LOCK: i64 = 0x4761_7465_706f_7374;

/// Brings the database up to date; several servers may begin at once.
pub(super) async fn migrate(link: &mut Borrowed) -> Result<(), OpenError> {
    link.begin("BEGIN").await?;
    // Until the end of the transaction.
    link.row_if_any("SELECT pg_advisory_xact_lock($1)::TEXT", &[&LOCK])
        .await?;
    link.run("CREATE TABLE IF NOT EXISTS gatepost_schema (version BIGINT NOT NULL)")
        .await?;
    let found = version(link).await?;
    for script in MIGRATIONS.iter().skip(found) {
        link.run(script).await?;
    }
    let latest = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    link.run("DELETE FROM gatepost_schema").await?;
    link.execute(
        "INSERT INTO gatepost_schema (version) VALUES ($1)",
        &[&latest],
    )
    .await?;
    link.commit().await?;
    Ok(())
}

/// Makes sure that the database is up to date, and leaves it as it is.
pub(super) async fn check(link: &Borrowed) -> Result<(), OpenError> {
    let exists = link
        .row("SELECT to_regclass('gatepost_schema') IS NOT NULL", &[])
        .await?;
    if !exists.get::<_, bool>(0) || version(link).await? < MIGRATIONS.len() {
        return Err(OpenError::TooOld {
            path: "the database".to_owned(),
        });
    }
    Ok(())
}

async fn version(link: &Borrowed) -> Result<usize, OpenError> {
    let row = link
        .row("SELECT coalesce(max(version), 0) FROM gatepost_schema", &[])
        .await?;
    let found: i64 = row.get(0);
    match usize::try_from(found) {
        Ok(found) if found <= MIGRATIONS.len() => Ok(found),
        _ => Err(OpenError::TooNew {
            path: "the database".to_owned(),
            found: usize::try_from(found).unwrap_or(usize::MAX),
            known: MIGRATIONS.len(),
        }),
    }
}
