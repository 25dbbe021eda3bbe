//! How often, and how much at once, each network may ask.

use std::sync::Arc;

use axum::http::Method;
use gatepost_directory::secret::SecretHash;

use crate::config::Limits;
use crate::origin::pace::Pace;
use crate::origin::place::Network;
use crate::origin::proven::Proven;
use crate::origin::shares::{Share, Shares};

/// The routes that may be asked for any number of times: what they answer is there already, or was found a moment ago for
/// somebody else, and nothing is written down. Every other one is limited, and so is what is no route.
pub const FREE: [&str; 10] = [
    "/healthz",
    "/assets/style.css",
    "/api/openapi.json",
    "/.well-known/jmap",
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource",
    "/.well-known/oauth-protected-resource/jmap/session",
    "/.well-known/openid-configuration",
    "/.well-known/user-agent-configuration",
    "/.well-known/user-agent-configuration.json",
];

/// The route that has allowances of its own, because a mail server needs it for each sign-in of all its users. It is
/// counted once it is known who asks.
pub(in crate::http) const QUESTIONS: &str = "/auth/introspect";

/// How many questions about tokens somebody may ask who proved who it is, for each other request of a network.
const PROVEN: u32 = 100;

/// Which part of all connections one network may keep busy.
const SHARE: u32 = 8;

/// How often, and how much at once, each network may ask.
pub(in crate::http) struct Allowances {
    common: Pace<Network>,
    /// For questions about tokens of whoever has not proved who it is.
    asking: Pace<Network>,
    /// For those of whoever has, by who it is.
    proven: Pace<SecretHash>,
    who_proved: Proven,
    in_flight: Arc<Shares<Network>>,
}

/// A request that may pass, until this is dropped.
pub(in crate::http) struct Admittance {
    _in_flight: Share<Network>,
}

/// A network has had its share; how many seconds to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::http) struct Spent {
    pub(in crate::http) wait: u64,
}

impl Allowances {
    pub(in crate::http) fn new(limits: &Limits) -> Self {
        let requests = limits.requests_per_minute;
        Self {
            common: Pace::new(requests),
            asking: Pace::new(requests),
            proven: Pace::new(requests.saturating_mul(PROVEN)),
            who_proved: Proven::default(),
            in_flight: Shares::of(limits.connections / SHARE),
        }
    }

    /// Counts a request for this route, or for none that there is.
    pub(in crate::http) fn admit(
        &self,
        method: &Method,
        route: Option<&str>,
        network: Network,
    ) -> Result<Admittance, Spent> {
        let is_free = route.is_some_and(|route| FREE.contains(&route));
        let is_question = route == Some(QUESTIONS) && method == Method::POST;
        if !is_free && !is_question {
            self.common.check(&network).map_err(spent)?;
        }
        match self.in_flight.take(network) {
            Some(share) => Ok(Admittance { _in_flight: share }),
            None => Err(Spent { wait: 1 }),
        }
    }

    /// Counts a question about a token. What was presented with it, if anything, was right lately, or has yet to be
    /// looked at.
    pub(in crate::http) fn admit_question(
        &self,
        network: Network,
        presented: Option<SecretHash>,
        now: u64,
    ) -> Result<(), Spent> {
        let party = presented.and_then(|presented| self.who_proved.party(presented, now));
        match party {
            Some(party) => self.proven.check(&party).map_err(spent),
            None => self.asking.check(&network).map_err(spent),
        }
    }

    /// What was presented with a question is right, and whose it is.
    pub(in crate::http) fn note_proven(&self, presented: SecretHash, party: SecretHash, now: u64) {
        self.who_proved.note(presented, party, now);
    }

    /// Drops what was counted and is over.
    pub(in crate::http) fn forget(&self) {
        self.common.forget();
        self.asking.forget();
        self.proven.forget();
    }
}

const fn spent(wait: u64) -> Spent {
    Spent { wait }
}
