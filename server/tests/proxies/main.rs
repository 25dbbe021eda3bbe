//! Whom the server believes when it is told where a request comes from: real proxies, with the settings that the
//! manual gives, and everybody else.

#[path = "../common/mod.rs"]
mod common;
#[path = "../../../tests/support/root.rs"]
mod root;

mod behind;
mod manual;
mod place;
mod program;
mod spoof;
mod undeclared;
mod visitor;

use common::source;
