//! Values of a row as this program has them.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::types::{Type, ValueRef};
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

/// Text that may be damaged: then the reader is told, and what is no UTF-8 in it is replaced by a mark.
pub(super) fn damaged(
    row: &Row<'_>,
    column: usize,
    unreadable: &mut Option<String>,
) -> Result<String> {
    let bytes = row.get_ref(column)?.as_bytes()?;
    let text = String::from_utf8_lossy(bytes);
    if matches!(text, Cow::Owned(_)) {
        let name = row.as_ref().column_name(column)?;
        *unreadable = Some(format!("its {name} is not UTF-8"));
    }
    Ok(text.into_owned())
}

pub(super) fn damaged_if_any(
    row: &Row<'_>,
    column: usize,
    unreadable: &mut Option<String>,
) -> Result<Option<String>> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        _ => damaged(row, column, unreadable).map(Some),
    }
}

/// Names of which some may be damaged.
pub(super) fn damaged_names(
    row: &Row<'_>,
    column: usize,
    unreadable: &mut Option<String>,
) -> Result<Vec<String>> {
    let names = damaged(row, column, unreadable)?;
    Ok(names.split_ascii_whitespace().map(str::to_owned).collect())
}

/// A value that a row is known by, whatever is in it.
pub(super) fn shown(row: &Row<'_>, column: usize) -> String {
    match row.get_ref(column) {
        Ok(ValueRef::Integer(number)) => number.to_string(),
        Ok(ValueRef::Text(text)) => String::from_utf8_lossy(text).into_owned(),
        Ok(ValueRef::Blob(bytes)) => URL_SAFE_NO_PAD.encode(bytes),
        _ => "without a name".to_owned(),
    }
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
