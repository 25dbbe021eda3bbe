//! Finds the client for a client id: one with a record, one whose id contains its registration, one
//! that every client may use, or an unknown one.

use std::sync::LazyLock;

use crate::config::Policy;
use crate::decision::Standing;
use crate::facts::{Context, Misuse};
use crate::oauth::client_id::{is_made_here, is_stateless};
use crate::permission::OVERRIDE;

use super::approval::must_wait;
use super::record::{By, Stored};
use super::stateless;

/// A registered client.
#[derive(Clone, Debug)]
pub(crate) struct Known<'a> {
    pub(crate) standing: Standing,
    pub(crate) stored: Stored<'a>,
    /// Whether the client has no record, because its id contains its registration.
    pub(crate) stateless: bool,
}

/// How a client id may be used.
#[derive(Debug)]
pub(crate) enum Usable<'a> {
    /// It belongs to a registered client.
    Known(Box<Known<'a>>),
    /// It belongs to a registered client that an administrator has to approve first.
    Waiting(Box<Known<'a>>),
    /// Every client may use it (requirements G8).
    Shared,
    /// It is not registered, and registration is not required (requirements H6).
    Unregistered,
    /// It is not registered, and the account may use any client id (requirements H7).
    Overridden,
    /// It is the URL of a document that the host has not fetched yet.
    Unread,
    /// It may not be used.
    No(Absence),
}

/// Why a client id may not be used. To everybody but the host, a disabled client is as if it were not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    /// No client has it, or no longer.
    Unknown,
    /// An administrator disabled the client, or the settings deny the id.
    Disabled,
}

/// Returns how the caller may use a client id.
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
        _ if policy.denies(client_id) => Usable::No(Absence::Disabled),
        Some(known) if known.stored.denied => Usable::No(Absence::Unknown),
        Some(known) if known.stored.is_shut_out() => Usable::No(Absence::Disabled),
        // Its record was made while documents were allowed, and from its host.
        Some(known) if known.standing == Standing::Document && !policy.reads(client_id) => {
            Usable::No(Absence::Unknown)
        }
        Some(known) if known.stored.waiting_since.is_some() => Usable::Waiting(Box::new(known)),
        Some(known) => Usable::Known(Box::new(known)),
        // It has the form of a generated id, but was never generated, or was deleted (RFC 7592
        // §2.3).
        None if is_made_here(client_id) => Usable::No(Absence::Unknown),
        None if is_static || policy.open_client && client_id == OPEN => Usable::Shared,
        None if policy.client_documents && client_id.starts_with("https://") => Usable::Unread,
        None if !policy.require => Usable::Unregistered,
        None if context.caller.may(OVERRIDE) => Usable::Overridden,
        None => Usable::No(Absence::Unknown),
    })
}

/// The client id of draft-ietf-mailmaint-autoconfig that needs no registration.
const OPEN: &str = "open";

/// Returns the registered client with this id, even if it is disabled or denied.
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
    // An id that contains its registration is valid only as long as its key, even if there is a
    // record.
    let carried = stateless::open(client_id, now, policy);
    Ok(carried.map(|mut carried| {
        // It says nothing of an approval, so that it has none.
        carried.waiting_since = must_wait(carried.registered_by.by, policy).then_some(now);
        Known {
            standing: Standing::Registered,
            stateless: stored.is_none(),
            stored: stored.unwrap_or(carried),
        }
    }))
}

/// Finds a client in the same steps whether it has a record or not, so that the time of a refusal does not show it. The
/// second value is there if it has none: what is found for [`NOBODY`], to check the credential against.
pub(crate) fn alike<'a, T>(
    client_id: &str,
    context: &Context<'a>,
    find: impl Fn(&str, &Context<'a>) -> Result<T, Misuse>,
) -> Result<(T, Option<T>), Misuse> {
    let with = |record| Context { record, ..*context };
    let without_record = find(client_id, &with(None))?;
    Ok(match context.record {
        Some(_) => (find(client_id, context)?, None),
        None => {
            let nobody = find(ID_OF_NOBODY, &with(Some(RECORD_OF_NOBODY)))?;
            (without_record, Some(nobody))
        }
    })
}

/// A client that nobody is: no credential has its hashes, and its id is never issued.
pub(crate) static NOBODY: LazyLock<Known<'static>> = LazyLock::new(|| {
    let stored = Stored::read(RECORD_OF_NOBODY).expect("it is a record of this version");
    Known {
        standing: standing(&stored),
        stored,
        stateless: false,
    }
});

/// The id in the record. It is no base64url of 18 bytes.
const ID_OF_NOBODY: &str = "gpc_nobody------------------";

/// A record as a registration with the default metadata makes it.
const RECORD_OF_NOBODY: &str = r#"{"version":1,"client_id":"gpc_nobody------------------","issued_at":1790000000,"registered_by":{"by":"key","profile":"full"},"client_secret":{"sha256":"-------------------------------------------","expires_at":0},"registration_access_token":{"sha256":"-------------------------------------------"},"metadata":{"redirect_uris":["https://a.example.com/cb"],"application_type":"web","token_endpoint_auth_method":"client_secret_basic","grant_types":["authorization_code"],"response_types":["code"],"scope":"urn:ietf:params:oauth:scope:mail urn:ietf:params:oauth:scope:contacts urn:ietf:params:oauth:scope:calendars"}}"#;

fn standing(stored: &Stored<'_>) -> Standing {
    match stored.registered_by.by {
        By::Administrator => Standing::Provisioned,
        By::Document => Standing::Document,
        By::Key | By::Stranger => Standing::Registered,
    }
}
