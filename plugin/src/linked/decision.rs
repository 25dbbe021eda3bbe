//! What the core answers, in the vocabulary of `wit/registrar.wit`.

use crate::wit::{
    Assertion, Client, ClientRecord, Credential, Decision, Diagnostic, Due, Effect, Fetch, Header,
    Misuse, Outcome, Response, SettingFinding, Severity, Standing,
};

pub(super) fn decision(decision: gatepost::Decision) -> Decision {
    let gatepost::Response {
        status,
        headers,
        body,
    } = decision.response;
    Decision {
        outcome: match decision.outcome {
            gatepost::Outcome::Accept => Outcome::Accept,
            gatepost::Outcome::Refuse => Outcome::Refuse,
        },
        response: Response {
            status,
            headers: headers.into_iter().map(header).collect(),
            body,
        },
        effect: match decision.effect {
            gatepost::Effect::None => Effect::None,
            gatepost::Effect::Store(stored) => Effect::Store(record(stored)),
            gatepost::Effect::Share(stored) => Effect::Share(record(stored)),
            gatepost::Effect::Replace(stored) => Effect::Replace(record(stored)),
            gatepost::Effect::Remove(client_id) => Effect::Remove(client_id),
        },
        diagnostics: decision.diagnostics.into_iter().map(diagnostic).collect(),
        fetches: decision.fetches.into_iter().map(fetch).collect(),
        client_id: decision.client_id,
        client: decision.client.map(client),
        client_secret: decision.secrets.client_secret,
        registration_access_token: decision.secrets.registration_access_token,
    }
}

pub(super) const fn credential(credential: gatepost::Credential) -> Credential {
    match credential {
        gatepost::Credential::Missing => Credential::Missing,
        gatepost::Credential::Malformed => Credential::Malformed,
        gatepost::Credential::Rejected => Credential::Rejected,
        gatepost::Credential::Accepted => Credential::Accepted,
        gatepost::Credential::OtherScheme => Credential::OtherScheme,
    }
}

pub(super) fn misuse(misuse: gatepost::Misuse) -> Misuse {
    match misuse {
        gatepost::Misuse::EntropyTooShort => Misuse::EntropyTooShort,
        gatepost::Misuse::RecordUnreadable => Misuse::RecordUnreadable,
        gatepost::Misuse::RecordMismatch => Misuse::RecordMismatch,
        gatepost::Misuse::TermsInvalid(mistakes) => Misuse::TermsInvalid(findings(mistakes.0)),
        // Those of a missing time or entropy do not happen, because a context of this crate always has both.
        other => Misuse::Other(other.to_string()),
    }
}

pub(super) fn findings(findings: Vec<gatepost::SettingFinding>) -> Vec<SettingFinding> {
    findings.into_iter().map(finding).collect()
}

pub(super) fn finding(finding: gatepost::SettingFinding) -> SettingFinding {
    SettingFinding {
        path: finding.path,
        message: finding.message,
        allowed: finding.allowed,
        line: finding.line,
        column: finding.column,
        severity: severity(finding.severity),
    }
}

fn header(header: gatepost::Header) -> Header {
    Header {
        name: header.name.to_owned(),
        value: header.value.into_owned(),
    }
}

fn record(record: gatepost::Record) -> ClientRecord {
    ClientRecord {
        client_id: record.client_id,
        document: record.document,
    }
}

fn diagnostic(diagnostic: gatepost::Diagnostic) -> Diagnostic {
    Diagnostic {
        code: diagnostic.code.to_owned(),
        pointer: diagnostic.pointer,
        message: diagnostic.message.into_owned(),
        reference: diagnostic.reference.to_owned(),
        severity: severity(diagnostic.severity),
    }
}

const fn severity(severity: gatepost::Severity) -> Severity {
    match severity {
        gatepost::Severity::Error => Severity::Error,
        gatepost::Severity::Warning => Severity::Warning,
        gatepost::Severity::Note => Severity::Note,
    }
}

fn fetch(fetch: gatepost::Fetch) -> Fetch {
    Fetch {
        uri: fetch.uri,
        pointer: fetch.pointer,
        due: match fetch.due {
            gatepost::Due::BeforeEffect => Due::BeforeEffect,
            gatepost::Due::OnUse => Due::OnUse,
        },
        max_bytes: fetch.max_bytes,
        timeout: fetch.timeout,
    }
}

fn client(client: gatepost::Client) -> Client {
    Client {
        client_id: client.client_id,
        standing: match client.standing {
            gatepost::Standing::Provisioned => Standing::Provisioned,
            gatepost::Standing::Registered => Standing::Registered,
            gatepost::Standing::Document => Standing::Document,
            gatepost::Standing::Shared => Standing::Shared,
            gatepost::Standing::Unregistered => Standing::Unregistered,
            gatepost::Standing::Overridden => Standing::Overridden,
        },
        redirect_uri: client.redirect_uri,
        scope: client.scope,
        metadata: client.metadata,
        assertion: client.assertion.map(|assertion| Assertion {
            id: assertion.id,
            expires_at: assertion.expires_at,
        }),
    }
}
