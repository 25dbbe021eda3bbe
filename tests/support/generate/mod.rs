//! Makes settings, facts, documents, records and requests out of bytes, and of them calls of every operation of the
//! interface, of which one builds on another. Most are right, many have one thing wrong with them, and some are hostile.

mod client;
mod document;
mod request;
mod settings;
pub mod signed;
pub mod source;
pub mod uri;

use gatepost::{Activity, Credential, Usage};
use serde_json::json;

use super::step::{Answer, Facts, Operation, Step};

use client::Client;

pub use source::{Source, bytes};

/// When it is at first, in seconds since 1970.
pub const NOW: u64 = 1_790_000_000;

/// A host with its settings and the clients that it has stored.
pub struct World<'a> {
    source: Source<'a>,
    pub settings: String,
    clients: Vec<Client>,
    now: u64,
}

/// What is asked, and how often compared with the others.
const OPERATIONS: &[(Asked, usize)] = &[
    (Asked::Register, 20),
    (Asked::Provision, 5),
    (Asked::Read, 4),
    (Asked::Update, 6),
    (Asked::RotateSecret, 4),
    (Asked::RotateRegistrationAccessToken, 3),
    (Asked::Disable, 4),
    (Asked::Enable, 4),
    (Asked::Approve, 2),
    (Asked::Deny, 2),
    (Asked::Remove, 2),
    (Asked::Identify, 3),
    (Asked::Authorize, 14),
    (Asked::Authenticate, 10),
    (Asked::Review, 2),
    (Asked::ReviewDraft, 3),
    (Asked::Usable, 4),
    (Asked::Lifecycle, 4),
    (Asked::ClientDocument, 5),
    (Asked::Network, 1),
    (Asked::Window, 1),
    (Asked::WiderNetwork, 1),
    (Asked::WiderWindow, 1),
    (Asked::CheckTerms, 2),
    (Asked::Warnings, 1),
    (Asked::WebAdministrationWarning, 1),
    (Asked::Bearer, 2),
    (Asked::ServerMetadata, 1),
    (Asked::RedirectUriMatches, 4),
];

#[derive(Clone, Copy)]
enum Asked {
    Register,
    Provision,
    Read,
    Update,
    RotateSecret,
    RotateRegistrationAccessToken,
    Disable,
    Enable,
    Approve,
    Deny,
    Remove,
    Identify,
    Authorize,
    Authenticate,
    Review,
    ReviewDraft,
    Usable,
    Lifecycle,
    ClientDocument,
    Network,
    Window,
    WiderNetwork,
    WiderWindow,
    CheckTerms,
    Warnings,
    WebAdministrationWarning,
    Bearer,
    ServerMetadata,
    RedirectUriMatches,
}

const IDS: &[&str] = &[
    "nobody",
    "webadmin",
    "open",
    "static-app",
    "stalwart",
    "gpc_AAAAAAAAAAAAAAAAAAAAAAAA",
    "gpx_AAAAAAAAAAAAAAAA",
    "",
    "https://app.example.com/client.json",
    "https://app.example.com",
    "https://app.example.com/a?b",
    "http://app.example.com/client.json",
    "https://127.0.0.1/client.json",
    "Example Provider",
    "a:b",
    "a b",
    "é",
    "\0",
    "..",
    "a/b",
    "%41",
];

const PERMISSIONS: &[&str] = &[
    "oauth-client-registration",
    "oauth-client-create",
    "oauth-client-get",
    "oauth-client-update",
    "oauth-client-delete",
    "oauth-client-list",
    "oauth-client-override",
];

const ADDRESSES: &[&str] = &[
    "192.0.2.1",
    "2001:db8::1",
    "::ffff:192.0.2.1",
    "203.0.113.7",
    "fe80::1%eth0",
    "192.0.2.01",
    "desk",
    "",
    "::",
    "255.255.255.255",
    "1.2.3",
    "[::1]",
    "192.0.2.1:80",
    " 192.0.2.1",
];

impl<'a> World<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut source = Source::new(bytes);
        Self {
            settings: settings::any(&mut source),
            source,
            clients: Vec::new(),
            now: NOW,
        }
    }

    /// Whether there are bytes for another step.
    pub fn is_over(&self) -> bool {
        self.source.is_used_up()
    }

    /// Keeps what has changed.
    pub fn learn(&mut self, step: &Step, answer: &Answer) {
        client::learn(&mut self.clients, step, answer);
    }

    /// The next call.
    pub fn step(&mut self) -> Step {
        let asked = match self.clients.is_empty() && !self.source.one_in(4) {
            true => Asked::Register,
            false => self.asked(),
        };
        let client = self.client();
        let operation = self.operation(asked, &client);
        Step {
            facts: self.facts(&operation, &client),
            operation,
        }
    }

    fn asked(&mut self) -> Asked {
        let all = OPERATIONS.iter().map(|(_, often)| often).sum();
        let mut place = self.source.below(all);
        for (asked, often) in OPERATIONS {
            match place.checked_sub(*often) {
                Some(rest) => place = rest,
                None => return *asked,
            }
        }
        unreachable!("the place is below the sum")
    }

    /// A client that is known, or one that is not.
    fn client(&mut self) -> Client {
        if self.clients.is_empty() || self.source.one_in(6) {
            return Client::named(self.source.pick_text(IDS));
        }
        let mut client = self.source.pick(&self.clients);
        client.id = self.source.hurt_one_in(30, client.id);
        client
    }

    fn operation(&mut self, asked: Asked, client: &Client) -> Operation {
        use Operation as Op;
        let source = &mut self.source;
        let id = client.id.clone();
        match asked {
            Asked::Register => Op::Register(document::any(source)),
            Asked::Provision => {
                let id = match source.below(3) {
                    0 => None,
                    1 => Some(source.pick_text(IDS)),
                    _ => Some(id),
                };
                Op::Provision(id, document::any(source))
            }
            Asked::Read => Op::Read(id),
            Asked::Update => Op::Update(id, document::update(source, &client.id)),
            Asked::RotateSecret => Op::RotateSecret(id),
            Asked::RotateRegistrationAccessToken => Op::RotateRegistrationAccessToken(id),
            Asked::Disable => Op::Disable(id),
            Asked::Enable => Op::Enable(id),
            Asked::Approve => Op::Approve(id),
            Asked::Deny => Op::Deny(id),
            Asked::Remove => Op::Remove(id),
            Asked::Identify => Op::Identify(request::to_authenticate(source, client)),
            Asked::Authorize => Op::Authorize(request::to_authorize(source, client)),
            Asked::Authenticate => Op::Authenticate(request::to_authenticate(source, client)),
            Asked::Review => Op::Review(id),
            Asked::ReviewDraft => Op::ReviewDraft(document::any(source)),
            Asked::Usable => {
                let scopes = [
                    "urn:ietf:params:oauth:scope:mail",
                    "offline_access",
                    "x",
                    "",
                    "a\"b",
                ];
                let scope = source.one_in(2).then(|| source.pick_text(&scopes));
                Op::Usable(id, scope)
            }
            Asked::Lifecycle => {
                let mut number = || match source.below(4) {
                    0 => None,
                    1 => Some(self.now),
                    2 => Some(self.now.saturating_sub(100_000)),
                    _ => Some(source.number()),
                };
                let activity = Activity {
                    authorised_at: number(),
                    last_used: number(),
                    refresh_tokens: number(),
                };
                Op::Lifecycle(id, activity)
            }
            Asked::ClientDocument => {
                let id = match source.below(3) {
                    0 | 1 => "https://app.example.com/client.json".to_owned(),
                    _ => uri::any(source),
                };
                let document = match source.below(4) {
                    0 => None,
                    1 => Some(document::any(source)),
                    _ => Some(document::update(source, &id)),
                };
                Op::ClientDocument(id, document)
            }
            Asked::Network => Op::Network(self.address()),
            Asked::WiderNetwork => Op::WiderNetwork(self.address()),
            Asked::Window => Op::Window,
            Asked::WiderWindow => Op::WiderWindow,
            Asked::CheckTerms => Op::CheckTerms(settings::terms(source)),
            Asked::Warnings => Op::Warnings,
            Asked::WebAdministrationWarning => Op::WebAdministrationWarning,
            Asked::Bearer => {
                let header = (!source.one_in(6)).then(|| request::header(source, client));
                Op::Bearer(header)
            }
            Asked::ServerMetadata => Op::ServerMetadata,
            Asked::RedirectUriMatches => {
                let registered = match client.redirect_uris.is_empty() {
                    true => uri::any(source),
                    false => source.pick(&client.redirect_uris),
                };
                let requested = uri::near(source, &registered);
                Op::RedirectUriMatches(registered, requested)
            }
        }
    }

    fn address(&mut self) -> String {
        let address = self.source.pick_text(ADDRESSES);
        self.source.hurt_one_in(6, address)
    }

    /// Who asks, when, and what the host knows of the client.
    fn facts(&mut self, operation: &Operation, client: &Client) -> Facts {
        self.now = match self.source.below(12) {
            0..8 => self.now.saturating_add(1),
            8 => self.now.saturating_add(100),
            9 => self.now.saturating_add(86_400),
            10 => self.now.saturating_sub(50),
            _ => self.source.pick(&[NOW, NOW + 4_000, 0, u64::MAX]),
        };
        let entropy = match self.source.one_in(80) {
            true => 31,
            false => 32,
        };
        // Whom the operation is for comes first.
        let caller = match (self.source.below(3), operation) {
            (0, _) => self.source.below(12),
            (_, Operation::Read(_) | Operation::Update(..) | Operation::Remove(_)) => {
                self.source.pick(&[0, 8])
            }
            (_, Operation::Register(_)) => self.source.pick(&[0, 6]),
            _ => 0,
        };
        let mut facts = Facts {
            now: Some(self.now),
            entropy: Some(self.source.take(entropy)),
            credential: match caller {
                0..6 => Credential::Accepted,
                6..8 => Credential::Missing,
                8..10 => Credential::Rejected,
                10 => Credential::Malformed,
                _ => Credential::OtherScheme,
            },
            ..Facts::default()
        };
        if facts.credential == Credential::Accepted {
            facts.account = Some(self.source.pick_text(&["desk", "jane", "", "é"]));
            facts.permissions.push("authenticate".into());
            let is_administrator = self.source.below(3) > 0;
            let all = PERMISSIONS
                .iter()
                .filter(|_| is_administrator || self.source.one_in(3));
            facts
                .permissions
                .extend(all.map(|permission| (*permission).to_owned()));
            if self.source.one_in(12) {
                facts.permissions.remove(0);
            }
            if self.source.one_in(5) {
                facts.terms = Some(settings::terms(&mut self.source));
            }
        }
        if facts.credential == Credential::Rejected {
            let token = client.token.clone().unwrap_or_else(|| "gpr_x".into());
            facts.token = Some(self.source.hurt_one_in(8, token));
        }
        if !self.source.one_in(4) {
            facts.address = Some(self.address());
        }
        if self.source.one_in(3) {
            facts.usage = self.usage();
        }
        facts.record = self.record(operation, client);
        facts
    }

    fn usage(&mut self) -> Usage {
        let mut counter = || match self.source.below(5) {
            0 | 1 => None,
            2 => Some(0),
            3 => Some(self.source.pick(&[1, 9, 10, 60, 1_250, 10_000, u64::MAX])),
            _ => Some(self.source.number()),
        };
        Usage {
            account_clients: counter(),
            address_registrations: counter(),
            wider_registrations: counter(),
            key_registrations: counter(),
            anonymous_clients: counter(),
            total_clients: counter(),
        }
    }

    fn record(&mut self, operation: &Operation, client: &Client) -> Option<String> {
        let record = match operation {
            // A registration has a record only if its id may be another's.
            Operation::Register(_) | Operation::Provision(..) if !self.source.one_in(6) => None,
            _ => client.record.clone(),
        };
        match self.source.below(40) {
            0..36 => record,
            36 => None,
            37 => record.map(|record| self.source.hurt(&record)),
            38 => {
                let others = &self.clients;
                (!others.is_empty()).then(|| self.source.pick(others).record.clone())?
            }
            _ => Some(self.made_up(client)),
        }
    }

    /// A record that no version of Gatepost has written.
    fn made_up(&mut self, client: &Client) -> String {
        let by = self
            .source
            .pick_text(&["key", "stranger", "administrator", "document", "nobody"]);
        let profile = self
            .source
            .pick_text(&["full", "mail", "administrator", "document"]);
        let metadata = String::from_utf8_lossy(&document::any(&mut self.source)).into_owned();
        let record = json!({
            "version": self.source.below(2) + 1,
            "client_id": client.id,
            "issued_at": self.source.number(),
            "registered_by": { "by": by, "profile": profile, "terms": { "scopes": ["x"] } },
            "client_secret": { "sha256": "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0", "expires_at": 1 },
            "waiting_since": self.source.number(),
            "metadata": "METADATA",
        });
        record.to_string().replace("\"METADATA\"", metadata.trim())
    }
}
