//! Registration (RFC 7591 §3).

use serde::{Serialize, Serializer};

use crate::config::Policy;
use crate::credentials::{Generator, Secret};
use crate::decision::{Decision, Effect, Outcome};
use crate::diagnostic::Findings;
use crate::metadata::{self, ClientMetadata, Profile};
use crate::record::{Client, Registrant, StoredSecret};
use crate::{Context, document, policy, response};

/// Decides a `POST` to the registration endpoint at a time, with entropy that is long enough.
pub(crate) fn register(
    context: &Context<'_>,
    now: u64,
    entropy: &[u8],
    body: &[u8],
    policy: &Policy,
) -> Decision {
    let mut findings = Findings::default();
    match judge(context, body, policy, &mut findings) {
        Some((profile, metadata)) => {
            let mut generator = Generator::new(entropy);
            let registration = Registration::issue(&metadata, now, policy, &mut generator);
            let members = metadata.to_raw();
            let client = Client {
                client_id: &registration.client_id,
                issued_at: now,
                registered_by: Registrant {
                    profile: profile.name(),
                    account: context.caller.account,
                },
                secret: registration
                    .client_secret
                    .as_ref()
                    .map(|issued| StoredSecret {
                        sha256: issued.secret.hash(),
                        expires_at: issued.expires_at,
                    }),
                registration_access_token: registration
                    .management
                    .as_ref()
                    .map(|management| management.token.hash()),
                metadata: &members,
            };
            Decision {
                outcome: Outcome::Accept,
                response: response::json(201, response::joined(&registration, &members)),
                effect: Effect::Store(client.record()),
                diagnostics: findings.into_diagnostics(),
                fetches: metadata.fetches(),
            }
        }
        None => response::refusal(findings),
    }
}

/// What is registered, or why nothing is.
fn judge(
    context: &Context<'_>,
    body: &[u8],
    policy: &Policy,
    findings: &mut Findings,
) -> Option<(Profile, ClientMetadata)> {
    let profile = policy::admit(context, policy, findings)?;
    let document = document::read(body, &policy.document_limits(), findings)?;
    let metadata = metadata::accept(&document, profile, policy, findings)?;
    Some((profile, metadata))
}

/// The client information response (RFC 7591 §3.2.1), less the metadata that was registered.
#[derive(Serialize)]
struct Registration {
    client_id: String,
    client_id_issued_at: u64,
    #[serde(flatten)]
    client_secret: Option<IssuedSecret>,
    #[serde(flatten)]
    management: Option<Management>,
}

#[derive(Serialize)]
struct IssuedSecret {
    #[serde(rename = "client_secret", serialize_with = "reveal")]
    secret: Secret,
    #[serde(rename = "client_secret_expires_at")]
    expires_at: u64,
}

/// How the client manages its registration (RFC 7592 §3).
#[derive(Serialize)]
struct Management {
    #[serde(rename = "registration_access_token", serialize_with = "reveal")]
    token: Secret,
    #[serde(rename = "registration_client_uri")]
    uri: String,
}

/// The one place where a secret is written: into the answer that hands it out.
fn reveal<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.reveal())
}

impl Registration {
    fn issue(
        metadata: &ClientMetadata,
        now: u64,
        policy: &Policy,
        generator: &mut Generator,
    ) -> Self {
        let client_id = generator.client_id();
        let uses_secret = metadata.token_endpoint_auth_method.uses_secret();
        let client_secret = uses_secret.then(|| IssuedSecret {
            secret: generator.client_secret(),
            expires_at: match policy.secret_lifetime {
                0 => 0,
                seconds => now.saturating_add(seconds),
            },
        });
        let endpoint = policy.registration_endpoint.as_ref();
        let management = endpoint.map(|endpoint| Management {
            token: generator.registration_access_token(),
            uri: format!("{}/{client_id}", endpoint.0),
        });
        Self {
            client_id,
            client_id_issued_at: now,
            client_secret,
            management,
        }
    }
}
