//! Values of a row as this program has them.

use tokio_postgres::Row;

use crate::grant::{Grant, GrantId};
use crate::principal::{Account, AccountId};
use crate::secret::SecretHash;

/// A count or a time, which is never negative.
pub(super) fn number(row: &Row, column: usize) -> u64 {
    row.get::<_, i64>(column).cast_unsigned()
}

pub(super) fn optional(row: &Row, column: usize) -> Option<u64> {
    row.get::<_, Option<i64>>(column).map(i64::cast_unsigned)
}

/// Names with a space between them.
pub(super) fn names(row: &Row, column: usize) -> Vec<String> {
    let names: &str = row.get(column);
    names.split_ascii_whitespace().map(str::to_owned).collect()
}

/// The database holds no others.
pub(super) fn hash(row: &Row, column: usize) -> SecretHash {
    SecretHash::from_bytes(row.get(column)).expect("the table checks how long it is")
}

/// From three columns: id, name and permissions.
pub(super) fn account(row: &Row, first: usize) -> Account {
    Account {
        id: AccountId(row.get(first)),
        name: row.get(first + 1),
        permissions: names(row, first + 2),
    }
}

/// From three columns, which are null where there is no account.
pub(super) fn account_if_any(row: &Row, first: usize) -> Option<Account> {
    let id: Option<i64> = row.get(first);
    id.map(|_| account(row, first))
}

/// The nine columns of a grant and its account.
pub(super) const GRANT: &str = "oauth_grant.id, oauth_grant.client_id, oauth_grant.scope,
    oauth_grant.resources, oauth_grant.created_at, oauth_grant.last_used_at,
    account.id, account.name, account.permissions";

/// From the nine columns, the first of which has this number.
pub(super) fn grant(row: &Row, first: usize) -> Grant {
    Grant {
        id: GrantId(row.get(first)),
        client_id: row.get(first + 1),
        scope: row.get(first + 2),
        resources: row.get(first + 3),
        created_at: number(row, first + 4),
        last_used_at: number(row, first + 5),
        account: account_if_any(row, first + 6),
    }
}

pub(super) fn signed(number: Option<u64>) -> Option<i64> {
    number.map(u64::cast_signed)
}
