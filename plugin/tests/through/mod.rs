//! A boundary through one of the host's loaders, in the vocabulary of the steps.

use std::sync::Arc;

use gatepost_plugin::{Plugin, PluginError};

use crate::step::{
    Answer, Boundary, Carried, Facts, Operation, Replayed, ReplayedDiagnostic, Step,
};

/// A plugin that the host has loaded: a component, or a library.
pub struct Through(pub Arc<dyn Plugin>);

impl Boundary for Through {
    fn perform(&mut self, step: &Step) -> Answer {
        self.ask(step).unwrap_or_else(|error| match error {
            PluginError::Misuse(misuse) => Answer::Misuse(match misuse {
                gatepost_plugin::Misuse::EntropyTooShort => gatepost::Misuse::EntropyTooShort,
                gatepost_plugin::Misuse::RecordUnreadable => gatepost::Misuse::RecordUnreadable,
                gatepost_plugin::Misuse::RecordMismatch => gatepost::Misuse::RecordMismatch,
                gatepost_plugin::Misuse::TermsInvalid(mistakes) => {
                    let mistakes = gatepost::SettingsError(findings(mistakes));
                    gatepost::Misuse::TermsInvalid(mistakes)
                }
                gatepost_plugin::Misuse::Other(words) => panic!("misused otherwise: {words}"),
            }),
            PluginError::Trapped(_) | PluginError::Library { status: 8, .. } => Answer::Panicked,
            error => panic!("{error:?}"),
        })
    }
}

impl Through {
    fn ask(&self, step: &Step) -> Result<Answer, PluginError> {
        use Operation as Op;
        let plugin = &*self.0;
        let facts = &context(&step.facts);
        let decision = match &step.operation {
            Op::Register(metadata) => plugin.register(facts, metadata),
            Op::Provision(id, metadata) => plugin.provision(facts, id.as_deref(), metadata),
            Op::Read(id) => plugin.read(facts, id),
            Op::Update(id, metadata) => plugin.update(facts, id, metadata),
            Op::RotateSecret(id) => plugin.rotate_secret(facts, id),
            Op::RotateRegistrationAccessToken(id) => {
                plugin.rotate_registration_access_token(facts, id)
            }
            Op::Disable(id) => plugin.disable(facts, id),
            Op::Enable(id) => plugin.enable(facts, id),
            Op::Approve(id) => plugin.approve(facts, id),
            Op::Deny(id) => plugin.deny(facts, id),
            Op::Remove(id) => plugin.remove(facts, id),
            Op::Authorize(carried) => plugin.authorize(facts, &request(carried)),
            Op::Authenticate(carried) => plugin.authenticate(facts, &request(carried)),
            Op::Review(id) => plugin.review(facts, id),
            Op::ReviewDraft(metadata) => plugin.review_draft(facts, metadata),
            Op::Usable(id, scope) => plugin.usable(facts, id, scope.as_deref()),
            Op::Lifecycle(id, became) => {
                let became = gatepost_plugin::Activity {
                    authorised_at: became.authorised_at,
                    last_used: became.last_used,
                    refresh_tokens: became.refresh_tokens,
                };
                plugin.lifecycle(facts, id, &became)
            }
            Op::ClientDocument(id, document) => {
                plugin.client_document(facts, id, document.as_deref())
            }
            Op::Identify(carried) => return plugin.identify(&request(carried)).map(Answer::Text),
            Op::Network(address) => return plugin.network(address).map(Answer::Text),
            Op::WiderNetwork(address) => return plugin.wider_network(address).map(Answer::Text),
            Op::ServerMetadata => {
                return plugin
                    .server_metadata()
                    .map(|text| Answer::Text(Some(text)));
            }
            Op::Window => return plugin.window().map(Answer::Number),
            Op::WiderWindow => return plugin.wider_window().map(Answer::Number),
            Op::RedirectUriMatches(registered, requested) => {
                let matches = plugin.redirect_uri_matches(registered, requested);
                return matches.map(|matches| Answer::Number(matches.into()));
            }
            Op::WebAdministrationWarning => {
                let warning = plugin.web_administration_warning();
                return Ok(Answer::Findings(findings(warning.into_iter().collect())));
            }
            Op::Bearer(authorization) => {
                let found = plugin.bearer(authorization.as_deref())?;
                return Ok(Answer::Bearer(credential(found.credential), found.token));
            }
            Op::Warnings => return Ok(Answer::Findings(findings(plugin.warnings()))),
            Op::CheckTerms(terms) => {
                let wrong = plugin.check_terms(terms)?.err().unwrap_or_default();
                return Ok(Answer::Findings(findings(wrong)));
            }
        };
        Ok(Answer::Decision(Box::new(replayed(decision?))))
    }
}

fn context(facts: &Facts) -> gatepost_plugin::Context {
    gatepost_plugin::Context {
        now: facts.now.expect("a plugin is told the time"),
        entropy: facts.entropy.clone().expect("a plugin is given entropy"),
        caller: gatepost_plugin::Caller {
            credential: match facts.credential {
                gatepost::Credential::Missing => gatepost_plugin::Credential::Missing,
                gatepost::Credential::Malformed => gatepost_plugin::Credential::Malformed,
                gatepost::Credential::Rejected => gatepost_plugin::Credential::Rejected,
                gatepost::Credential::Accepted => gatepost_plugin::Credential::Accepted,
                gatepost::Credential::OtherScheme => gatepost_plugin::Credential::OtherScheme,
            },
            account: facts.account.clone(),
            permissions: facts.permissions.clone(),
            address: facts.address.clone(),
            terms: facts.terms.clone(),
            token: facts.token.clone(),
        },
        usage: gatepost_plugin::Usage {
            account_clients: facts.usage.account_clients,
            address_registrations: facts.usage.address_registrations,
            wider_registrations: facts.usage.wider_registrations,
            key_registrations: facts.usage.key_registrations,
            anonymous_clients: facts.usage.anonymous_clients,
            total_clients: facts.usage.total_clients,
        },
        record: facts.record.clone(),
    }
}

fn request(carried: &Carried) -> gatepost_plugin::Request {
    gatepost_plugin::Request {
        endpoint: match carried.endpoint {
            gatepost::Endpoint::Authorization => gatepost_plugin::Endpoint::Authorization,
            gatepost::Endpoint::PushedAuthorization => {
                gatepost_plugin::Endpoint::PushedAuthorization
            }
            gatepost::Endpoint::DeviceAuthorization => {
                gatepost_plugin::Endpoint::DeviceAuthorization
            }
            gatepost::Endpoint::Token => gatepost_plugin::Endpoint::Token,
            gatepost::Endpoint::Introspection => gatepost_plugin::Endpoint::Introspection,
            gatepost::Endpoint::Revocation => gatepost_plugin::Endpoint::Revocation,
        },
        authorization: carried.authorization.clone(),
        parameters: carried.parameters.clone(),
        jwks: carried.jwks.clone(),
    }
}

fn replayed(decision: gatepost_plugin::Decision) -> Replayed {
    let headers = decision.response.headers.into_iter();
    Replayed {
        outcome: match decision.outcome {
            gatepost_plugin::Outcome::Accept => gatepost::Outcome::Accept,
            gatepost_plugin::Outcome::Refuse => gatepost::Outcome::Refuse,
        },
        status: decision.response.status,
        headers: headers.map(|header| (header.name, header.value)).collect(),
        body: decision.response.body,
        effect: match decision.effect {
            gatepost_plugin::Effect::None => gatepost::Effect::None,
            gatepost_plugin::Effect::Store(stored) => gatepost::Effect::Store(record(stored)),
            gatepost_plugin::Effect::Share(stored) => gatepost::Effect::Share(record(stored)),
            gatepost_plugin::Effect::Replace(stored) => gatepost::Effect::Replace(record(stored)),
            gatepost_plugin::Effect::Remove(client_id) => gatepost::Effect::Remove(client_id),
        },
        diagnostics: decision
            .diagnostics
            .into_iter()
            .map(|found| ReplayedDiagnostic {
                code: found.code,
                pointer: found.pointer,
                message: found.message,
                reference: found.reference,
                severity: severity(found.severity),
            })
            .collect(),
        fetches: decision
            .fetches
            .into_iter()
            .map(|fetch| gatepost::Fetch {
                uri: fetch.uri,
                pointer: fetch.pointer,
                due: match fetch.due {
                    gatepost_plugin::Due::BeforeEffect => gatepost::Due::BeforeEffect,
                    gatepost_plugin::Due::OnUse => gatepost::Due::OnUse,
                },
                max_bytes: fetch.max_bytes,
                timeout: fetch.timeout,
            })
            .collect(),
        client_id: decision.client_id,
        client: decision.client.map(client),
        client_secret: decision.client_secret,
        registration_access_token: decision.registration_access_token,
    }
}

fn credential(credential: gatepost_plugin::Credential) -> gatepost::Credential {
    match credential {
        gatepost_plugin::Credential::Missing => gatepost::Credential::Missing,
        gatepost_plugin::Credential::Malformed => gatepost::Credential::Malformed,
        gatepost_plugin::Credential::Rejected => gatepost::Credential::Rejected,
        gatepost_plugin::Credential::Accepted => gatepost::Credential::Accepted,
        gatepost_plugin::Credential::OtherScheme => gatepost::Credential::OtherScheme,
    }
}

fn record(record: gatepost_plugin::ClientRecord) -> gatepost::Record {
    gatepost::Record {
        client_id: record.client_id,
        document: record.document,
    }
}

fn client(client: gatepost_plugin::Client) -> gatepost::Client {
    gatepost::Client {
        client_id: client.client_id,
        standing: match client.standing {
            gatepost_plugin::Standing::Provisioned => gatepost::Standing::Provisioned,
            gatepost_plugin::Standing::Registered => gatepost::Standing::Registered,
            gatepost_plugin::Standing::Document => gatepost::Standing::Document,
            gatepost_plugin::Standing::Shared => gatepost::Standing::Shared,
            gatepost_plugin::Standing::Unregistered => gatepost::Standing::Unregistered,
            gatepost_plugin::Standing::Overridden => gatepost::Standing::Overridden,
        },
        redirect_uri: client.redirect_uri,
        scope: client.scope,
        metadata: client.metadata,
        assertion: client.assertion.map(|assertion| gatepost::Assertion {
            id: assertion.id,
            expires_at: assertion.expires_at,
        }),
    }
}

pub fn findings(findings: Vec<gatepost_plugin::SettingFinding>) -> Vec<gatepost::SettingFinding> {
    findings
        .into_iter()
        .map(|finding| gatepost::SettingFinding {
            path: finding.path,
            message: finding.message,
            allowed: finding.allowed,
            line: finding.line,
            column: finding.column,
            severity: severity(finding.severity),
        })
        .collect()
}

fn severity(severity: gatepost_plugin::Severity) -> gatepost::Severity {
    match severity {
        gatepost_plugin::Severity::Error => gatepost::Severity::Error,
        gatepost_plugin::Severity::Warning => gatepost::Severity::Warning,
        gatepost_plugin::Severity::Note => gatepost::Severity::Note,
    }
}
