//! Decisions that depend on a document which a client names: what describes it, and its keys.
//!
//! A document that cannot be read is a refusal, with the reason among the diagnostics as a note: those of an
//! administrator have it, and an answer to a stranger does not.

use gatepost_directory::Facts;
use gatepost_plugin::{Context, Decision, Diagnostic, Effect, Fetch, Outcome, Severity, Standing};

use super::case::{Case, Ruled};
use super::error::Undecided;
use crate::fetch::FetchError;

impl Case {
    /// Decides about a client whose id is a URL (draft-ietf-oauth-client-id-metadata-document §4).
    ///
    /// The document takes the place of the record: it is read for each decision, and the directory has a
    /// record of it only once a user has agreed. So strangers' documents fill no table.
    pub(super) fn by_document(&self, site: &str, facts: &Facts) -> Result<Ruled, Undecided> {
        let context = self.context(facts.record.clone(), facts);
        if !self.is_described_by_its_site(site, &context)? {
            return self.by_record(context.record, facts);
        }
        let may_be_read = self.plugin.client_document(&context, site, None)?;
        let named = match may_be_read.outcome {
            Outcome::Accept => may_be_read.fetches.first(),
            Outcome::Refuse => None,
        };
        let Some(fetch) = named else {
            return self.without_document(may_be_read.diagnostics, facts);
        };
        let document = match self.document(fetch)? {
            Ok(document) => document,
            // This program has not run long enough to have a copy of its own.
            Err(error) if error.is_passing() && self.has_just_begun && facts.record.is_some() => {
                let mut ruled = self.by_record(context.record, facts)?;
                ruled.decision.diagnostics.push(note(error, fetch));
                return Ok(ruled);
            }
            Err(error) => return self.without_document(vec![note(error, fetch)], facts),
        };
        let read = self
            .plugin
            .client_document(&context, site, Some(&document.body))?;
        let record = match (read.outcome, &read.effect) {
            (Outcome::Accept, Effect::Store(record) | Effect::Replace(record)) => record,
            _ => {
                let mut ruled = self.without_document(read.diagnostics, facts)?;
                ruled.unfit = Some(fetch.clone());
                return Ok(ruled);
            }
        };
        let mut ruled = self.by_record(Some(record.document.clone()), facts)?;
        let decision = &mut ruled.decision;
        decision.diagnostics.extend(read.diagnostics);
        if let Some(error) = &document.stale {
            decision.diagnostics.push(note(error, fetch));
        }
        let is_new = facts.record.as_ref() != Some(&record.document);
        if decision.outcome == Outcome::Accept && decision.effect == Effect::None && is_new {
            decision.effect = read.effect;
        }
        Ok(ruled)
    }

    /// Whether a URL stands for a document, and not for an id that the settings let everybody use, nor for one
    /// that is like any other because documents are off. The plugin says so of a request that asks for
    /// nothing.
    fn is_described_by_its_site(&self, site: &str, context: &Context) -> Result<bool, Undecided> {
        let decision = self.plugin.usable(context, site, None)?;
        Ok(match decision.client {
            Some(client) => client.standing == Standing::Document,
            None => has(&decision, "client-document-unread"),
        })
    }

    /// Decides as if there was no document. That is a refusal, in the form of the endpoint.
    fn without_document(
        &self,
        reasons: Vec<Diagnostic>,
        facts: &Facts,
    ) -> Result<Ruled, Undecided> {
        let mut ruled = self.by_record(None, facts)?;
        if ruled.decision.outcome == Outcome::Accept {
            return Err(Undecided::Malformed(
                "it accepted a client whose document was not read",
            ));
        }
        ruled.decision.diagnostics.extend(reasons);
        Ok(ruled)
    }

    /// Decides with the keys of a client that were fetched for it. If they do not verify its signature, the
    /// client may have new ones (RFC 7517 §5).
    pub(super) fn with_keys(
        &self,
        fetch: &Fetch,
        mut refusal: Decision,
        context: &Context,
        facts: &Facts,
    ) -> Result<Decision, Undecided> {
        let document = match self.document(fetch)? {
            Ok(document) => document,
            Err(error) => {
                refusal.diagnostics.push(note(error, fetch));
                return Ok(refusal);
            }
        };
        let keys = String::from_utf8_lossy(&document.body).into_owned();
        let Some(operation) = self.operation_with(keys) else {
            return Ok(refusal);
        };
        let mut decision = operation.ask(&*self.plugin, context, &facts.activity)?;
        if has(&decision, "assertion-signature") && document.is_renewable {
            return Err(Undecided::Unfetched {
                fetch: fetch.clone(),
                is_renewal: true,
            });
        }
        if let Some(error) = &document.stale {
            decision.diagnostics.push(note(error, fetch));
        }
        Ok(decision)
    }
}

fn has(decision: &Decision, code: &str) -> bool {
    decision
        .diagnostics
        .iter()
        .any(|finding| finding.code == code)
}

/// Why a document is not there, or is an old one.
fn note(error: &FetchError, fetch: &Fetch) -> Diagnostic {
    Diagnostic {
        code: error.code().to_owned(),
        pointer: fetch.pointer.clone(),
        message: "The document could not be fetched. The log of the server says why.".to_owned(),
        reference: "RFC 7591 §5".to_owned(),
        severity: Severity::Note,
    }
}
