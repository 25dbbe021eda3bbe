//! Decides whether a client is authenticated (RFC 6749 §2.3, RFC 7523 §2.2).
//!
//! Every failed authentication gets the same response. The reason is in the diagnostics, which only
//! the host reads. A client that is authenticated and waits for approval is told so; it can only revoke tokens.

mod assertion;
#[cfg(test)]
mod tests;

use crate::client::{self, Hash, Known, Usable};
use crate::config::Policy;
use crate::decision::{
    Assertion, Client, Decision, Due, Effect, Fetch, Response, Standing, response,
};
use crate::diagnostic::{ErrorCode, Findings, Place, Rule, rule};
use crate::facts::{Context, Endpoint, Misuse, Request};
use crate::jose::KeySet;
use crate::metadata::Registered;
use crate::oauth::AuthMethod;
use crate::policy;

use super::basic::{Basic, basic, is_basic};
use super::identify;
use super::parameters::Parameters;

use self::assertion::Unverified;

/// Decides whether a request comes from the client that it names.
pub(crate) fn authenticate<'a>(
    context: &Context<'a>,
    now: u64,
    request: &Request<'_>,
    policy: &Policy,
) -> Result<Decision, Misuse> {
    let by_header = request.authorization.is_some_and(is_basic);
    let parameters = match Parameters::read(request.parameters) {
        Ok(parameters) => parameters,
        Err(flaw) => return Ok(explained(flaw)),
    };
    let presented = match Presented::of(request, &parameters) {
        Ok(presented) => presented,
        Err(flaw) if flaw.error == ErrorCode::InvalidRequest => return Ok(explained(flaw)),
        Err(flaw) => return Ok(refuse(flaw.into(), by_header)),
    };
    let Some(client_id) = identify::client_id(request) else {
        return Ok(match parameters.get("client_id") {
            None => explained(&rule::CLIENT_UNNAMED),
            Some(_) => refuse((&rule::CLIENT_NAMED_TWICE).into(), by_header),
        });
    };

    let find = |id: &str, context: &Context<'a>| client::usable(id, context, now, policy);
    let (usable, nobody) = match presented {
        Presented::Secret { .. } => client::alike(&client_id, context, find)?,
        Presented::Nothing | Presented::Assertion(_) => (find(&client_id, context)?, None),
    };
    let policy = &*policy::within_use(&usable, policy);
    let proof = Proof {
        presented,
        nobody: match &nobody {
            Some(Usable::Known(nobody)) => nobody,
            _ => &client::NOBODY,
        },
        now,
        policy,
        jwks: request.jwks,
    };
    // A client that waits again may have tokens, and may end them.
    let only_ends = request.endpoint == Endpoint::Revocation;
    let (standing, metadata, proven) = match &usable {
        Usable::Waiting(known) if !only_ends => {
            return Ok(match proof.of(known)? {
                Ok(_) => explained(&rule::CLIENT_WAITS),
                // Nothing is fetched for such a client.
                Err(unproven) if !unproven.fetches.is_empty() => {
                    refuse((&rule::CLIENT_WAITS).into(), by_header)
                }
                Err(unproven) => refuse(unproven, by_header),
            });
        }
        Usable::Known(known) | Usable::Waiting(known) => (
            known.standing,
            known.stored.metadata.get(),
            proof.of(known)?,
        ),
        Usable::Shared => (
            Standing::Shared,
            "{}",
            proof.of_nobody(&rule::CLIENT_METHOD_WRONG)?,
        ),
        Usable::Unregistered => (
            Standing::Unregistered,
            "{}",
            proof.of_nobody(&rule::CLIENT_HAS_NO_SECRET)?,
        ),
        Usable::Overridden => (
            Standing::Overridden,
            "{}",
            proof.of_nobody(&rule::CLIENT_HAS_NO_SECRET)?,
        ),
        Usable::Unread | Usable::No(_) => {
            proof.of_nobody(&rule::CLIENT_UNKNOWN)?.ok();
            let reason = match usable {
                Usable::Unread => &rule::CLIENT_DOCUMENT_UNREAD,
                _ => &rule::CLIENT_UNKNOWN,
            };
            return Ok(refuse(reason.into(), by_header));
        }
    };
    let assertion = match proven {
        Ok(assertion) => assertion,
        Err(unproven) => return Ok(refuse(unproven, by_header)),
    };
    let mut findings = Findings::default();
    match standing {
        Standing::Unregistered => findings.note(&rule::CLIENT_UNREGISTERED, Place::Document),
        Standing::Overridden => findings.warning(&rule::CLIENT_OVERRIDDEN, Place::Document),
        _ => {}
    }
    Ok(Decision {
        client: Some(Client {
            standing,
            redirect_uri: None,
            scope: None,
            metadata: metadata.to_owned(),
            assertion,
            client_id,
        }),
        ..Decision::accept(Response::none(), Effect::None, findings)
    })
}

/// The credential that a request presents.
#[derive(Debug)]
enum Presented {
    Nothing,
    Secret { secret: String, method: AuthMethod },
    Assertion(String),
}

/// The type of an assertion (RFC 7523 §2.2).
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

impl Presented {
    /// Reads the credential. A request must not authenticate in more than one way (requirements
    /// H3).
    fn of(request: &Request<'_>, parameters: &Parameters<'_>) -> Result<Self, &'static Rule> {
        let header = request.authorization.filter(|header| is_basic(header));
        let secret = parameters.get("client_secret");
        let assertion = parameters.get("client_assertion");
        let kind = parameters.get("client_assertion_type");
        let asserts = assertion.is_some() || kind.is_some();
        match (header, secret, asserts) {
            (None, None, false) => Ok(Self::Nothing),
            (Some(header), None, false) => {
                let Basic { client_secret, .. } =
                    basic(header).ok_or(&rule::CLIENT_HEADER_MALFORMED)?;
                Ok(Self::Secret {
                    secret: client_secret,
                    method: AuthMethod::ClientSecretBasic,
                })
            }
            (None, Some(secret), false) => Ok(Self::Secret {
                secret: secret.to_owned(),
                method: AuthMethod::ClientSecretPost,
            }),
            (None, None, true) => match (assertion, kind) {
                (Some(assertion), Some(JWT_BEARER)) => Ok(Self::Assertion(assertion.to_owned())),
                _ => Err(&rule::ASSERTION_TYPE),
            },
            _ => Err(&rule::CLIENT_METHODS_SEVERAL),
        }
    }

    const fn method(&self) -> AuthMethod {
        match self {
            Self::Nothing => AuthMethod::None,
            Self::Secret { method, .. } => *method,
            Self::Assertion(_) => AuthMethod::PrivateKeyJwt,
        }
    }
}

struct Proof<'r> {
    presented: Presented,
    /// What a secret is checked against if there is no client.
    nobody: &'r Known<'r>,
    now: u64,
    policy: &'r Policy,
    /// The key set that the host fetched from the client's `jwks_uri`.
    jwks: Option<&'r str>,
}

struct Unproven {
    reason: &'static Rule,
    /// What the host is told instead of the rule's own sentence.
    message: Option<String>,
    fetches: Vec<Fetch>,
}

impl Unproven {
    /// The client registered one method and used another.
    fn method(registered: AuthMethod, presented: AuthMethod) -> Self {
        let (registered, presented) = (registered.name(), presented.name());
        Self {
            message: Some(format!(
                "The client registered the method {registered}, and used {presented}."
            )),
            ..Self::from(&rule::CLIENT_METHOD_WRONG)
        }
    }
}

impl From<&'static Rule> for Unproven {
    fn from(reason: &'static Rule) -> Self {
        Self {
            reason,
            message: None,
            fetches: Vec::new(),
        }
    }
}

impl Proof<'_> {
    /// Checks that a known client authenticates, and with its registered method.
    fn of(&self, known: &Known<'_>) -> Result<Result<Option<Assertion>, Unproven>, Misuse> {
        let registered = Registered::read(known.stored.metadata.raw())?;
        let method = registered.token_endpoint_auth_method;
        // The secret is hashed and compared even if the method is wrong, so that the time is the
        // same.
        let by_secret = self.secret(known);
        Ok(if !self.serves(method) {
            let by_tls = matches!(
                method,
                AuthMethod::TlsClientAuth | AuthMethod::SelfSignedTlsClientAuth
            );
            Err(match self.presented.method() {
                AuthMethod::None if by_tls => (&rule::CLIENT_METHOD_TLS).into(),
                presented => Unproven::method(method, presented),
            })
        } else if !self.policy.auth_methods.contains(&method) {
            Err((&rule::CLIENT_METHOD_GONE).into())
        } else {
            match &self.presented {
                Presented::Nothing => Ok(None),
                Presented::Secret { .. } => by_secret.map(|()| None).map_err(Unproven::from),
                Presented::Assertion(token) => self.assertion(token, known, &registered).map(Some),
            }
        })
    }

    /// Whether the presented method is the registered one or stands for it: a secret may come in the
    /// header and in the body (requirements H3).
    fn serves(&self, registered: AuthMethod) -> bool {
        let presented = self.presented.method();
        presented == registered
            || self.policy.any_secret_method
                && registered.uses_secret()
                && presented.uses_secret()
                && self.policy.auth_methods.contains(&presented)
    }

    /// Checks that a client without a registered method presents no credential.
    fn of_nobody(
        &self,
        otherwise: &'static Rule,
    ) -> Result<Result<Option<Assertion>, Unproven>, Misuse> {
        Ok(match self.presented {
            Presented::Nothing if !self.policy.auth_methods.contains(&AuthMethod::None) => {
                Err((&rule::CLIENT_METHOD_GONE).into())
            }
            Presented::Nothing => Ok(None),
            Presented::Secret { .. } | Presented::Assertion(_) => {
                // Refusing an unknown client takes the same time as refusing a known one.
                self.of(self.nobody)?.ok();
                Err(otherwise.into())
            }
        })
    }

    /// Checks that the secret is the client's current or previous one, and that it is still valid.
    fn secret(&self, known: &Known<'_>) -> Result<(), &'static Rule> {
        let Presented::Secret { secret, .. } = &self.presented else {
            return Err(&rule::CLIENT_SECRET_WRONG);
        };
        let current = known.stored.client_secret.as_ref();
        let previous = known.stored.previous_client_secret.as_ref();
        let nothing = Hash::default();
        let matching = [current, previous].map(|stored| {
            // A comparison is made in any case, so that the time does not show whether there is a
            // secret.
            let is_it = stored.map_or(&nothing, |s| &s.sha256).is_of(secret);
            stored.filter(|_| is_it)
        });
        let mut matching = matching.into_iter().flatten().peekable();
        if matching.peek().is_none() {
            Err(&rule::CLIENT_SECRET_WRONG)
        } else if matching.any(|stored| stored.is_good(self.now)) {
            Ok(())
        } else {
            Err(&rule::CLIENT_SECRET_EXPIRED)
        }
    }

    fn assertion(
        &self,
        token: &str,
        known: &Known<'_>,
        registered: &Registered<'_>,
    ) -> Result<Assertion, Unproven> {
        let mut algorithms = self.policy.assertion_algs();
        if let Some(registered) = &registered.token_endpoint_auth_signing_alg {
            algorithms.retain(|offered| offered == registered);
        }
        let client_id = &known.stored.client_id;
        let unverified = Unverified::read(token, client_id, &algorithms, self.now, self.policy)?;
        let keys = match (registered.jwks, &registered.jwks_uri, self.jwks) {
            (Some(keys), _, _) => keys.get(),
            (None, Some(_), Some(read)) => read,
            (None, Some(uri), None) => {
                return Err(Unproven {
                    fetches: vec![Fetch::of_keys(uri, Due::BeforeEffect)],
                    ..Unproven::from(&rule::KEYS_UNREAD)
                });
            }
            (None, None, _) => return Err((&rule::ASSERTION_SIGNATURE).into()),
        };
        Ok(unverified.verify(&algorithms, &KeySet::published(keys))?)
    }
}

/// The description in every refusal.
const NOT_AUTHENTICATED: &str = "The client could not be authenticated.";

/// Makes the refusal, which is the same for every reason (RFC 6749 §5.2). It has a challenge if the
/// request used the `Authorization` header.
fn refuse(unproven: Unproven, by_header: bool) -> Decision {
    let mut findings = Findings::default();
    match unproven.message {
        Some(message) => findings.error_saying(unproven.reason, Place::Document, message),
        None => findings.error(unproven.reason, Place::Document),
    }
    let challenge = by_header.then(|| response::BASIC_CHALLENGE.to_owned());
    Decision {
        fetches: unproven.fetches,
        ..response::opaque(
            findings,
            ErrorCode::InvalidClient,
            NOT_AUTHENTICATED,
            challenge,
        )
    }
}

/// Makes the refusal that says why: the request cannot be read, or authenticates in two ways, or it is
/// from a client that waits.
fn explained(flaw: &'static Rule) -> Decision {
    let mut findings = Findings::default();
    findings.error(flaw, Place::Document);
    response::refusal(findings)
}
