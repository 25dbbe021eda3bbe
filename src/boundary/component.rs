//! The component's exports, as `wit/registrar.wit` lists them: each converts the arguments, calls
//! the registrar and converts its answer.

mod bindings {
    wit_bindgen::generate!({
        path: "wit",
        world: "plugin",
        pub_export_macro: false,
    });
}

use bindings::exports::gatepost::registration::registrar as wit;

struct Component;

bindings::export!(Component with_types_in bindings);

impl wit::Guest for Component {
    type Registrar = crate::registrar::Registrar;

    fn bearer(authorization: Option<String>) -> wit::BearerCredential {
        let found = crate::operations::bearer::bearer(authorization.as_deref());
        wit::BearerCredential {
            credential: found.credential.into(),
            token: found.token.map(str::to_owned),
        }
    }

    fn redirect_uri_matches(registered: String, requested: String) -> bool {
        crate::uri::redirect_uri_matches(&registered, &requested)
    }
}

impl wit::GuestRegistrar for crate::registrar::Registrar {
    fn compile(settings: String) -> Result<wit::Registrar, Vec<wit::SettingFinding>> {
        match Self::compile(&settings) {
            Ok(registrar) => Ok(wit::Registrar::new(registrar)),
            Err(crate::diagnostic::SettingsError(findings)) => Err(into_vec(findings)),
        }
    }

    fn warnings(&self) -> Vec<wit::SettingFinding> {
        into_vec(self.warnings().to_vec())
    }

    fn web_administration_warning(&self) -> Option<wit::SettingFinding> {
        self.web_administration_warning().cloned().map(Into::into)
    }

    fn register(&self, context: wit::Context, metadata: Vec<u8>) -> Answer {
        decide(&context, |facts| self.register(facts, &metadata))
    }

    fn provision(
        &self,
        context: wit::Context,
        client_id: Option<String>,
        metadata: Vec<u8>,
    ) -> Answer {
        decide(&context, |facts| {
            self.provision(facts, client_id.as_deref(), &metadata)
        })
    }

    fn read(&self, context: wit::Context, client_id: String) -> Answer {
        decide(&context, |facts| self.read(facts, &client_id))
    }

    fn update(&self, context: wit::Context, client_id: String, metadata: Vec<u8>) -> Answer {
        decide(&context, |facts| self.update(facts, &client_id, &metadata))
    }

    fn rotate_secret(&self, context: wit::Context, client_id: String) -> Answer {
        decide(&context, |facts| self.rotate_secret(facts, &client_id))
    }

    fn rotate_registration_access_token(&self, context: wit::Context, client_id: String) -> Answer {
        decide(&context, |facts| {
            self.rotate_registration_access_token(facts, &client_id)
        })
    }

    fn disable(&self, context: wit::Context, client_id: String) -> Answer {
        decide(&context, |facts| self.disable(facts, &client_id))
    }

    fn enable(&self, context: wit::Context, client_id: String) -> Answer {
        decide(&context, |facts| self.enable(facts, &client_id))
    }

    fn approve(&self, context: wit::Context, client_id: String) -> Answer {
        decide(&context, |facts| self.approve(facts, &client_id))
    }

    fn deny(&self, context: wit::Context, client_id: String) -> Answer {
        decide(&context, |facts| self.deny(facts, &client_id))
    }

    fn remove(&self, context: wit::Context, client_id: String) -> Answer {
        decide(&context, |facts| self.remove(facts, &client_id))
    }

    fn identify(&self, request: wit::Request) -> Option<String> {
        self.identify(&(&request).into())
    }

    fn authorize(&self, context: wit::Context, request: wit::Request) -> Answer {
        decide(&context, |facts| self.authorize(facts, &(&request).into()))
    }

    fn authenticate(&self, context: wit::Context, request: wit::Request) -> Answer {
        decide(&context, |facts| {
            self.authenticate(facts, &(&request).into())
        })
    }

    fn usable(&self, context: wit::Context, client_id: String, scope: Option<String>) -> Answer {
        decide(&context, |facts| {
            self.usable(facts, &client_id, scope.as_deref())
        })
    }

    fn review(&self, context: wit::Context, client_id: String) -> Answer {
        decide(&context, |facts| self.review(facts, &client_id))
    }

    fn review_draft(&self, context: wit::Context, metadata: Vec<u8>) -> Answer {
        decide(&context, |facts| self.review_draft(facts, &metadata))
    }

    fn lifecycle(
        &self,
        context: wit::Context,
        client_id: String,
        activity: wit::Activity,
    ) -> Answer {
        decide(&context, |facts| {
            self.lifecycle(facts, &client_id, &activity.into())
        })
    }

    fn client_document(
        &self,
        context: wit::Context,
        client_id: String,
        document: Option<Vec<u8>>,
    ) -> Answer {
        decide(&context, |facts| {
            self.client_document(facts, &client_id, document.as_deref())
        })
    }

    fn network(&self, address: String) -> Option<String> {
        self.network(&address)
    }

    fn wider_network(&self, address: String) -> Option<String> {
        self.wider_network(&address)
    }

    fn window(&self) -> u64 {
        self.window()
    }

    fn wider_window(&self) -> u64 {
        self.wider_window()
    }

    fn check_terms(terms: String) -> Result<(), Vec<wit::SettingFinding>> {
        Self::check_terms(&terms).map_err(|error| into_vec(error.0))
    }

    fn server_metadata(&self) -> String {
        self.server_metadata()
    }
}

type Answer = Result<wit::Decision, wit::Misuse>;

/// Converts the facts, and makes a decision with them.
fn decide(
    context: &wit::Context,
    core: impl FnOnce(
        &crate::facts::Context<'_>,
    ) -> Result<crate::decision::Decision, crate::facts::Misuse>,
) -> Answer {
    let caller = &context.caller;
    let permissions: Vec<&str> = caller.permissions.iter().map(|p| &**p).collect();
    let decision = core(&crate::facts::Context {
        now: Some(context.now),
        entropy: Some(&context.entropy),
        caller: crate::facts::Caller {
            credential: caller.credential.into(),
            account: caller.account.as_deref(),
            permissions: &permissions,
            address: caller.address.as_deref(),
            terms: caller.terms.as_deref(),
            token: caller.token.as_deref(),
        },
        usage: context.usage.into(),
        record: context.record.as_deref(),
    })?;
    Ok(decision.into())
}

fn into_vec<T: Into<U>, U>(items: Vec<T>) -> Vec<U> {
    items.into_iter().map(Into::into).collect()
}

impl From<wit::Credential> for crate::facts::Credential {
    fn from(credential: wit::Credential) -> Self {
        match credential {
            wit::Credential::Missing => Self::Missing,
            wit::Credential::Malformed => Self::Malformed,
            wit::Credential::Rejected => Self::Rejected,
            wit::Credential::Accepted => Self::Accepted,
            wit::Credential::OtherScheme => Self::OtherScheme,
        }
    }
}

impl From<crate::facts::Credential> for wit::Credential {
    fn from(credential: crate::facts::Credential) -> Self {
        match credential {
            crate::facts::Credential::Missing => Self::Missing,
            crate::facts::Credential::Malformed => Self::Malformed,
            crate::facts::Credential::Rejected => Self::Rejected,
            crate::facts::Credential::Accepted => Self::Accepted,
            crate::facts::Credential::OtherScheme => Self::OtherScheme,
        }
    }
}

impl From<wit::Usage> for crate::facts::Usage {
    fn from(usage: wit::Usage) -> Self {
        Self {
            account_clients: usage.account_clients,
            address_registrations: usage.address_registrations,
            wider_registrations: usage.wider_registrations,
            key_registrations: usage.key_registrations,
            anonymous_clients: usage.anonymous_clients,
            total_clients: usage.total_clients,
        }
    }
}

impl<'a> From<&'a wit::Request> for crate::facts::Request<'a> {
    fn from(request: &'a wit::Request) -> Self {
        Self {
            endpoint: match request.endpoint {
                wit::Endpoint::Authorization => crate::facts::Endpoint::Authorization,
                wit::Endpoint::PushedAuthorization => crate::facts::Endpoint::PushedAuthorization,
                wit::Endpoint::DeviceAuthorization => crate::facts::Endpoint::DeviceAuthorization,
                wit::Endpoint::Token => crate::facts::Endpoint::Token,
                wit::Endpoint::Introspection => crate::facts::Endpoint::Introspection,
                wit::Endpoint::Revocation => crate::facts::Endpoint::Revocation,
            },
            authorization: request.authorization.as_deref(),
            parameters: &request.parameters,
            jwks: request.jwks.as_deref(),
        }
    }
}

impl From<wit::Activity> for crate::facts::Activity {
    fn from(activity: wit::Activity) -> Self {
        Self {
            authorised_at: activity.authorised_at,
            last_used: activity.last_used,
            refresh_tokens: activity.refresh_tokens,
        }
    }
}

impl From<crate::decision::Decision> for wit::Decision {
    fn from(decision: crate::decision::Decision) -> Self {
        Self {
            outcome: match decision.outcome {
                crate::decision::Outcome::Accept => wit::Outcome::Accept,
                crate::decision::Outcome::Refuse => wit::Outcome::Refuse,
            },
            response: wit::Response {
                status: decision.response.status,
                headers: into_vec(decision.response.headers),
                body: decision.response.body,
            },
            effect: decision.effect.into(),
            diagnostics: into_vec(decision.diagnostics),
            fetches: into_vec(decision.fetches),
            client_id: decision.client_id,
            client: decision.client.map(Into::into),
            client_secret: decision.secrets.client_secret,
            registration_access_token: decision.secrets.registration_access_token,
        }
    }
}

impl From<crate::decision::Client> for wit::Client {
    fn from(client: crate::decision::Client) -> Self {
        Self {
            client_id: client.client_id,
            standing: match client.standing {
                crate::decision::Standing::Provisioned => wit::Standing::Provisioned,
                crate::decision::Standing::Registered => wit::Standing::Registered,
                crate::decision::Standing::Document => wit::Standing::Document,
                crate::decision::Standing::Shared => wit::Standing::Shared,
                crate::decision::Standing::Unregistered => wit::Standing::Unregistered,
                crate::decision::Standing::Overridden => wit::Standing::Overridden,
            },
            redirect_uri: client.redirect_uri,
            scope: client.scope,
            metadata: client.metadata,
            assertion: client.assertion.map(|assertion| wit::Assertion {
                id: assertion.id,
                expires_at: assertion.expires_at,
            }),
        }
    }
}

impl From<crate::decision::Fetch> for wit::Fetch {
    fn from(fetch: crate::decision::Fetch) -> Self {
        Self {
            uri: fetch.uri,
            pointer: fetch.pointer,
            due: match fetch.due {
                crate::decision::Due::BeforeEffect => wit::Due::BeforeEffect,
                crate::decision::Due::OnUse => wit::Due::OnUse,
            },
            max_bytes: fetch.max_bytes,
            timeout: fetch.timeout,
        }
    }
}

impl From<crate::decision::Header> for wit::Header {
    fn from(header: crate::decision::Header) -> Self {
        Self {
            name: header.name.into(),
            value: header.value.into_owned(),
        }
    }
}

impl From<crate::decision::Effect> for wit::Effect {
    fn from(effect: crate::decision::Effect) -> Self {
        match effect {
            crate::decision::Effect::None => Self::None,
            crate::decision::Effect::Store(record) => Self::Store(record.into()),
            crate::decision::Effect::Share(record) => Self::Share(record.into()),
            crate::decision::Effect::Replace(record) => Self::Replace(record.into()),
            crate::decision::Effect::Remove(client_id) => Self::Remove(client_id),
        }
    }
}

impl From<crate::decision::Record> for wit::ClientRecord {
    fn from(record: crate::decision::Record) -> Self {
        Self {
            client_id: record.client_id,
            document: record.document,
        }
    }
}

impl From<crate::diagnostic::Diagnostic> for wit::Diagnostic {
    fn from(diagnostic: crate::diagnostic::Diagnostic) -> Self {
        Self {
            code: diagnostic.code.into(),
            pointer: diagnostic.pointer,
            message: diagnostic.message.into_owned(),
            reference: diagnostic.reference.into(),
            severity: diagnostic.severity.into(),
        }
    }
}

impl From<crate::diagnostic::SettingFinding> for wit::SettingFinding {
    fn from(finding: crate::diagnostic::SettingFinding) -> Self {
        Self {
            path: finding.path,
            message: finding.message,
            allowed: finding.allowed,
            line: finding.line,
            column: finding.column,
            severity: finding.severity.into(),
        }
    }
}

impl From<crate::diagnostic::Severity> for wit::Severity {
    fn from(severity: crate::diagnostic::Severity) -> Self {
        match severity {
            crate::diagnostic::Severity::Error => Self::Error,
            crate::diagnostic::Severity::Warning => Self::Warning,
            crate::diagnostic::Severity::Note => Self::Note,
        }
    }
}

impl From<crate::facts::Misuse> for wit::Misuse {
    fn from(misuse: crate::facts::Misuse) -> Self {
        match misuse {
            crate::facts::Misuse::EntropyTooShort => Self::EntropyTooShort,
            crate::facts::Misuse::RecordUnreadable => Self::RecordUnreadable,
            crate::facts::Misuse::RecordMismatch => Self::RecordMismatch,
            crate::facts::Misuse::TermsInvalid(mistakes) => {
                Self::TermsInvalid(into_vec(mistakes.0))
            }
            // Neither happens, because a context of this interface always has both.
            crate::facts::Misuse::TimeMissing | crate::facts::Misuse::EntropyMissing => {
                Self::Other(misuse.to_string())
            }
        }
    }
}
