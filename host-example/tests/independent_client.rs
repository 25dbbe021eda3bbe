//! A client library that knows nothing of this project discovers the endpoint and registers.

mod common;

use common::Host;
use openidconnect::core::{
    CoreApplicationType, CoreClientAuthMethod, CoreClientRegistrationRequest, CoreGrantType,
    CoreRegisterErrorResponseType, CoreResponseType,
};
use openidconnect::registration::{ClientRegistrationError, EmptyAdditionalClientMetadata};
use openidconnect::{
    AccessToken, ClientName, HttpRequest, HttpResponse, RedirectUrl, RegistrationUrl, ResponseTypes,
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
