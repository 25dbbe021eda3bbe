//! What clients have: secrets, tokens for their registrations, keys and assertions.

use serde_json::{Value, json};

use crate::assertion::Signer;
use crate::common::browser::{ask, basic};
use crate::common::http::request;
use crate::common::{Answer, Host, NATIVE};
use crate::witness::Witness;

/// Registers, and hands over what the client is given.
fn register(host: &Host, witness: &mut Witness, name: &str, metadata: &str) -> Value {
    let answer = host.register_with_key(host.first_key("registration"), metadata);
    assert_eq!(answer.status, 201, "{answer:?}");
    handed(witness, name, &answer)
}

fn handed(witness: &mut Witness, name: &str, answer: &Answer) -> Value {
    let number = witness.hear(name, answer);
    let body = answer.json();
    for member in ["client_secret", "registration_access_token"] {
        if let Some(secret) = body[member].as_str() {
            witness.is_handed(&format!("{member} of {name}"), secret, number);
        }
    }
    body
}

fn of(registered: &Value, member: &str) -> String {
    registered[member].as_str().expect("a string").to_owned()
}

/// A registration is read, changed and removed with its token, and with others.
pub fn register_and_manage(host: &Host, witness: &mut Witness) {
    let registered = register(host, witness, "a native client", NATIVE);
    let path = format!("/auth/register/{}", of(&registered, "client_id"));
    let bearer = format!(
        "Authorization: Bearer {}",
        of(&registered, "registration_access_token")
    );
    // It is told again to who has it (RFC 7592 §3).
    let read = host.send(&request("GET", &path, &[&bearer], ""));
    assert_eq!(read.status, 200, "{read:?}");
    handed(witness, "reading", &read);
    let mut changed: Value = serde_json::from_str(NATIVE).expect("it is JSON");
    changed["client_id"] = registered["client_id"].clone();
    let updated = host.send(&request("PUT", &path, &[&bearer], &changed.to_string()));
    assert_eq!(updated.status, 200, "{updated:?}");
    handed(witness, "updating", &updated);
    let wrong = host.send(&request("PUT", &path, &[&bearer], "{"));
    witness.hear("an update that is none", &wrong);
    let other = register(host, witness, "another client", NATIVE);
    let others = format!("/auth/register/{}", of(&other, "client_id"));
    let refused = host.send(&request("GET", &others, &[&bearer], ""));
    witness.hear("another's registration", &refused);
    for path in [&path, &path] {
        let removed = host.send(&request("DELETE", path, &[&bearer], ""));
        witness.hear("removing", &removed);
    }
    // Strangers, whose ids carry what they registered.
    let stateless = host.register(&[], NATIVE);
    assert_eq!(stateless.status, 201, "{stateless:?}");
    witness.hear("a stateless client", &stateless);

    // What should not have been sent.
    for (name, member) in [
        (
            "a secret in metadata",
            json!({"client_secret": "MARKED-secret-in-metadata"}),
        ),
        (
            "a token in metadata",
            json!({"registration_access_token": "MARKED-token-in-metadata"}),
        ),
        (
            "a private key in metadata",
            json!({"jwks": {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA", "d": "MARKEDprivateKeyOfAClient"}]}}),
        ),
        (
            "a shared key in metadata",
            json!({"jwks": {"keys": [{"kty": "oct", "k": "MARKEDsharedKeyOfAClient"}]}}),
        ),
    ] {
        let marked = member.to_string();
        let start = marked.find("MARKED").expect("it is marked");
        let length = marked[start..].find('"').expect("it ends");
        witness.knows(name, &marked[start..start + length]);
        let mut metadata: Value = serde_json::from_str(NATIVE).expect("it is JSON");
        let members = member.as_object().expect("it is an object").clone();
        metadata
            .as_object_mut()
            .expect("it is an object")
            .extend(members);
        let key = host.first_key("registration").to_owned();
        for body in [metadata.to_string(), format!("{metadata}}}")] {
            witness.hear(name, &host.register_with_key(&key, &body));
            witness.hear(name, &host.register(&[], &body));
        }
    }
}

/// A secret, right and wrong, in the header and in the body, and a new one.
pub fn confidential(host: &Host, witness: &mut Witness) {
    for method in ["client_secret_basic", "client_secret_post"] {
        let metadata = json!({
            "client_name": "Webmail",
            "redirect_uris": ["https://webmail.example.com/callback"],
            "token_endpoint_auth_method": method,
            "grant_types": ["authorization_code", "client_credentials", "refresh_token"],
        });
        let registered = register(host, witness, method, &metadata.to_string());
        let (client_id, secret) = (
            of(&registered, "client_id"),
            of(&registered, "client_secret"),
        );
        const WRONG: &str = "gps_MARKEDwrongSecretOfAClient";
        witness.knows("a wrong secret", WRONG);
        for secret in [&*secret, WRONG] {
            let header = basic(&client_id, secret);
            for lines in [&[&*header][..], &[]] {
                let mut fields = vec![("grant_type", "client_credentials")];
                if lines.is_empty() {
                    fields.extend([("client_id", &*client_id), ("client_secret", secret)]);
                }
                let answer = ask(host, "/auth/token", lines, &fields);
                let number = witness.hear("client credentials", &answer);
                if let Some(token) = token(&answer) {
                    witness.is_handed("a client's own token", &token, number);
                }
                for path in ["/auth/introspect", "/auth/revoke"] {
                    let mut fields = vec![("token", "gpat_MARKEDtokenThatIsAskedAbout")];
                    if lines.is_empty() {
                        fields.extend([("client_id", &*client_id), ("client_secret", secret)]);
                    }
                    witness.hear(path, &ask(host, path, lines, &fields));
                }
            }
        }
    }
    witness.knows(
        "a token that is asked about",
        "gpat_MARKEDtokenThatIsAskedAbout",
    );
}

fn token(answer: &Answer) -> Option<String> {
    (answer.status == 200).then(|| of(&answer.json(), "access_token"))
}

/// A client that signs, with its key and with another.
pub fn with_keys(host: &Host, witness: &mut Witness) {
    let (signer, other) = (Signer::new("ES256"), Signer::new("ES256"));
    let metadata = json!({
        "client_name": "Signer",
        "redirect_uris": ["https://signer.example.com/callback"],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "grant_types": ["authorization_code", "client_credentials"],
        "jwks": signer.jwks(),
    });
    let registered = register(host, witness, "a client that signs", &metadata.to_string());
    let client_id = of(&registered, "client_id");
    let audience = format!("http://{}", host.address);
    for (name, signer, expected) in [
        ("an assertion", &signer, 200),
        ("another's assertion", &other, 401),
    ] {
        let assertion = signer.assertion(&client_id, &audience);
        witness.knows(name, &assertion);
        // What makes it one.
        let signature = assertion.rsplit('.').next().expect("it is signed");
        witness.knows(&format!("the signature of {name}"), signature);
        let fields = [
            ("grant_type", "client_credentials"),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", &*assertion),
        ];
        let answer = ask(host, "/auth/token", &[], &fields);
        assert_eq!(answer.status, expected, "{answer:?}");
        let number = witness.hear(name, &answer);
        if let Some(token) = token(&answer) {
            witness.is_handed("the token of a client that signs", &token, number);
        }
        witness.hear(
            "an assertion again",
            &ask(host, "/auth/token", &[], &fields),
        );
    }
}
