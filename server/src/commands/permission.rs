//! Permissions on the command line.

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use gatepost_directory::Permission;

/// Takes a permission by its name, and lists them all with what they allow.
pub(super) fn parser() -> impl TypedValueParser<Value = Permission> {
    let known = Permission::ALL
        .map(|permission| PossibleValue::new(permission.name()).help(permission.description()));
    PossibleValuesParser::new(known)
        .map(|name| Permission::named(&name).expect("only the names of permissions are possible"))
}
