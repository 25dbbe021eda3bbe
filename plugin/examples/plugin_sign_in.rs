//! What a mail server asks at a sign-in with an access token, of a plugin that it loads.
//!
//! Run it with `cargo run --release -p gatepost-plugin --example plugin_sign_in`.

use std::error::Error;

use gatepost_plugin::{Caller, Context, Credential, Options, Outcome, Plugin, Source, load};

fn main() -> Result<(), Box<dyn Error>> {
    let settings = "[oauth.client-registration]\nrequire = true";
    let plugin = load(&Source::default(), settings, &Options::default())?;
    for (client_id, permissions) in [
        ("thunderbird", &["authenticate"][..]),
        ("thunderbird", &["authenticate", "oauth-client-override"]),
    ] {
        let answer = sign_in(&*plugin, client_id, permissions)?;
        println!("{client_id}, for an account with {permissions:?}: {answer}");
    }
    Ok(())
}

/// Decides about a sign-in for mail. An error is no refusal: the mail program tries again later.
fn sign_in(
    plugin: &dyn Plugin,
    client_id: &str,
    permissions: &[&str],
) -> Result<String, Box<dyn Error>> {
    let context = Context {
        caller: Caller {
            credential: Credential::Accepted,
            account: Some("jane@example.org".into()),
            permissions: permissions.iter().map(|name| (*name).to_owned()).collect(),
            ..Caller::default()
        },
        // The client's record, if the mail server's database has one.
        record: None,
        ..Context::fresh()?
    };
    let scope = Some("urn:ietf:params:oauth:scope:mail");
    let decision = plugin.usable(&context, client_id, scope)?;
    Ok(match decision.outcome {
        Outcome::Accept => "may be used".into(),
        Outcome::Refuse => format!("refused: {}", decision.diagnostics[0].code),
    })
}

#[test]
fn it_runs() -> Result<(), Box<dyn Error>> {
    main()
}
