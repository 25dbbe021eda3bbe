//! Gatepost as the registrar of an OAuth server that is built with oxide-auth.
//!
//! oxide-auth asks its registrar for a client's redirect URI, for its scope and for its secret, one after the other.
//! Gatepost decides about a whole request. So the request is decided first, and [`Asked`] then tells oxide-auth what was
//! decided.

use std::collections::BTreeMap;
use std::error::Error;
use std::sync::{Mutex, PoisonError};

use gatepost::{
    Caller, Context, Credential, Decision, Due, Effect, Endpoint, Outcome, Registrar, Request,
    Response, bearer,
};
use oxide_auth::primitives::registrar::{
    self, BoundClient, ClientUrl, ExactUrl, PreGrant, RegisteredUrl, RegistrarError,
};
use oxide_auth::primitives::scope::Scope;
use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::clients::Clients;

/// No decision was made, or its effect could not be carried out. Nothing was changed.
pub type Failure = Box<dyn Error + Send + Sync>;

/// The settings, the clients, and the API keys of those who may register them.
pub struct Gate {
    policy: Registrar,
    clients: Mutex<Clients>,
    keys: BTreeMap<String, Key>,
}

/// An API key, in the file by its SHA-256.
#[derive(Deserialize)]
pub struct Key {
    account: Option<String>,
    permissions: Vec<String>,
}

/// A request about the registration of a client.
pub enum Managed<'r> {
    Register(&'r [u8]),
    Read(&'r str),
    Update(&'r str, &'r [u8]),
    Remove(&'r str),
    Disable(&'r str),
    Enable(&'r str),
}

/// The client that sent a request, and what was decided about it.
pub struct Asked {
    client_id: String,
    redirect_uri: Option<String>,
    scope: String,
    /// The registered metadata, for the page that asks the user.
    pub metadata: String,
    /// What is due when the user has agreed.
    effect: Effect,
}

impl Gate {
    pub fn new(policy: Registrar, clients: Clients, keys: BTreeMap<String, Key>) -> Self {
        Self {
            policy,
            clients: Mutex::new(clients),
            keys,
        }
    }

    /// Answers the registration endpoint (RFC 7591), the configuration endpoint (RFC 7592), and administrators.
    pub fn manage(
        &self,
        managed: &Managed<'_>,
        authorization: Option<&str>,
        address: &str,
    ) -> Result<Response, Failure> {
        let presented = bearer(authorization);
        let token = presented.token;
        let hash = token.map(|token| {
            Sha256::digest(token)
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect::<String>()
        });
        let key = hash.and_then(|hash| self.keys.get(&hash));
        let permissions: Vec<&str> = key
            .into_iter()
            .flat_map(|key| &key.permissions)
            .map(String::as_str)
            .collect();
        let account = key.and_then(|key| key.account.as_deref());
        let caller = Caller {
            credential: if key.is_some() {
                Credential::Accepted
            } else {
                presented.credential
            },
            account,
            permissions: &permissions,
            address: Some(address),
            terms: None,
            token,
        };
        // Nobody changes the facts until the effect is carried out.
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        let decide = |record: Option<&str>| {
            let context = Context {
                caller,
                record,
                usage: clients.usage(account),
                ..Context::default()
            };
            match *managed {
                Managed::Register(body) => self.policy.register(&context, body),
                Managed::Read(id) => self.policy.read(&context, id),
                Managed::Update(id, body) => self.policy.update(&context, id, body),
                Managed::Remove(id) => self.policy.remove(&context, id),
                Managed::Disable(id) => self.policy.disable(&context, id),
                Managed::Enable(id) => self.policy.enable(&context, id),
            }
        };
        let decision = match *managed {
            Managed::Register(_) => {
                let decision = decide(None)?;
                // A client that is there already is decided again, with its record.
                match decision
                    .client_id
                    .as_deref()
                    .and_then(|id| clients.record(id))
                {
                    Some(stored) => decide(Some(&stored))?,
                    None => decision,
                }
            }
            Managed::Read(id)
            | Managed::Update(id, _)
            | Managed::Remove(id)
            | Managed::Disable(id)
            | Managed::Enable(id) => decide(clients.record(id).as_deref())?,
        };
        need_no_document(&decision)?;
        clients.carry_out(decision.effect, account, key.is_none())?;
        Ok(decision.response)
    }

    /// Decides a request to the authorization endpoint, by the account that signed in. `Err` is the response to send.
    pub fn authorization(
        &self,
        account: &str,
        query: &str,
    ) -> Result<Result<Asked, Response>, Failure> {
        let request = Request {
            endpoint: Endpoint::Authorization,
            authorization: None,
            parameters: query.as_bytes(),
            jwks: None,
        };
        let caller = Caller {
            credential: Credential::Accepted,
            account: Some(account),
            permissions: &["authenticate"],
            ..Caller::default()
        };
        let record = self.record(&request);
        let context = Context {
            caller,
            record: record.as_deref(),
            ..Context::default()
        };
        asked(self.policy.authorize(&context, &request)?)
    }

    /// Decides whether a request to the token endpoint comes from the client that it names. `Err` is the response to
    /// send.
    pub fn token(
        &self,
        authorization: Option<&str>,
        form: &[u8],
    ) -> Result<Result<Asked, Response>, Failure> {
        let request = Request {
            endpoint: Endpoint::Token,
            authorization,
            parameters: form,
            jwks: None,
        };
        let record = self.record(&request);
        let context = Context {
            record: record.as_deref(),
            ..Context::default()
        };
        asked(self.policy.authenticate(&context, &request)?)
    }

    /// Carries out what is due when the user has agreed.
    pub fn agreed(&self, asked: &Asked) -> Result<(), Failure> {
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(clients.carry_out(asked.effect.clone(), None, true)?)
    }

    fn record(&self, request: &Request<'_>) -> Option<String> {
        let client_id = self.policy.identify(request)?;
        let clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        clients.record(&client_id)
    }
}

fn asked(decision: Decision) -> Result<Result<Asked, Response>, Failure> {
    need_no_document(&decision)?;
    Ok(match (decision.outcome, decision.client) {
        (Outcome::Accept, Some(client)) if client.assertion.is_none() => Ok(Asked {
            client_id: client.client_id,
            redirect_uri: client.redirect_uri,
            scope: client.scope.unwrap_or_default(),
            metadata: client.metadata,
            effect: decision.effect,
        }),
        (Outcome::Accept, _) => return Err("this program does not remember assertions".into()),
        (Outcome::Refuse, _) => Err(decision.response),
    })
}

/// This program fetches no documents, so that what depends on one is not done.
fn need_no_document(decision: &Decision) -> Result<(), Failure> {
    match decision
        .fetches
        .iter()
        .any(|fetch| fetch.due == Due::BeforeEffect)
    {
        true => Err("a document is needed, and none is fetched".into()),
        false => Ok(()),
    }
}

impl registrar::Registrar for Asked {
    fn bound_redirect<'a>(&self, bound: ClientUrl<'a>) -> Result<BoundClient<'a>, RegistrarError> {
        self.check(&bound.client_id, None)?;
        let redirect_uri = self
            .redirect_uri
            .as_deref()
            .ok_or(RegistrarError::Unspecified)?;
        let redirect_uri: ExactUrl = redirect_uri
            .parse()
            .map_err(|_| RegistrarError::PrimitiveError)?;
        Ok(BoundClient {
            client_id: bound.client_id,
            redirect_uri: std::borrow::Cow::Owned(RegisteredUrl::Exact(redirect_uri)),
        })
    }

    fn negotiate(
        &self,
        client: BoundClient<'_>,
        _: Option<Scope>,
    ) -> Result<PreGrant, RegistrarError> {
        Ok(PreGrant {
            client_id: client.client_id.into_owned(),
            redirect_uri: client.redirect_uri.into_owned(),
            scope: self
                .scope
                .parse()
                .map_err(|_| RegistrarError::PrimitiveError)?,
        })
    }

    /// The secret was compared when the request was decided.
    fn check(&self, client_id: &str, _: Option<&[u8]>) -> Result<(), RegistrarError> {
        match client_id == self.client_id {
            true => Ok(()),
            false => Err(RegistrarError::Unspecified),
        }
    }
}
