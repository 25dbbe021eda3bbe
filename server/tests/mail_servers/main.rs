//! Real mail servers, with the settings of `host-example/`: mail programs sign in to them with access tokens, and the mail
//! servers ask this server about the tokens, or the C library about their clients.

#[path = "../common/mod.rs"]
mod common;
#[path = "../../../tests/support/compiler.rs"]
#[expect(dead_code, reason = "the Makefiles choose the compiler")]
mod compiler;
#[path = "../../../tests/support/library.rs"]
mod library;
#[path = "../../../tests/support/root.rs"]
mod root;

mod case;
mod dovecot;
mod exim;
mod imap;
mod issuer;
mod modules;
mod place;
mod postfix;
mod sign_in;
mod smtp;
mod store;

/// What a token has to be good for.
const MAIL: &str = "urn:ietf:params:oauth:scope:mail";

/// What another token is good for.
const CONTACTS: &str = "urn:ietf:params:oauth:scope:contacts";
