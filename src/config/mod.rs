//! Reads the settings, as an administrator wrote them, into the policy that is enforced.

mod choices;
mod issuers;
mod lists;
mod narrow;
mod place;
mod read;
mod relations;
mod resources;
mod root;
mod sealing;
mod settings;
mod table;
mod terms;
mod value;

pub(crate) use self::choices::{
    AnonymousProfile, Approval, EmptyLinks, LocalhostFor, Pkce, SameSite, Sharing, UnknownScopes,
    Unoffered,
};
pub(crate) use self::read::{Compiled, compile, terms};
pub(crate) use self::settings::{MIN_PROVISIONAL, Policy};
pub(crate) use self::terms::Terms;
