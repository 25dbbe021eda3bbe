//! One call of one operation, and what is answered: the same vocabulary for every boundary.

use std::panic::{AssertUnwindSafe, catch_unwind};

use gatepost::{
    Activity, Caller, Client, Context, Credential, Effect, Endpoint, Fetch, Misuse, Outcome,
    Registrar, Request, SettingFinding, SettingsError, Severity, Usage,
};

/// A way to the core, with settings compiled.
pub trait Boundary {
    fn perform(&mut self, step: &Step) -> Answer;
}

/// One call.
#[derive(Clone, Debug)]
pub struct Step {
    pub facts: Facts,
    pub operation: Operation,
}

/// A [`Context`] in which everything is owned.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub now: Option<u64>,
    pub entropy: Option<Vec<u8>>,
    pub credential: Credential,
    pub account: Option<String>,
    pub permissions: Vec<String>,
    pub address: Option<String>,
    pub terms: Option<String>,
    pub token: Option<String>,
    pub usage: Usage,
    pub record: Option<String>,
}

/// What is asked.
#[derive(Clone, Debug)]
pub enum Operation {
    Register(Vec<u8>),
    Provision(Option<String>, Vec<u8>),
    Read(String),
    Update(String, Vec<u8>),
    RotateSecret(String),
    RotateRegistrationAccessToken(String),
    Disable(String),
    Enable(String),
    Approve(String),
    Deny(String),
    Remove(String),
    Identify(Carried),
    Authorize(Carried),
    Authenticate(Carried),
    Review(String),
    ReviewDraft(Vec<u8>),
    Usable(String, Option<String>),
    Lifecycle(String, Activity),
    ClientDocument(String, Option<Vec<u8>>),
    Network(String),
    Window,
    WiderNetwork(String),
    WiderWindow,
    CheckTerms(String),
    Warnings,
    WebAdministrationWarning,
    Bearer(Option<String>),
    ServerMetadata,
    RedirectUriMatches(String, String),
}

/// A [`Request`] in which everything is owned.
#[derive(Clone, Debug)]
pub struct Carried {
    pub endpoint: Endpoint,
    pub authorization: Option<String>,
    pub parameters: Vec<u8>,
    pub jwks: Option<String>,
}

/// What a step is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    Decision(Box<Replayed>),
    Text(Option<String>),
    Number(u64),
    /// What an `Authorization` header is, and its token.
    Bearer(Credential, Option<String>),
    /// Warnings about the settings, or what is wrong with terms.
    Findings(Vec<SettingFinding>),
    Misuse(Misuse),
    /// The settings were refused.
    Refused(Vec<SettingFinding>),
    /// A bug: the core panicked.
    Panicked,
}

/// A decision in which everything is owned, so that those of all boundaries can be compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    pub outcome: Outcome,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub effect: Effect,
    pub diagnostics: Vec<ReplayedDiagnostic>,
    pub fetches: Vec<Fetch>,
    pub client_id: Option<String>,
    pub client: Option<Client>,
    pub client_secret: Option<String>,
    pub registration_access_token: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayedDiagnostic {
    pub code: String,
    pub pointer: String,
    pub message: String,
    pub reference: String,
    pub severity: Severity,
}

/// The Rust library itself, which every other boundary is held against.
impl Boundary for Registrar {
    fn perform(&mut self, step: &Step) -> Answer {
        catch_unwind(AssertUnwindSafe(|| {
            step.facts.show(|facts| ask(self, facts, step))
        }))
        .unwrap_or(Answer::Panicked)
    }
}

fn ask(registrar: &Registrar, facts: &Context<'_>, step: &Step) -> Answer {
    use Operation as Op;
    let decided = match &step.operation {
        Op::Register(metadata) => registrar.register(facts, metadata),
        Op::Provision(id, metadata) => registrar.provision(facts, id.as_deref(), metadata),
        Op::Read(id) => registrar.read(facts, id),
        Op::Update(id, metadata) => registrar.update(facts, id, metadata),
        Op::RotateSecret(id) => registrar.rotate_secret(facts, id),
        Op::RotateRegistrationAccessToken(id) => {
            registrar.rotate_registration_access_token(facts, id)
        }
        Op::Disable(id) => registrar.disable(facts, id),
        Op::Enable(id) => registrar.enable(facts, id),
        Op::Approve(id) => registrar.approve(facts, id),
        Op::Deny(id) => registrar.deny(facts, id),
        Op::Remove(id) => registrar.remove(facts, id),
        Op::Authorize(request) => registrar.authorize(facts, &request.view()),
        Op::Authenticate(request) => registrar.authenticate(facts, &request.view()),
        Op::Review(id) => registrar.review(facts, id),
        Op::ReviewDraft(metadata) => registrar.review_draft(facts, metadata),
        Op::Usable(id, scope) => registrar.usable(facts, id, scope.as_deref()),
        Op::Lifecycle(id, activity) => registrar.lifecycle(facts, id, activity),
        Op::ClientDocument(id, document) => {
            registrar.client_document(facts, id, document.as_deref())
        }
        Op::Identify(request) => return Answer::Text(registrar.identify(&request.view())),
        Op::Network(address) => return Answer::Text(registrar.network(address)),
        Op::ServerMetadata => return Answer::Text(Some(registrar.server_metadata())),
        Op::Window => return Answer::Number(registrar.window()),
        Op::WiderNetwork(address) => return Answer::Text(registrar.wider_network(address)),
        Op::WiderWindow => return Answer::Number(registrar.wider_window()),
        Op::RedirectUriMatches(registered, requested) => {
            return Answer::Number(gatepost::redirect_uri_matches(registered, requested).into());
        }
        Op::Warnings => return Answer::Findings(registrar.warnings().to_vec()),
        Op::WebAdministrationWarning => {
            let warning = registrar.web_administration_warning().cloned();
            return Answer::Findings(warning.into_iter().collect());
        }
        Op::Bearer(authorization) => {
            let found = gatepost::bearer(authorization.as_deref());
            return Answer::Bearer(found.credential, found.token.map(str::to_owned));
        }
        Op::CheckTerms(terms) => {
            return Answer::Findings(match Registrar::check_terms(terms) {
                Ok(()) => Vec::new(),
                Err(SettingsError(findings)) => findings,
            });
        }
    };
    match decided {
        Ok(decision) => Answer::Decision(Box::new((&decision).into())),
        Err(misuse) => Answer::Misuse(misuse),
    }
}

impl Facts {
    fn show<R>(&self, call: impl FnOnce(&Context<'_>) -> R) -> R {
        let permissions: Vec<&str> = self.permissions.iter().map(String::as_str).collect();
        call(&Context {
            now: self.now,
            entropy: self.entropy.as_deref(),
            caller: Caller {
                credential: self.credential,
                account: self.account.as_deref(),
                permissions: &permissions,
                address: self.address.as_deref(),
                terms: self.terms.as_deref(),
                token: self.token.as_deref(),
            },
            usage: self.usage,
            record: self.record.as_deref(),
        })
    }
}

impl From<&Context<'_>> for Facts {
    fn from(context: &Context<'_>) -> Self {
        let caller = &context.caller;
        Self {
            now: context.now,
            entropy: context.entropy.map(Into::into),
            credential: caller.credential,
            account: caller.account.map(Into::into),
            permissions: caller.permissions.iter().map(|p| (*p).into()).collect(),
            address: caller.address.map(Into::into),
            terms: caller.terms.map(Into::into),
            token: caller.token.map(Into::into),
            usage: context.usage,
            record: context.record.map(Into::into),
        }
    }
}

impl Step {
    /// The registration of a client.
    pub fn register(context: &Context<'_>, metadata: &[u8]) -> Self {
        Self {
            facts: context.into(),
            operation: Operation::Register(metadata.into()),
        }
    }
}

impl Carried {
    fn view(&self) -> Request<'_> {
        Request {
            endpoint: self.endpoint,
            authorization: self.authorization.as_deref(),
            parameters: &self.parameters,
            jwks: self.jwks.as_deref(),
        }
    }
}

impl From<&gatepost::Decision> for Replayed {
    fn from(decision: &gatepost::Decision) -> Self {
        let headers = decision.response.headers.iter();
        let diagnostics = decision.diagnostics.iter();
        Self {
            outcome: decision.outcome,
            status: decision.response.status,
            headers: headers
                .map(|header| (header.name.to_owned(), header.value.clone().into_owned()))
                .collect(),
            body: decision.response.body.clone(),
            effect: decision.effect.clone(),
            diagnostics: diagnostics
                .map(|found| ReplayedDiagnostic {
                    code: found.code.into(),
                    pointer: found.pointer.clone(),
                    message: found.message.clone().into_owned(),
                    reference: found.reference.into(),
                    severity: found.severity,
                })
                .collect(),
            fetches: decision.fetches.clone(),
            client_id: decision.client_id.clone(),
            client: decision.client.clone(),
            client_secret: decision.secrets.client_secret.clone(),
            registration_access_token: decision.secrets.registration_access_token.clone(),
        }
    }
}
