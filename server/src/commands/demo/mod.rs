//! `gatepost-server demo`: the life of a mail client, told with real requests to a real server.
//!
//! The server is this program, started on a free port. What a browser would do, signing in and
//! agreeing, is done here.

mod exchange;
mod form;
mod http;
mod server;
mod show;

use std::error::Error;
use std::path::Path;

use axum::http::{Method, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gatepost_directory::secret::{Purpose, Secret};
use rand::rngs::SysError;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use thiserror::Error;
use url::Url;

use self::exchange::{Answer, Body, Sent};
use self::form::Form;
use self::http::Client;
use self::server::Server;

/// Where the mail client would listen for the answer.
const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";

/// Something did not go as it should.
#[derive(Debug, Error)]
#[error("{what} should be {expected}, and is {found}")]
struct Unexpected {
    what: String,
    expected: String,
    found: String,
}

/// Tells the story on a data folder, or on one that is gone afterwards.
pub async fn run(data: Option<&Path>) -> Result<(), Box<dyn Error>> {
    let server = Server::start(data).await?;
    let told = tell(&server).await;
    server.stop().await?;
    told
}

async fn tell(server: &Server) -> Result<(), Box<dyn Error>> {
    let mut story = Story {
        client: Client::new(&server.authority),
        server,
        chapter: 0,
    };
    let endpoints = story.discover().await?;
    story.mistakes_at_registration(&endpoints).await?;
    let registered = story.register(&endpoints).await?;
    story.mistakes_at_the_door(&endpoints, &registered).await?;
    let code = story.sign_in(&endpoints, &registered).await?;
    let tokens = story.tokens(&endpoints, &registered, code).await?;
    let tokens = story
        .use_and_refresh(&endpoints, &registered, tokens)
        .await?;
    story.leave(&endpoints, &registered, &tokens).await?;
    story.stolen(&endpoints).await?;
    show::outcome("All of it went as it should.");
    Ok(())
}

struct Story<'s> {
    client: Client,
    server: &'s Server,
    chapter: usize,
}

/// What the server says of itself, as paths.
struct Endpoints {
    registration: String,
    authorization: String,
    token: String,
    issuer: String,
    resource: String,
}

/// What the client was given.
struct Registered {
    client_id: String,
    token: String,
    path: String,
}

/// A code, and what proves that it was asked for here (RFC 7636 §4.1).
struct Code {
    code: String,
    verifier: String,
}

struct Tokens {
    access: String,
    refresh: String,
}

impl Story<'_> {
    fn chapter(&mut self, text: &str) {
        self.chapter += 1;
        show::heading(self.chapter, text);
    }

    /// What a mail program does that knows nothing but the server's name.
    async fn discover(&mut self) -> Result<Endpoints, Box<dyn Error>> {
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

    async fn mistakes_at_registration(
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

    async fn register(&mut self, endpoints: &Endpoints) -> Result<Registered, Box<dyn Error>> {
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

    async fn mistakes_at_the_door(
        &mut self,
        endpoints: &Endpoints,
        registered: &Registered,
    ) -> Result<(), Box<dyn Error>> {
        let asked = self.asked(registered)?;

        self.chapter("A redirect URI that is not registered gets nothing, not even an error.");
        let path = with_query(
            endpoints,
            &asked.replaced("redirect_uri", "https://evil.example/"),
        );
        let answer = self.client.send(Sent::get(&path)).await?;
        expect("the status", StatusCode::BAD_REQUEST, answer.status)?;
        expect("the Location", None, answer.header(header::LOCATION))?;

        self.chapter("Without PKCE (RFC 7636) the program is told so, at its own redirect URI.");
        let path = with_query(endpoints, &asked.without("code_challenge"));
        let answer = self.client.send(Sent::get(&path)).await?;
        let location = answer.header(header::LOCATION).unwrap_or_default();
        let told = parameter(location, "error");
        expect("the error", Some("invalid_request".to_owned()), told)?;
        Ok(())
    }

    /// What the person at the browser does.
    async fn sign_in(
        &mut self,
        endpoints: &Endpoints,
        registered: &Registered,
    ) -> Result<Code, Box<dyn Error>> {
        let asked = self.asked(registered)?;
        self.chapter("The program opens the browser: the person signs in ...");
        let path = with_query(endpoints, &asked);
        let mut page = self.client.send(Sent::get(&path)).await?;
        if let Some(form) = Form::with(&page.body, "password") {
            let account = [
                ("name", self.server.account),
                ("password", self.server.password.reveal()),
            ];
            page = self.submit(&form, &account).await?;
            let next = page
                .header(header::LOCATION)
                .ok_or("nobody was signed in")?;
            let next = path_of(next)?;
            page = self.client.send(Sent::get(&next)).await?;
        }
        self.chapter("... sees who asks for what, and agrees.");
        let form = Form::with(&page.body, "answer").ok_or("the page does not ask for consent")?;
        let answer = self.submit(&form, &[("answer", "allow")]).await?;
        let location = answer.header(header::LOCATION).unwrap_or_default();
        if !location.starts_with(REDIRECT_URI) {
            return Err(unexpected("the Location", REDIRECT_URI, location).into());
        }
        expect(
            "the state",
            Some(asked.state()),
            parameter(location, "state"),
        )?;
        let issuer = parameter(location, "iss");
        expect(
            "the issuer (RFC 9207)",
            Some(endpoints.issuer.clone()),
            issuer,
        )?;
        Ok(Code {
            code: parameter(location, "code").ok_or("there is no code")?,
            verifier: asked.verifier,
        })
    }

    async fn submit(
        &mut self,
        form: &Form,
        filled_in: &[(&str, &str)],
    ) -> Result<Answer, Box<dyn Error>> {
        let mut fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        fields.extend_from_slice(filled_in);
        let sent = Sent::post(&form.action, Body::Form(&fields));
        self.client.send(sent).await
    }

    async fn tokens(
        &mut self,
        endpoints: &Endpoints,
        registered: &Registered,
        code: Code,
    ) -> Result<Tokens, Box<dyn Error>> {
        self.chapter("Who has the code and not its verifier gets no token.");
        let guessed = verifier()?;
        let answer = self
            .redeem(endpoints, registered, &code.code, &guessed)
            .await?;
        refused(&answer, StatusCode::BAD_REQUEST, "invalid_grant")?;

        self.chapter("The program has both.");
        let answer = self
            .redeem(endpoints, registered, &code.code, &code.verifier)
            .await?;
        tokens(&answer)
    }

    async fn redeem(
        &mut self,
        endpoints: &Endpoints,
        registered: &Registered,
        code: &str,
        verifier: &str,
    ) -> Result<Answer, Box<dyn Error>> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT_URI),
            ("client_id", &registered.client_id),
            ("code_verifier", verifier),
        ];
        let sent = Sent::post(&endpoints.token, Body::Form(&fields));
        self.client.send(sent).await
    }

    async fn use_and_refresh(
        &mut self,
        endpoints: &Endpoints,
        registered: &Registered,
        tokens_now: Tokens,
    ) -> Result<Tokens, Box<dyn Error>> {
        self.chapter("The access token opens the mailbox.");
        self.mailbox(&tokens_now.access, StatusCode::OK).await?;

        self.chapter("When it is about to expire, the refresh token gives a new one, once.");
        let answer = self
            .refresh(endpoints, &registered.client_id, &tokens_now.refresh)
            .await?;
        let fresh = tokens(&answer)?;
        self.mailbox(&fresh.access, StatusCode::OK).await?;
        Ok(fresh)
    }

    async fn refresh(
        &mut self,
        endpoints: &Endpoints,
        client_id: &str,
        token: &str,
    ) -> Result<Answer, Box<dyn Error>> {
        let fields = [
            ("grant_type", "refresh_token"),
            ("refresh_token", token),
            ("client_id", client_id),
        ];
        let sent = Sent::post(&endpoints.token, Body::Form(&fields));
        self.client.send(sent).await
    }

    async fn mailbox(&mut self, token: &str, expected: StatusCode) -> Result<(), Box<dyn Error>> {
        let sent = Sent::get("/jmap/session").bearer(token);
        let answer = self.client.send(sent).await?;
        expect("the status", expected, answer.status)
    }

    async fn leave(
        &mut self,
        endpoints: &Endpoints,
        registered: &Registered,
        tokens: &Tokens,
    ) -> Result<(), Box<dyn Error>> {
        self.chapter("The program is removed, and deletes its registration (RFC 7592).");
        let sent = Sent::new(Method::DELETE, &registered.path, Body::Nothing);
        let answer = self.client.send(sent.bearer(&registered.token)).await?;
        expect("the status", StatusCode::NO_CONTENT, answer.status)?;

        self.chapter("What it held is worth nothing any more.");
        self.mailbox(&tokens.access, StatusCode::UNAUTHORIZED)
            .await?;
        let answer = self
            .refresh(endpoints, &registered.client_id, &tokens.refresh)
            .await?;
        if answer.status.is_success() {
            return Err(unexpected("the status", "a refusal", answer.status).into());
        }
        Ok(())
    }

    /// A refresh token that is used twice is in two hands (RFC 9700 §4.14.2).
    async fn stolen(&mut self, endpoints: &Endpoints) -> Result<(), Box<dyn Error>> {
        self.chapter("Another program, whose refresh token is stolen.");
        let registered = self.register(endpoints).await?;
        let code = self.sign_in(endpoints, &registered).await?;
        let answer = self
            .redeem(endpoints, &registered, &code.code, &code.verifier)
            .await?;
        let first = tokens(&answer)?;
        let client_id = registered.client_id.clone();
        let answer = self.refresh(endpoints, &client_id, &first.refresh).await?;
        let second = tokens(&answer)?;

        self.chapter("The thief comes second: then neither may go on.");
        let answer = self.refresh(endpoints, &client_id, &first.refresh).await?;
        refused(&answer, StatusCode::BAD_REQUEST, "invalid_grant")?;
        self.mailbox(&second.access, StatusCode::UNAUTHORIZED)
            .await?;
        let sent = Sent::new(Method::DELETE, &registered.path, Body::Nothing);
        let answer = self.client.send(sent.bearer(&registered.token)).await?;
        expect("the status", StatusCode::NO_CONTENT, answer.status)
    }

    fn asked(&self, registered: &Registered) -> Result<Asked, SysError> {
        let verifier = verifier()?;
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
        let pairs = [
            ("client_id", registered.client_id.clone()),
            ("redirect_uri", REDIRECT_URI.to_owned()),
            ("response_type", "code".to_owned()),
            ("state", verifier[..16].chars().rev().collect()),
            ("code_challenge", challenge),
            ("code_challenge_method", "S256".to_owned()),
        ];
        Ok(Asked {
            pairs: pairs.to_vec(),
            verifier,
        })
    }
}

/// An authorization request (RFC 6749 §4.1.1).
struct Asked {
    pairs: Vec<(&'static str, String)>,
    verifier: String,
}

impl Asked {
    fn state(&self) -> String {
        let state = self.pairs.iter().find(|(name, _)| *name == "state");
        state.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    fn replaced(&self, name: &str, value: &str) -> Self {
        let mut asked = self.without(name);
        let known = self.pairs.iter().find(|(known, _)| *known == name);
        asked
            .pairs
            .extend(known.map(|(known, _)| (*known, value.to_owned())));
        asked
    }

    fn without(&self, name: &str) -> Self {
        let kept = self.pairs.iter().filter(|(known, _)| *known != name);
        Self {
            pairs: kept.cloned().collect(),
            verifier: self.verifier.clone(),
        }
    }
}

fn with_query(endpoints: &Endpoints, asked: &Asked) -> String {
    let pairs = asked
        .pairs
        .iter()
        .map(|(name, value)| (*name, value.as_str()));
    let resource = [("resource", endpoints.resource.as_str())];
    let query = http::encode(pairs.chain(resource));
    format!("{}?{query}", endpoints.authorization)
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

/// A verifier has the form of the secrets drawn here: letters, digits, `-` and `_`.
fn verifier() -> Result<String, SysError> {
    Ok(Secret::draw(Purpose::Code)?.reveal().to_owned())
}

fn tokens(answer: &Answer) -> Result<Tokens, Box<dyn Error>> {
    expect("the status", StatusCode::OK, answer.status)?;
    let answer = answer.json()?;
    Ok(Tokens {
        access: text(&answer["access_token"])?,
        refresh: text(&answer["refresh_token"])?,
    })
}

fn text(value: &Value) -> Result<String, Unexpected> {
    let text = value.as_str().map(str::to_owned);
    text.ok_or_else(|| unexpected("a member of the answer", "text", value))
}

/// The path and the query of a URL, or of what is one already.
fn path_of(url: &str) -> Result<String, Box<dyn Error>> {
    if url.starts_with('/') {
        return Ok(url.to_owned());
    }
    let url = Url::parse(url)?;
    Ok(url[url::Position::BeforePath..url::Position::AfterQuery].to_owned())
}

/// A parameter of a URL's query.
fn parameter(url: &str, name: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let mut pairs = url.query_pairs();
    let found = pairs.find(|(known, _)| known == name)?;
    Some(found.1.into_owned())
}

fn refused(answer: &Answer, status: StatusCode, error: &str) -> Result<(), Box<dyn Error>> {
    expect("the status", status, answer.status)?;
    let body = answer.json()?;
    expect(
        "the error",
        error,
        body["error"].as_str().unwrap_or_default(),
    )
}

fn expect<T: PartialEq + std::fmt::Debug>(
    what: &str,
    expected: T,
    found: T,
) -> Result<(), Box<dyn Error>> {
    if expected == found {
        return Ok(());
    }
    Err(unexpected(what, format!("{expected:?}"), format!("{found:?}")).into())
}

fn unexpected(what: &str, expected: impl ToString, found: impl ToString) -> Unexpected {
    Unexpected {
        what: what.to_owned(),
        expected: expected.to_string(),
        found: found.to_string(),
    }
}
