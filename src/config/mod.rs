//! Reads the settings, as an administrator wrote them, into the policy that is enforced.

mod choices;
mod finding;
mod issuers;
mod lists;
mod narrow;
mod read;
mod relations;
mod resources;
mod sealing;
mod settings;
mod table;
mod terms;
mod value;

pub(crate) use self::choices::{
    AnonymousProfile, EmptyLinks, LocalhostFor, Pkce, SameSite, Sharing, UnknownScopes, Unoffered,
};
pub use self::finding::{SettingFinding, SettingsError};
pub(crate) use self::read::{compile, terms};
pub(crate) use self::settings::{MIN_PROVISIONAL, Policy};
pub(crate) use self::terms::Terms;
