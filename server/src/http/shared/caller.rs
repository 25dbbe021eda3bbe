//! Who asks, as the `Authorization` header tells it.

use axum::http::{HeaderMap, header};
use gatepost_directory::Key;
use gatepost_directory::secret::SecretHash;
use gatepost_plugin::{BearerCredential, Caller, Credential};

use crate::decide::Decider;
use crate::http::shared::answer;
use crate::http::shared::refusal::Refusal;
use crate::observe::watch;
use crate::origin::place::Origin;

/// Who asks, and the API key that was presented, if it was one.
pub(in crate::http) async fn identify(
    headers: &HeaderMap,
    origin: Origin,
    decider: &Decider,
    now: u64,
) -> Result<(Caller, Option<Key>), Refusal> {
    let BearerCredential { credential, token } = presented(headers, decider).await?;
    let bearer = Caller {
        credential,
        address: origin.address().map(|address| address.to_string()),
        // It may be a registration access token, which only the plugin knows.
        token,
        ..Caller::default()
    };
    let Some(token) = &bearer.token else {
        return Ok((bearer, None));
    };
    let key = decider
        .directory()
        .live_key(SecretHash::of(token), now)
        .await
        .map_err(|error| answer::refusal(error.into()))?;
    if let Some(key) = &key {
        watch::key_presented(key.id.number());
    }
    let caller = match &key {
        None => bearer,
        Some(key) => Caller {
            credential: Credential::Accepted,
            account: key.account.as_ref().map(|account| account.name.clone()),
            permissions: key.permissions.clone(),
            terms: key.terms.clone(),
            ..bearer
        },
    };
    Ok((caller, key))
}

/// What the `Authorization` header has. A token in the body or the address is none: nobody was told to send it there.
pub(in crate::http) async fn presented(
    headers: &HeaderMap,
    decider: &Decider,
) -> Result<BearerCredential, Refusal> {
    let mut fields = headers.get_all(header::AUTHORIZATION).iter();
    let value = fields.next().map(|field| match fields.next() {
        None => str::from_utf8(field.as_bytes()).unwrap_or_default(),
        // Several are none.
        Some(_) => "",
    });
    decider.bearer(value).await.map_err(answer::refusal)
}
