//! What is issued for a grant (RFC 6749 §5.1).

use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::secret::{Purpose, Secret};
use gatepost_directory::{NewToken, Token, TokenKind};
use gatepost_plugin::{Client, Standing};
use rand::rngs::SysError;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::http::shared::app::App;
use crate::http::shared::refusal;

/// What an access token is good for: all that was granted, or less.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Extent {
    /// Scopes with a space between them.
    pub(super) scope: String,
    /// Resources with a space between them; none if it is not bound to any.
    pub(super) resources: String,
}

impl Extent {
    /// What a token is good for.
    pub(super) fn of(token: &Token) -> Self {
        let narrowed = match token.kind {
            TokenKind::Access => serde_json::from_str(&token.data).ok(),
            TokenKind::Code | TokenKind::DeviceCode | TokenKind::Refresh => None,
        };
        narrowed.unwrap_or_else(|| Self {
            scope: token.grant.scope.clone(),
            resources: token.grant.resources.clone(),
        })
    }
}

/// Tokens that are about to be issued, and shown once.
pub(super) struct Issue {
    access: Secret,
    refresh: Option<Secret>,
    extent: Extent,
    now: u64,
    expires_in: u64,
    refresh_expires_at: u64,
}

impl Issue {
    pub(super) fn draw(
        app: &App,
        extent: Extent,
        refreshes: bool,
        now: u64,
    ) -> Result<Self, SysError> {
        Ok(Self {
            access: Secret::draw(Purpose::AccessToken)?,
            refresh: match refreshes {
                true => Some(Secret::draw(Purpose::RefreshToken)?),
                false => None,
            },
            extent,
            now,
            expires_in: app.lifetimes.access_token,
            refresh_expires_at: now + app.lifetimes.refresh_token,
        })
    }

    /// What the directory keeps of them.
    pub(super) fn tokens(&self) -> Vec<NewToken> {
        let access = NewToken {
            hash: self.access.hash(),
            kind: TokenKind::Access,
            data: json!(self.extent).to_string(),
            issued_at: self.now,
            expires_at: self.now + self.expires_in,
        };
        let refresh = self.refresh.as_ref().map(|refresh| NewToken {
            hash: refresh.hash(),
            kind: TokenKind::Refresh,
            data: String::new(),
            issued_at: self.now,
            expires_at: self.refresh_expires_at,
        });
        [Some(access), refresh].into_iter().flatten().collect()
    }

    /// The answer. The scope is always in it, because what was asked for may have been cut.
    pub(super) fn answer(&self) -> Response {
        let mut body = json!({
            "access_token": self.access.reveal(),
            "token_type": "Bearer",
            "expires_in": self.expires_in,
        });
        if let Some(refresh) = &self.refresh {
            body["refresh_token"] = refresh.reveal().into();
        }
        if !self.extent.scope.is_empty() {
            body["scope"] = self.extent.scope.as_str().into();
        }
        refusal::json(StatusCode::OK, &body)
    }
}

/// Whether a client is issued refresh tokens: one that is registered if it registered for them.
pub(super) fn refreshes(client: &Client) -> bool {
    match client.standing {
        Standing::Shared | Standing::Unregistered | Standing::Overridden => true,
        Standing::Provisioned | Standing::Registered | Standing::Document => {
            let metadata: Value = serde_json::from_str(&client.metadata).unwrap_or_default();
            let grants = metadata["grant_types"].as_array();
            grants.is_some_and(|grants| grants.iter().any(|grant| grant == "refresh_token"))
        }
    }
}
