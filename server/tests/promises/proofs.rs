//! What a client does to see that a claim is kept.

use serde_json::Value;

use crate::client::{Caller, Client, PUBLIC, Proof, Refused, Wish, World, reason};
use crate::common::browser::{VERIFIER, ask};
use crate::{DEVICE, LOOPBACK, MAIL};

fn text<'a>(body: &'a Value, member: &str) -> &'a str {
    let text = body[member].as_str();
    text.unwrap_or_else(|| panic!("no {member} in {body}"))
}

/// The documents say the issuer, and the issuer says where its document is (RFC 8414 §3.3).
pub fn leads_to_server(world: &World<'_>, _: Caller, value: &str) -> Result<(), Refused> {
    assert_eq!(value, world.of_server("issuer"));
    let document = format!("{value}/.well-known/oauth-authorization-server");
    let answer = world.host.get(world.path(&document));
    assert_eq!(answer.json()["issuer"], value);
    Ok(())
}

/// What a person reads, and no program acts on.
pub fn is_name(_: &World<'_>, _: Caller, value: &str) -> Result<(), Refused> {
    assert!(!value.trim().is_empty());
    Ok(())
}

pub fn registers(world: &World<'_>, caller: Caller, _: &str) -> Result<(), Refused> {
    let client = world.client(caller, PUBLIC)?;
    works(world, &world.granted(&client, &[])?);
    Ok(())
}

/// RFC 6749 §4.1: a user lets a client in, and the token works.
pub fn by_code(world: &World<'_>, caller: Caller, _: &str) -> Result<(), Refused> {
    registers(world, caller, "")
}

/// A document needs a site to be fetched from. The test that has one begins with this claim, and goes as far as
/// the tokens.
pub fn where_a_site_has_a_document(_: &World<'_>, _: Caller, _: &str) -> Result<(), Refused> {
    let tests = include_str!("../fetch/documents.rs");
    let test = tests.split("#[test]").find(|test| {
        test.contains("[\"client_id_metadata_document_supported\"], true)")
            && test.contains("with_code(")
    });
    test.map(|_| ()).ok_or("no test signs a user in".to_owned())
}

fn works(world: &World<'_>, tokens: &Value) {
    let session = format!("{}/jmap/session", world.of_server("issuer"));
    let answer = world.visit(&session, text(tokens, "access_token"));
    assert_eq!(answer.status, 200, "{answer:?}");
}

fn works_no_more(world: &World<'_>, tokens: &Value) {
    let session = format!("{}/jmap/session", world.of_server("issuer"));
    let answer = world.visit(&session, text(tokens, "access_token"));
    assert_eq!(answer.status, 401, "{answer:?}");
}

pub fn refreshes(world: &World<'_>, caller: Caller, _: &str) -> Result<(), Refused> {
    let client = world.client(caller, PUBLIC)?;
    let tokens = world.granted(&client, &[])?;
    let fields = [
        ("grant_type", "refresh_token"),
        ("refresh_token", text(&tokens, "refresh_token")),
    ];
    works(
        world,
        &world.send(&client, world.of_server("token_endpoint"), &fields)?,
    );
    Ok(())
}

/// RFC 8628: the user is led to a page, and lets the device in there.
pub fn by_device(world: &World<'_>, caller: Caller, _: &str) -> Result<(), Refused> {
    let grants = ["authorization_code", "refresh_token", DEVICE];
    let client = world.client(
        caller,
        Wish {
            grants: &grants,
            ..PUBLIC
        },
    )?;
    let endpoint = world.of_server("device_authorization_endpoint");
    let begun = world.send(&client, endpoint, &[("scope", MAIL)])?;
    let mut browser = world.browser.borrow_mut();
    let led = browser.get(world.path(text(&begun, "verification_uri_complete")));
    let page = browser.get(led.header("location").expect("it leads somewhere"));
    let code = text(&begun, "user_code");
    let page = browser.submit(&page, "/auth/device/verify", &[("user_code", code)]);
    let done = browser.submit(&page, "/auth/device/verify", &[("answer", "allow")]);
    assert_eq!(done.status, 200, "{done:?}");
    let fields = [
        ("grant_type", DEVICE),
        ("device_code", text(&begun, "device_code")),
    ];
    works(
        world,
        &world.send(&client, world.of_server("token_endpoint"), &fields)?,
    );
    Ok(())
}

/// RFC 6749 §4.4
pub fn for_itself(world: &World<'_>, caller: Caller, _: &str) -> Result<(), Refused> {
    authenticates(world, caller, "client_secret_basic")
}

/// RFC 7009: what a client gives back is good for nothing any more.
pub fn revokes(world: &World<'_>, caller: Caller, _: &str) -> Result<(), Refused> {
    let client = world.client(caller, PUBLIC)?;
    let tokens = world.granted(&client, &[])?;
    works(world, &tokens);
    let fields = [("token", text(&tokens, "access_token"))];
    world.send(&client, world.of_server("revocation_endpoint"), &fields)?;
    works_no_more(world, &tokens);
    Ok(())
}

pub fn introspects(world: &World<'_>, caller: Caller, _: &str) -> Result<(), Refused> {
    authenticates(world, caller, "client_secret_basic")
}

pub fn authenticates(world: &World<'_>, caller: Caller, method: &str) -> Result<(), Refused> {
    proves(world, caller, method, "")
}

pub fn signs(world: &World<'_>, caller: Caller, algorithm: &str) -> Result<(), Refused> {
    proves(world, caller, "private_key_jwt", algorithm)
}

/// A client proves at each endpoint that it is the one; another that uses its id does not.
fn proves(world: &World<'_>, caller: Caller, method: &str, algorithm: &str) -> Result<(), Refused> {
    let wish = Wish {
        method,
        algorithm,
        grants: &["client_credentials"],
    };
    let client = world.client(caller, wish)?;
    let other = world
        .client(Caller::Keyed, wish)
        .expect("there can be another");
    let thief = Client {
        id: client.id.clone(),
        proof: other.proof,
    };
    let nobody = Client {
        id: client.id.clone(),
        proof: Proof::Nothing,
    };
    let asked = [("grant_type", "client_credentials")];
    let tokens = world.send(&client, world.of_server("token_endpoint"), &asked)?;
    let token = [("token", text(&tokens, "access_token"))];
    for (endpoint, fields) in [
        ("token_endpoint", &asked),
        ("introspection_endpoint", &token),
        ("revocation_endpoint", &token),
    ] {
        for stranger in [&thief, &nobody] {
            let refused = world.send(stranger, world.of_server(endpoint), fields);
            let refused = refused.expect_err("it is somebody else");
            assert!(
                refused.starts_with("invalid_client"),
                "{endpoint}: {refused}"
            );
        }
    }
    let introspection = world.of_server("introspection_endpoint");
    let described = world.send(&client, introspection, &token)?;
    assert_eq!(described["active"], true, "{described}");
    assert_eq!(described["client_id"], client.id, "{described}");
    world.send(&client, world.of_server("revocation_endpoint"), &token)?;
    let described = world.send(&client, introspection, &token)?;
    assert_eq!(described["active"], false, "{described}");
    Ok(())
}

/// RFC 8707: a token is for what it was asked for, and for nothing else.
pub fn for_resource(world: &World<'_>, caller: Caller, resource: &str) -> Result<(), Refused> {
    let client = world.client(caller, PUBLIC)?;
    let tokens = world.granted(&client, &[("resource", resource)])?;
    let server = Wish {
        method: "client_secret_basic",
        algorithm: "",
        grants: &["client_credentials"],
    };
    let server = world.client(Caller::Registered, server)?;
    let fields = [("token", text(&tokens, "access_token"))];
    let described = world.send(&server, world.of_server("introspection_endpoint"), &fields)?;
    assert_eq!(described["aud"], resource, "{described}");
    match resource.starts_with(world.of_server("issuer")) {
        true => works(world, &tokens),
        false => works_no_more(world, &tokens),
    }
    Ok(())
}

pub fn with_scope(world: &World<'_>, caller: Caller, scope: &str) -> Result<(), Refused> {
    let client = world.client(caller, PUBLIC)?;
    let tokens = world.granted(&client, &[("scope", scope)])?;
    assert_eq!(tokens["scope"], scope, "{tokens}");
    if scope == "offline_access" {
        text(&tokens, "refresh_token");
    }
    let session = format!("{}/jmap/session", world.of_server("issuer"));
    let answer = world.visit(&session, text(&tokens, "access_token"));
    assert_eq!(
        answer.status,
        if scope == MAIL { 200 } else { 403 },
        "{answer:?}"
    );
    Ok(())
}

/// A scope of this resource is enough for it.
pub fn opens_session(world: &World<'_>, caller: Caller, scope: &str) -> Result<(), Refused> {
    let client = world.client(caller, PUBLIC)?;
    works(world, &world.granted(&client, &[("scope", scope)])?);
    Ok(())
}

pub fn in_query(world: &World<'_>, caller: Caller, mode: &str) -> Result<(), Refused> {
    let client = world.client(caller, PUBLIC)?;
    works(world, &world.granted(&client, &[("response_mode", mode)])?);
    Ok(())
}

/// RFC 7636: who does not know the verifier gets nothing, and nobody does without.
pub fn with_pkce(world: &World<'_>, caller: Caller, method: &str) -> Result<(), Refused> {
    let client = world.client(caller, PUBLIC)?;
    works(
        world,
        &world.granted(&client, &[("code_challenge_method", method)])?,
    );
    let back = world.authorized(&client, &[("code_challenge_method", method)])?;
    let wrong = VERIFIER.replace('d', "e");
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", &*back["code"]),
        ("redirect_uri", LOOPBACK),
        ("code_verifier", &wrong),
    ];
    let refused = world.send(&client, world.of_server("token_endpoint"), &fields);
    assert!(refused.is_err_and(|why| why.starts_with("invalid_grant")));
    for other in ["plain", ""] {
        let refused = world.authorized(&client, &[("code_challenge_method", other)]);
        assert!(
            refused.is_err_and(|why| why.contains("must be S256")),
            "{other}"
        );
    }
    Ok(())
}

/// RFC 9207, in an answer and in an error.
pub fn names_issuer(world: &World<'_>, caller: Caller, _: &str) -> Result<(), Refused> {
    let client = world.client(caller, PUBLIC)?;
    let back = world.authorized(&client, &[])?;
    assert_eq!(back["iss"], world.of_server("issuer"));
    Ok(())
}

/// OpenID Connect Core 1.0 §6.2: what is not supported is refused, not taken for something else.
pub fn takes_no_request_uri(world: &World<'_>, caller: Caller, _: &str) -> Result<(), Refused> {
    let client = world.client(caller, PUBLIC)?;
    let refused = world.authorized(&client, &[("request_uri", "https://app.example.com/r")]);
    let refused = refused.expect_err("there is no such thing here");
    assert!(refused.contains("request_uri_not_supported"), "{refused}");
    Ok(())
}

/// RFC 6750 §2: what is not listed does not work either.
pub fn in_header_alone(world: &World<'_>, caller: Caller, _: &str) -> Result<(), Refused> {
    let client = world.client(caller, PUBLIC)?;
    let tokens = world.granted(&client, &[])?;
    works(world, &tokens);
    let token = text(&tokens, "access_token");
    let in_query = world
        .host
        .get(&format!("/jmap/session?access_token={token}"));
    assert_eq!(in_query.status, 401, "{in_query:?}");
    let in_body = ask(world.host, "/jmap/session", &[], &[("access_token", token)]);
    assert_eq!(
        reason(&in_body),
        "invalid_request: This is read with the method GET."
    );
    Ok(())
}

/// RFC 8620 §2: what a client finds there is the session of the user.
pub fn leads_to_session(world: &World<'_>, caller: Caller, url: &str) -> Result<(), Refused> {
    let client = world.client(caller, PUBLIC)?;
    let tokens = world.granted(&client, &[])?;
    let answer = world.visit(url, text(&tokens, "access_token"));
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.json()["username"], crate::common::browser::DEMO);
    Ok(())
}
