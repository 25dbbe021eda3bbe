//! A mail program finds out about a server it does not know, and registers.

use std::error::Error;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use super::asked::REDIRECT_URI;
use super::exchange::{Body, Sent};
use super::expect::{expect, path_of, refused, text, unexpected};
use super::story::{Endpoints, Registered, Story};

impl Story<'_> {
    /// What a mail program does that knows nothing but the server's name.
    pub(super) async fn discover(&mut self) -> Result<Endpoints, Box<dyn Error>> {
        self.chapter("A mail program knows the server's address, and asks for the mailbox.");
        let answer = self.client.send(Sent::get("/jmap/session")).await?;
        expect("the status", StatusCode::UNAUTHORIZED, answer.status)?;
        let challenge = answer.header(header::WWW_AUTHENTICATE).unwrap_or_default();
        let document = challenge
            .split("resource_metadata=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .ok_or("the challenge names no resource metadata")?;

        self.chapter("The refusal says where the resource is described (RFC 9728).");
        let answer = self.client.send(Sent::get(&path_of(document)?)).await?;
        expect("the status", StatusCode::OK, answer.status)?;
        let described = answer.json()?;
        let issuer = text(&described["authorization_servers"][0])?;
        let resource = text(&described["resource"])?;

        self.chapter(
            "The resource names its authorization server, which describes itself (RFC 8414).",
        );
        let answer = self
            .client
            .send(Sent::get("/.well-known/oauth-authorization-server"))
            .await?;
        expect("the status", StatusCode::OK, answer.status)?;
        let metadata = answer.json()?;
        expect("the issuer", &*issuer, text(&metadata["issuer"])?.as_str())?;
        let endpoint = |name: &str| path_of(&text(&metadata[name])?);
        Ok(Endpoints {
            registration: endpoint("registration_endpoint")?,
            authorization: endpoint("authorization_endpoint")?,
            token: endpoint("token_endpoint")?,
            issuer,
            resource,
        })
    }

    pub(super) async fn mistakes_at_registration(
        &mut self,
        endpoints: &Endpoints,
    ) -> Result<(), Box<dyn Error>> {
        self.chapter("Nobody registers without an API key, unless the settings allow it.");
        let good = metadata();
        let sent = Sent::post(&endpoints.registration, Body::Json(&good));
        let answer = self.client.send(sent).await?;
        expect("the status", StatusCode::UNAUTHORIZED, answer.status)?;

        for (mistake, redirect_uri) in [
            ("a script", "javascript:alert(1)"),
            (
                "a web page that can be read on the way",
                "http://mail.example.com/callback",
            ),
            ("a whole domain", "https://*.example.com/callback"),
            (
                "a name before the real host",
                "https://mail.example.com@evil.example/callback",
            ),
            ("a scheme that any program may claim", "mail:/callback"),
        ] {
            self.chapter(&format!("Codes do not go to {mistake}."));
            let mut bad = metadata();
            bad["redirect_uris"] = json!([redirect_uri]);
            let sent = Sent::post(&endpoints.registration, Body::Json(&bad));
            let answer = self
                .client
                .send(sent.bearer(self.server.key.reveal()))
                .await?;
            refused(&answer, StatusCode::BAD_REQUEST, "invalid_redirect_uri")?;
        }

        self.chapter("All mistakes are named at once, each with its place and its rule.");
        let bad = json!({
            "redirect_uris": [REDIRECT_URI, "https://a.example/#fragment"],
            "client_name": "Pay\u{202e}Pal",
            "contacts": "me",
            "logo_uri": "data:image/png;base64,AAAA",
        });
        let sent = Sent::post(&endpoints.registration, Body::Json(&bad));
        let answer = self
            .client
            .send(sent.bearer(self.server.key.reveal()))
            .await?;
        refused(&answer, StatusCode::BAD_REQUEST, "invalid_redirect_uri")?;
        let findings = answer.json()?["diagnostics"].as_array().map_or(0, Vec::len);
        if findings < 4 {
            return Err(unexpected("the number of findings", "at least 4", findings).into());
        }
        Ok(())
    }

    pub(super) async fn register(
        &mut self,
        endpoints: &Endpoints,
    ) -> Result<Registered, Box<dyn Error>> {
        self.chapter("With a key and sound metadata, the mail program registers (RFC 7591).");
        let metadata = metadata();
        let sent = Sent::post(&endpoints.registration, Body::Json(&metadata));
        let answer = self
            .client
            .send(sent.bearer(self.server.key.reveal()))
            .await?;
        expect("the status", StatusCode::CREATED, answer.status)?;
        let information = answer.json()?;
        Ok(Registered {
            client_id: text(&information["client_id"])?,
            token: text(&information["registration_access_token"])?,
            path: path_of(&text(&information["registration_client_uri"])?)?,
        })
    }
}

/// What a mail program says of itself (draft-ietf-mailmaint-oauth-public).
fn metadata() -> Value {
    json!({
        "client_name": "Demo Mail",
        "client_uri": "https://mail.example.com/",
        "redirect_uris": ["http://127.0.0.1/callback"],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
        "software_id": "c9b1b1d4-5a0e-4e0f-8b5e-7d6a1c2f3e4d",
        "software_version": "1.0",
    })
}
