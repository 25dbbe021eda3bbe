//! One question with all that stays as it is while it is asked again.

use std::collections::BTreeMap;
use std::sync::Arc;

use gatepost_directory::Facts;
use gatepost_plugin::{
    Caller, Context, Decision, Due, Effect, Fetch, Operation, Outcome, Plugin, Request,
};

use super::error::Undecided;
use super::response;
use crate::fetch::{Document, FetchError};

/// What is asked, of whom, and all the facts that stay as they are.
#[derive(Clone)]
pub(super) struct Case {
    pub(super) plugin: Arc<dyn Plugin>,
    pub(super) operation: Operation,
    pub(super) caller: Caller,
    pub(super) entropy: Vec<u8>,
    pub(super) revision: Option<u64>,
    pub(super) now: u64,
    /// The client that a request names, if its id is a URL.
    pub(super) site: Option<String>,
    /// What became of the documents that were asked for so far, by URI.
    pub(super) fetched: BTreeMap<String, Result<Document, FetchError>>,
    /// Whether the record that is stored of a document may stand for it.
    pub(super) has_just_begun: bool,
}

/// A decision, and what it was made from in the end.
#[derive(Debug)]
pub(super) struct Ruled {
    pub(super) decision: Decision,
    /// The record that it was made from: the stored one, or that of a document.
    pub(super) record: Option<String>,
    /// A document that is not what it should be.
    pub(super) unfit: Option<Fetch>,
}

impl Case {
    /// Decides, if every document that has to be read first was asked for.
    pub(super) fn decide(&self, facts: &Facts) -> Result<Ruled, Undecided> {
        let ruled = match &self.site {
            Some(site) => self.by_document(site, facts)?,
            None => self.by_record(facts.record.clone(), facts)?,
        };
        let decision = &ruled.decision;
        vet(decision)?;
        // A precondition counts only where all else is well (RFC 9110 §13.2.1).
        if decision.outcome == Outcome::Accept
            && self.revision.is_some()
            && facts.revision != self.revision
        {
            return Err(Undecided::Changed);
        }
        Ok(ruled)
    }

    /// Asks with this record.
    pub(super) fn by_record(
        &self,
        record: Option<String>,
        facts: &Facts,
    ) -> Result<Ruled, Undecided> {
        let context = self.context(record, facts);
        let asked = self.operation.ask(&*self.plugin, &context, &facts.activity);
        let decision = asked?;
        let first = |fetch: &&Fetch| fetch.due == Due::BeforeEffect;
        let decision = match (
            decision.fetches.iter().find(first).cloned(),
            decision.outcome,
        ) {
            // What a client has named for later use is read when it is used.
            (None, _) => decision,
            (Some(fetch), Outcome::Refuse) => self.with_keys(&fetch, decision, &context, facts)?,
            // The server refuses settings with which the plugin would accept on a condition.
            (Some(_), Outcome::Accept) => {
                return Err(Undecided::Malformed(
                    "it accepted what depends on a document that was not read",
                ));
            }
        };
        Ok(Ruled {
            decision,
            record: context.record,
            unfit: None,
        })
    }

    pub(super) fn context(&self, record: Option<String>, facts: &Facts) -> Context {
        Context {
            now: self.now,
            entropy: self.entropy.clone(),
            caller: self.caller.clone(),
            usage: facts.usage,
            record,
        }
    }

    /// What became of a document. It has to be asked for first.
    pub(super) fn document(
        &self,
        fetch: &Fetch,
    ) -> Result<&Result<Document, FetchError>, Undecided> {
        self.fetched
            .get(&fetch.uri)
            .ok_or_else(|| Undecided::Unfetched {
                fetch: fetch.clone(),
                is_renewal: false,
            })
    }

    /// The question with a client's keys, if it is one about a request.
    pub(super) fn operation_with(&self, keys: String) -> Option<Operation> {
        let with = |request: &Request| Request {
            jwks: Some(keys),
            ..request.clone()
        };
        match &self.operation {
            Operation::Authenticate(request) => Some(Operation::Authenticate(with(request))),
            Operation::AuthenticateAndAuthorize(request) => {
                Some(Operation::AuthenticateAndAuthorize(with(request)))
            }
            _ => None,
        }
    }
}

/// What this program is asked to do has to be what it can do, all of it.
fn vet(decision: &Decision) -> Result<(), Undecided> {
    if decision.outcome == Outcome::Refuse && decision.effect != Effect::None {
        return Err(Undecided::Malformed("it refused, and asked for an effect"));
    }
    // One that cannot be answered must not have had its effect.
    if response::head(&decision.response).is_none() {
        return Err(Undecided::Malformed("its response cannot be sent"));
    }
    Ok(())
}
