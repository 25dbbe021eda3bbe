//! The mail program signs its user in, gets tokens, uses them, and leaves.

use std::error::Error;

use axum::http::{Method, StatusCode, header};

use super::asked::{Asked, REDIRECT_URI, verifier};
use super::exchange::{Answer, Body, Sent};
use super::expect::{expect, parameter, path_of, refused, text, unexpected};
use super::form::Form;
use super::story::{Code, Endpoints, Registered, Story, Tokens};

impl Story<'_> {
    pub(super) async fn mistakes_at_the_door(
        &mut self,
        endpoints: &Endpoints,
        registered: &Registered,
    ) -> Result<(), Box<dyn Error>> {
        let asked = Asked::of(registered)?;

        self.chapter("A redirect URI that is not registered gets nothing, not even an error.");
        let path = asked
            .replaced("redirect_uri", "https://evil.example/")
            .at(endpoints);
        let answer = self.client.send(Sent::get(&path)).await?;
        expect("the status", StatusCode::BAD_REQUEST, answer.status)?;
        expect("the Location", None, answer.header(header::LOCATION))?;

        self.chapter("Without PKCE (RFC 7636) the program is told so, at its own redirect URI.");
        let path = asked.without("code_challenge").at(endpoints);
        let answer = self.client.send(Sent::get(&path)).await?;
        let location = answer.header(header::LOCATION).unwrap_or_default();
        let told = parameter(location, "error");
        expect("the error", Some("invalid_request".to_owned()), told)?;
        Ok(())
    }

    /// What the person at the browser does.
    pub(super) async fn sign_in(
        &mut self,
        endpoints: &Endpoints,
        registered: &Registered,
    ) -> Result<Code, Box<dyn Error>> {
        let asked = Asked::of(registered)?;
        self.chapter("The program opens the browser: the person signs in ...");
        let path = asked.at(endpoints);
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

    pub(super) async fn tokens(
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

    pub(super) async fn use_and_refresh(
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

    pub(super) async fn leave(
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
    pub(super) async fn stolen(&mut self, endpoints: &Endpoints) -> Result<(), Box<dyn Error>> {
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
        self.mailbox(&second.access, StatusCode::OK).await?;

        self.chapter("The thief comes second: then neither may go on.");
        let answer = self.refresh(endpoints, &client_id, &first.refresh).await?;
        refused(&answer, StatusCode::BAD_REQUEST, "invalid_grant")?;
        self.mailbox(&second.access, StatusCode::UNAUTHORIZED)
            .await?;
        let sent = Sent::new(Method::DELETE, &registered.path, Body::Nothing);
        let answer = self.client.send(sent.bearer(&registered.token)).await?;
        expect("the status", StatusCode::NO_CONTENT, answer.status)
    }
}

fn tokens(answer: &Answer) -> Result<Tokens, Box<dyn Error>> {
    expect("the status", StatusCode::OK, answer.status)?;
    let answer = answer.json()?;
    Ok(Tokens {
        access: text(&answer["access_token"])?,
        refresh: text(&answer["refresh_token"])?,
    })
}
