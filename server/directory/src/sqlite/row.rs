//! Values of a row as this program has them.

use rusqlite::types::Type;
use rusqlite::{Result, Row};

use crate::secret::SecretHash;

/// A count or a time, which is never negative.
pub(super) fn number(row: &Row<'_>, column: usize) -> Result<u64> {
    Ok(row.get::<_, i64>(column)?.cast_unsigned())
}

pub(super) fn optional(row: &Row<'_>, column: usize) -> Result<Option<u64>> {
    let number: Option<i64> = row.get(column)?;
    Ok(number.map(i64::cast_unsigned))
}

/// Names with a space between them.
pub(super) fn names(row: &Row<'_>, column: usize) -> Result<Vec<String>> {
    let names = row.get_ref(column)?.as_str()?;
    Ok(names.split_ascii_whitespace().map(str::to_owned).collect())
}

pub(super) fn hash(row: &Row<'_>, column: usize) -> Result<SecretHash> {
    let bytes = row.get_ref(column)?.as_blob()?;
    SecretHash::from_bytes(bytes).ok_or_else(|| {
        let reason = "not as many bytes as a hash has";
        rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, reason.into())
    })
}
