//! The crate oauth2, with curl as its HTTP client.

use std::convert::Infallible;

use oauth2::basic::BasicClient;
use oauth2::{
    AuthUrl, AuthorizationCode, ClientId, CsrfToken, HttpRequest, HttpResponse, PkceCodeChallenge,
    RedirectUrl, RevocationUrl, Scope, TokenResponse, TokenUrl,
};

use crate::common::browser::DEMO;
use crate::place::{ISSUER, MAIL, Place};

const CLIENT: &str = "oauth2-crate";

pub fn signs_a_user_in(place: &Place) {
    place.add_client(CLIENT, "http://127.0.0.1/callback");
    sign_in(place, CLIENT, "http://127.0.0.1:49152/callback");
}

/// Code, use, refresh, revocation.
pub fn sign_in(place: &Place, client_id: &str, redirect_uri: &str) {
    let endpoint = |name: &str| format!("{ISSUER}/auth/{name}");
    let client = BasicClient::new(ClientId::new(client_id.into()))
        .set_auth_uri(AuthUrl::new(endpoint("authorize")).expect("a URL"))
        .set_token_uri(TokenUrl::new(endpoint("token")).expect("a URL"))
        .set_revocation_url(RevocationUrl::new(endpoint("revoke")).expect("a URL"))
        .set_redirect_uri(RedirectUrl::new(redirect_uri.into()).expect("a URL"));
    let http = |request: HttpRequest| Ok::<_, Infallible>(with_curl(place, request));

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state) = client
        .authorize_url(CsrfToken::new_random)
        .add_scope(Scope::new(MAIL.into()))
        .add_scope(Scope::new("offline_access".into()))
        .set_pkce_challenge(challenge)
        .url();
    let answer = url::Url::parse(&place.agree(address.as_str())).expect("a URL");
    let of = |name: &str| {
        let found = answer.query_pairs().find(|(key, _)| key == name);
        found
            .unwrap_or_else(|| panic!("{name} in {answer}"))
            .1
            .into_owned()
    };
    assert_eq!(of("state"), *state.secret());
    let tokens = client
        .exchange_code(AuthorizationCode::new(of("code")))
        .set_pkce_verifier(verifier)
        .request(&http)
        .expect("the code is good");
    assert_eq!(
        place.mailbox(tokens.access_token().secret()),
        Ok(DEMO.to_owned())
    );

    let refresh = tokens.refresh_token().expect("one was granted");
    let fresh = client
        .exchange_refresh_token(refresh)
        .request(&http)
        .expect("it is good once");
    let access = fresh.access_token().secret();
    assert_eq!(place.mailbox(access), Ok(DEMO.to_owned()));
    let refresh = fresh.refresh_token().expect("another was granted");
    client
        .revoke_token(refresh.into())
        .expect("an https URL")
        .request(&http)
        .expect("it is revoked");
    assert_eq!(place.mailbox(access), Err(401));
}

fn with_curl(place: &Place, request: HttpRequest) -> HttpResponse {
    let url = request.uri().to_string();
    let body = String::from_utf8(request.body().clone()).expect("a form is text");
    let headers: Vec<_> = request
        .headers()
        .iter()
        .map(|(name, value)| format!("{name}: {}", value.to_str().expect("it is text")))
        .collect();
    let mut arguments = vec![
        "--request",
        request.method().as_str(),
        "--data",
        &body,
        &url,
    ];
    arguments.extend(headers.iter().flat_map(|line| ["--header", line]));
    let answer = place.curl(&arguments);
    let mut response = oauth2::http::Response::builder().status(answer.status);
    for (name, value) in &answer.headers {
        response = response.header(name, value);
    }
    response
        .body(answer.body.into_bytes())
        .expect("the server answered HTTP")
}
