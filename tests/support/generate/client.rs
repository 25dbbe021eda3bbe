//! What is known of a client after it was registered.

use gatepost::Effect;
use serde_json::Value;

use super::super::step::{Answer, Operation, Step};
use super::document;

/// A client, or an id that is nobody's.
#[derive(Clone, Debug, Default)]
pub struct Client {
    pub id: String,
    pub record: Option<String>,
    pub secret: Option<String>,
    pub token: Option<String>,
    pub redirect_uris: Vec<String>,
}

impl Client {
    /// A client of which nothing but the id is known.
    pub fn named(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }

    /// Whether it shows by a signature who it is.
    pub fn has_keys(&self) -> bool {
        self.record
            .as_ref()
            .is_some_and(|record| record.contains("private_key_jwt"))
    }
}

/// Keeps what a decision has changed, as a host would.
pub fn learn(clients: &mut Vec<Client>, step: &Step, answer: &Answer) {
    let Answer::Decision(decision) = answer else {
        return;
    };
    let registered = match &decision.effect {
        Effect::Store(record) | Effect::Replace(record) | Effect::Share(record) => {
            (&record.client_id, Some(record.document.clone()))
        }
        Effect::Remove(id) => {
            clients.retain(|client| client.id != *id);
            return;
        }
        Effect::None => match (&step.operation, &decision.client_id) {
            // Its id contains its registration.
            (Operation::Register(_), Some(id)) => (id, None),
            _ => return,
        },
    };
    let (id, record) = registered;
    let known = clients
        .iter()
        .position(|client| client.id == *id)
        .unwrap_or(clients.len());
    if known == clients.len() {
        clients.push(Client::named(id));
    }
    let client = &mut clients[known];
    if let Some(record) = record {
        let stored: Value = serde_json::from_str(&record).unwrap_or_default();
        client.redirect_uris = document::redirect_uris(stored["metadata"].to_string().as_bytes());
        client.record = Some(record);
    } else {
        client.redirect_uris = document::redirect_uris(decision.body.as_bytes());
    }
    if let Some(secret) = &decision.client_secret {
        client.secret = Some(secret.clone());
    }
    if let Some(token) = &decision.registration_access_token {
        client.token = Some(token.clone());
    }
}
