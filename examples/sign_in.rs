//! What a mail server asks at a sign-in with an access token, with the core as a library.
//!
//! Run it with `cargo run --release -p gatepost --example sign_in`.

use std::error::Error;

use gatepost::{Caller, Context, Effect, Outcome, Registrar, permission};

const MAIL: &str = "urn:ietf:params:oauth:scope:mail";

/// What the mail server knows of a token that is live.
struct Token {
    client_id: String,
    /// The stored record of that client.
    record: Option<String>,
    /// The permissions of the account that it was issued for.
    permissions: Vec<&'static str>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let registrar = Registrar::compile("[oauth.client-registration]\nrequire = true")?;

    // A client registers, with an API key that may do that. Its record is stored.
    let key = [permission::AUTHENTICATE, permission::REGISTRATION];
    let context = Context {
        caller: Caller::with_permissions(&key),
        ..Context::default()
    };
    let metadata = br#"{"redirect_uris": ["com.example.mail:/callback"], "token_endpoint_auth_method": "none"}"#;
    let registered = registrar.register(&context, metadata)?;
    let (Effect::Store(stored) | Effect::Share(stored)) = registered.effect else {
        return Err("nothing was registered".into());
    };

    let permissions = vec![permission::AUTHENTICATE];
    for token in [
        Token {
            client_id: stored.client_id,
            record: Some(stored.document),
            permissions: permissions.clone(),
        },
        Token {
            client_id: "thunderbird".into(),
            record: None,
            permissions,
        },
    ] {
        println!("{}: {}", token.client_id, sign_in(&registrar, &token)?);
    }
    Ok(())
}

/// Decides about a sign-in for mail. An error is no refusal: the mail program tries again later.
fn sign_in(registrar: &Registrar, token: &Token) -> Result<String, Box<dyn Error>> {
    let context = Context {
        caller: Caller::with_permissions(&token.permissions),
        record: token.record.as_deref(),
        ..Context::default()
    };
    let decision = registrar.usable(&context, &token.client_id, Some(MAIL))?;
    Ok(match decision.outcome {
        Outcome::Accept => "may be used".into(),
        Outcome::Refuse => format!("refused: {}", decision.diagnostics[0].code),
    })
}

#[test]
fn it_runs() -> Result<(), Box<dyn Error>> {
    main()
}
