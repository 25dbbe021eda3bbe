//! The component's exports, as `wit/registrar.wit` lists them: each translates, calls and
//! translates back.

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
    type Registrar = crate::Registrar;
}

impl wit::GuestRegistrar for crate::Registrar {
    fn compile(settings: String) -> Result<wit::Registrar, Vec<wit::SettingFinding>> {
        match Self::compile(&settings) {
            Ok(registrar) => Ok(wit::Registrar::new(registrar)),
            Err(crate::SettingsError(findings)) => Err(into_vec(findings)),
        }
    }

    fn warnings(&self) -> Vec<wit::SettingFinding> {
        into_vec(self.warnings().to_vec())
    }

    fn register(
        &self,
        context: wit::Context,
        metadata: Vec<u8>,
    ) -> Result<wit::Decision, wit::Misuse> {
        let permissions: Vec<&str> = context.caller.permissions.iter().map(|p| &**p).collect();
        let context = crate::Context {
            now: Some(context.now),
            entropy: Some(&context.entropy),
            caller: crate::Caller {
                credential: context.caller.credential.into(),
                account: context.caller.account.as_deref(),
                permissions: &permissions,
                address: context.caller.address.as_deref(),
            },
            usage: context.usage.into(),
        };
        Ok(self.register(&context, &metadata)?.into())
    }

    fn server_metadata(&self) -> String {
        self.server_metadata()
    }
}

fn into_vec<T: Into<U>, U>(items: Vec<T>) -> Vec<U> {
    items.into_iter().map(Into::into).collect()
}

impl From<wit::Credential> for crate::Credential {
    fn from(credential: wit::Credential) -> Self {
        match credential {
            wit::Credential::Missing => Self::Missing,
            wit::Credential::Malformed => Self::Malformed,
            wit::Credential::Rejected => Self::Rejected,
            wit::Credential::Accepted => Self::Accepted,
        }
    }
}

impl From<wit::Usage> for crate::Usage {
    fn from(usage: wit::Usage) -> Self {
        Self {
            account_clients: usage.account_clients,
            address_registrations: usage.address_registrations,
            total_clients: usage.total_clients,
        }
    }
}

impl From<crate::Decision> for wit::Decision {
    fn from(decision: crate::Decision) -> Self {
        Self {
            outcome: match decision.outcome {
                crate::Outcome::Accept => wit::Outcome::Accept,
                crate::Outcome::Refuse => wit::Outcome::Refuse,
            },
            response: wit::Response {
                status: decision.response.status,
                headers: into_vec(decision.response.headers),
                body: decision.response.body,
            },
            effect: decision.effect.into(),
            diagnostics: into_vec(decision.diagnostics),
            fetches: into_vec(decision.fetches),
        }
    }
}

impl From<crate::Fetch> for wit::Fetch {
    fn from(fetch: crate::Fetch) -> Self {
        Self {
            uri: fetch.uri,
            pointer: fetch.pointer,
            due: match fetch.due {
                crate::Due::BeforeEffect => wit::Due::BeforeEffect,
                crate::Due::OnUse => wit::Due::OnUse,
            },
            max_bytes: fetch.max_bytes,
            timeout: fetch.timeout,
        }
    }
}

impl From<crate::Header> for wit::Header {
    fn from(header: crate::Header) -> Self {
        Self {
            name: header.name.into(),
            value: header.value.into_owned(),
        }
    }
}

impl From<crate::Effect> for wit::Effect {
    fn from(effect: crate::Effect) -> Self {
        match effect {
            crate::Effect::None => Self::None,
            crate::Effect::Store(record) => Self::Store(record.into()),
            crate::Effect::Replace(record) => Self::Replace(record.into()),
            crate::Effect::Remove(client_id) => Self::Remove(client_id),
        }
    }
}

impl From<crate::Record> for wit::ClientRecord {
    fn from(record: crate::Record) -> Self {
        Self {
            client_id: record.client_id,
            document: record.document,
        }
    }
}

impl From<crate::Diagnostic> for wit::Diagnostic {
    fn from(diagnostic: crate::Diagnostic) -> Self {
        Self {
            code: diagnostic.code.into(),
            pointer: diagnostic.pointer,
            message: diagnostic.message.into_owned(),
            reference: diagnostic.reference.into(),
            severity: diagnostic.severity.into(),
        }
    }
}

impl From<crate::SettingFinding> for wit::SettingFinding {
    fn from(finding: crate::SettingFinding) -> Self {
        Self {
            path: finding.path,
            message: finding.message,
            allowed: finding.allowed,
            severity: finding.severity.into(),
        }
    }
}

impl From<crate::Severity> for wit::Severity {
    fn from(severity: crate::Severity) -> Self {
        match severity {
            crate::Severity::Error => Self::Error,
            crate::Severity::Warning => Self::Warning,
            crate::Severity::Note => Self::Note,
        }
    }
}

impl From<crate::Misuse> for wit::Misuse {
    fn from(misuse: crate::Misuse) -> Self {
        match misuse {
            crate::Misuse::EntropyTooShort => Self::EntropyTooShort,
            // Neither happens: a component is always given both.
            crate::Misuse::TimeMissing | crate::Misuse::EntropyMissing => {
                Self::Other(misuse.to_string())
            }
        }
    }
}
