//! Each client in `docs/clients.md` signs a user in and reads the mailbox. Nothing of a client is changed, and no check of it is
//! switched off: the server is `https://mail.example.org`.

#[path = "../common/mod.rs"]
mod common;

mod browser;
mod git;
mod oauth2;
mod ortie;
mod place;
mod table;
mod thunderbird;

use crate::place::Place;

/// Tests that need a program beside the server. Each names the row of the table that it is about.
macro_rules! clients {
    ($($name:ident, $client:literal: $test:expr;)*) => {$(
        #[test]
        #[ignore = "needs the client, and root for a network of its own; scripts/test-peers runs it"]
        fn $name() {
            place::inside(stringify!($name), $client, $test);
        }
    )*};
}

clients! {
    authlib, "authlib": |place| all_goes_well(place, "authlib_client.py");
    git_credential_oauth, "git-credential-oauth": git::signs_a_user_in;
    idpyoidc, "idpyoidc": |place| all_goes_well(place, "idpyoidc_discovery.py");
    mcp_in_chromium, "MCP SDK in Chromium": browser::mcp;
    mcp_in_node, "MCP SDK in Node": |place| all_goes_well(place, "mcp.mjs");
    oauth2_crate, "oauth2": oauth2::signs_a_user_in;
    oauth4webapi, "oauth4webapi": |place| all_goes_well(place, "oauth4webapi.mjs");
    oidc_client_ts, "oidc-client-ts": browser::oidc_client_ts;
    openid_client, "openid-client": |place| all_goes_well(place, "openid-client.mjs");
    ortie_by_code, "ortie": ortie::by_code;
    ortie_on_a_device, "ortie, device grant": ortie::on_a_device;
    thunderbird_with_its_add_on, "Thunderbird": thunderbird::reads_a_mailbox;
    pyoidc, "pyoidc": |place| all_goes_well(place, "pyoidc.py");
}

fn all_goes_well(place: &Place, script: &str) {
    assert_eq!(place.run(script, &place.knowledge()), "all went well\n");
}
