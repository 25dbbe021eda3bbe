//! Which client an id stands for: one with a record, one whose id carries its registration, one
//! that everybody may use, or none that is known.

use crate::config::Policy;
use crate::decision::Standing;
use crate::facts::permission::OVERRIDE;
use crate::facts::{Context, Misuse};
use crate::oauth::client_id::{is_made_here, is_stateless};

use super::record::{By, Stored};
use super::stateless;

/// A client that is known.
#[derive(Clone, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) standing: Standing,
    pub(crate) stored: Stored<'a>,
    /// Whether there is no record of it: its id carries its registration.
    pub(crate) stateless: bool,
}

/// What an id may be used as.
#[derive(Debug)]
pub(crate) enum Usable<'a> {
    /// A client that is known.
    Known(Box<Known<'a>>),
    /// An id that everybody may use (requirements G8).
    Shared,
    /// An id that nobody registered, while nothing requires that (requirements H6).
    Unregistered,
    /// An id that nobody registered, by an account that may use any (requirements H7).
    Overridden,
    /// The URL of a document that was not read yet.
    Unread,
    /// Nothing.
    No,
}

/// What the caller may use this id as.
pub(crate) fn usable<'a>(
    client_id: &str,
    context: &Context<'a>,
    now: u64,
    policy: &Policy,
) -> Result<Usable<'a>, Misuse> {
    let is_static = policy
        .static_client
        .as_ref()
        .is_some_and(|id| id.0 == client_id);
    Ok(match look_up(client_id, context, now, policy)? {
        _ if policy.denies(client_id) => Usable::No,
        Some(known) if known.stored.is_shut_out() => Usable::No,
        // It was read while documents counted.
        Some(known) if known.standing == Standing::Document && !policy.client_documents => {
            Usable::No
        }
        Some(known) => Usable::Known(Box::new(known)),
        // It says that it was made here, and was not, or it is gone (RFC 7592 §2.3).
        None if is_made_here(client_id) => Usable::No,
        None if is_static || policy.open_client && client_id == OPEN => Usable::Shared,
        None if policy.client_documents && client_id.starts_with("https://") => Usable::Unread,
        None if !policy.require => Usable::Unregistered,
        None if context.caller.may(OVERRIDE) => Usable::Overridden,
        None => Usable::No,
    })
}

/// The id of draft-ietf-mailmaint-autoconfig that needs no registration.
const OPEN: &str = "open";

/// The client with this id, denied or not.
pub(crate) fn look_up<'a>(
    client_id: &str,
    context: &Context<'a>,
    now: u64,
    policy: &Policy,
) -> Result<Option<Known<'a>>, Misuse> {
    let stored = context.record.map(Stored::read).transpose()?;
    if stored.as_ref().is_some_and(|s| s.client_id != client_id) {
        return Err(Misuse::RecordMismatch);
    }
    if !is_stateless(client_id) {
        return Ok(stored.map(|stored| Known {
            standing: standing(&stored),
            stored,
            stateless: false,
        }));
    }
    // An id that carries its registration is good for as long as its key is, record or not.
    let carried = stateless::open(client_id, now, policy);
    Ok(carried.map(|carried| Known {
        standing: Standing::Registered,
        stateless: stored.is_none(),
        stored: stored.unwrap_or(carried),
    }))
}

fn standing(stored: &Stored<'_>) -> Standing {
    match stored.registered_by.by {
        By::Administrator => Standing::Provisioned,
        By::Document => Standing::Document,
        By::Key | By::Stranger => Standing::Registered,
    }
}
