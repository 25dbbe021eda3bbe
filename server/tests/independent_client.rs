//! A client library that knows nothing of this project discovers the endpoint and registers.

mod common;

use common::Host;
use common::browser::{Browser, DEMO, ask, demo_password, location};
use openidconnect::core::{
    CoreApplicationType, CoreAuthenticationFlow, CoreClient, CoreClientAuthMethod,
    CoreClientRegistrationRequest, CoreGrantType, CoreRegisterErrorResponseType, CoreResponseType,
};
use openidconnect::registration::{ClientRegistrationError, EmptyAdditionalClientMetadata};
use openidconnect::{
    AccessToken, AuthType, AuthUrl, AuthorizationCode, ClientName, CsrfToken, HttpRequest,
    HttpResponse, IssuerUrl, JsonWebKeySet, Nonce, OAuth2TokenResponse, PkceCodeChallenge,
    RedirectUrl, RegistrationUrl, ResponseTypes, Scope, TokenUrl,
};

#[test]
fn openidconnect_registers_a_mail_client() {
    let host = Host::start("");
    let registered = request("http://127.0.0.1/callback")
        .set_initial_access_token(token(&host))
        .set_application_type(Some(CoreApplicationType::Native))
        .set_token_endpoint_auth_method(Some(CoreClientAuthMethod::None))
        .register(&endpoint(&host), &http)
        .expect("the client is registered");
    assert!(!registered.client_id().as_str().is_empty());
    assert!(registered.client_secret().is_none());
    assert!(registered.client_id_issued_at().is_some());
    assert_eq!(
        registered.redirect_uris().as_slice(),
        &[redirect("http://127.0.0.1/callback")]
    );
    assert_eq!(
        registered.client_name().and_then(|names| names.get(None)),
        Some(&ClientName::new("Example Mail".into()))
    );
}

#[test]
fn openidconnect_registers_a_webmail_with_a_secret() {
    let host = Host::start("");
    let registered = request("https://webmail.example.com/callback")
        .set_initial_access_token(token(&host))
        .set_application_type(Some(CoreApplicationType::Web))
        .set_token_endpoint_auth_method(Some(CoreClientAuthMethod::ClientSecretBasic))
        .register(&endpoint(&host), &http)
        .expect("the client is registered");
    let secret = registered.client_secret().expect("a secret");
    assert!(secret.secret().len() >= 43, "256 bits");
    assert_eq!(
        registered.token_endpoint_auth_method(),
        Some(&CoreClientAuthMethod::ClientSecretBasic)
    );
}

#[test]
fn openidconnect_understands_a_refusal() {
    let host = Host::start("");
    let refused = request("javascript:alert(1)")
        .set_initial_access_token(token(&host))
        .register(&endpoint(&host), &http);
    let Err(ClientRegistrationError::ServerResponse(error)) = refused else {
        panic!("a refusal in the form of RFC 7591 section 3.2.2");
    };
    assert_eq!(
        error.error(),
        &CoreRegisterErrorResponseType::InvalidRedirectUri
    );
    assert!(error.error_description().is_some());
}

/// From discovery to refresh, the whole of it.
#[test]
fn openidconnect_signs_a_user_in() {
    let host = Host::start("");
    let registered = request("http://127.0.0.1/callback")
        .set_initial_access_token(token(&host))
        .set_token_endpoint_auth_method(Some(CoreClientAuthMethod::None))
        .register(&endpoint(&host), &http)
        .expect("the client is registered");
    let metadata = host.get("/.well-known/oauth-authorization-server").json();
    let text = |member: &str| metadata[member].as_str().expect("a URL").to_owned();
    let issuer = IssuerUrl::new(text("issuer")).expect("a URL");
    let redirect_uri = "http://127.0.0.1:49152/callback";
    let client = CoreClient::new(
        registered.client_id().clone(),
        issuer,
        JsonWebKeySet::new(Vec::new()),
    )
    .set_auth_uri(AuthUrl::new(text("authorization_endpoint")).expect("a URL"))
    .set_token_uri(TokenUrl::new(text("token_endpoint")).expect("a URL"))
    .set_auth_type(AuthType::RequestBody)
    .set_redirect_uri(redirect(redirect_uri));
    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state, _) = client
        .authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            CsrfToken::new_random,
            Nonce::new_random,
        )
        .add_scope(Scope::new("urn:ietf:params:oauth:scope:mail".into()))
        .add_scope(Scope::new("offline_access".into()))
        .set_pkce_challenge(challenge)
        .url();

    let mut browser = Browser::signed_in(&host, DEMO, &demo_password(&host));
    let query = address.query().expect("it asks for something");
    let answer = location(&browser.authorize(query, "allow"));
    assert_eq!(answer["state"], *state.secret());
    assert_eq!(answer["iss"], text("issuer"));
    let code = AuthorizationCode::new(answer["code"].clone());
    let tokens = client
        .exchange_code(code)
        .set_pkce_verifier(verifier)
        .request(&http)
        .expect("the code is good");
    let refresh = tokens.refresh_token().expect("one was granted");
    let fresh = client
        .exchange_refresh_token(refresh)
        .request(&http)
        .expect("it is good once");
    let mailbox = |token: &AccessToken| {
        let token = token.secret();
        host.send(
            format!(
                "GET /jmap/session HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n"
            )
            .as_bytes(),
        )
        .status
    };
    assert_eq!(mailbox(fresh.access_token()), 200);
    // The library revokes by https alone.
    let token = fresh.refresh_token().expect("another").secret();
    let fields = [
        ("token", token.as_str()),
        ("client_id", registered.client_id()),
    ];
    assert_eq!(ask(&host, "/auth/revoke", &[], &fields).status, 200);
    assert_eq!(mailbox(fresh.access_token()), 401);
}

/// RFC 7592, which the library does not know.
#[test]
fn what_openidconnect_registered_can_be_managed() {
    let host = Host::start("");
    let registered = request("http://127.0.0.1/callback")
        .set_initial_access_token(token(&host))
        .set_token_endpoint_auth_method(Some(CoreClientAuthMethod::None))
        .register(&endpoint(&host), &http)
        .expect("the client is registered");
    let own = registered.registration_access_token().expect("a token");
    let at = registered.registration_client_uri().expect("an address");
    let manage = |method: &str| {
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(at.as_str())
            .header("Authorization", format!("Bearer {}", own.secret()))
            .body(Vec::new())
            .expect("a request");
        http(request).expect("the host answers").status().as_u16()
    };
    assert_eq!(
        [manage("GET"), manage("DELETE"), manage("GET")],
        [200, 204, 401]
    );
}

fn request(redirect_uri: &str) -> CoreClientRegistrationRequest {
    CoreClientRegistrationRequest::new(
        vec![redirect(redirect_uri)],
        EmptyAdditionalClientMetadata {},
    )
    .set_client_name(Some(
        [(None, ClientName::new("Example Mail".into()))]
            .into_iter()
            .collect(),
    ))
    .set_grant_types(Some(vec![
        CoreGrantType::AuthorizationCode,
        CoreGrantType::RefreshToken,
    ]))
    .set_response_types(Some(vec![ResponseTypes::new(vec![CoreResponseType::Code])]))
}

fn redirect(uri: &str) -> RedirectUrl {
    RedirectUrl::new(uri.into()).expect("the case is a URL")
}

fn token(host: &Host) -> Option<AccessToken> {
    Some(AccessToken::new(host.first_key("registration").into()))
}

/// RFC 8414 §3: where to register is in the metadata document.
fn endpoint(host: &Host) -> RegistrationUrl {
    let document = host.get("/.well-known/oauth-authorization-server").json();
    let endpoint = document["registration_endpoint"].as_str().expect("a URL");
    RegistrationUrl::new(endpoint.into()).expect("a URL")
}

fn http(request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .build()
        .into();
    let (head, mut body) = agent.run(request)?.into_parts();
    Ok(HttpResponse::from_parts(head, body.read_to_vec()?))
}
