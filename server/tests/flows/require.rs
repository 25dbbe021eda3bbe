//! The story of the setting `require`.

use crate::common::browser::{Browser, DEMO, demo_password, query};
use crate::common::{Host, NATIVE};
use crate::{ALICE, LOOPBACK, PASSWORD, Tokens, alice, with_refresh, works};

/// The seed's story: nothing required, then a registration, then those who may do without.
#[test]
fn registration_is_required_and_some_may_do_without() {
    const REQUIRE: &str = "[oauth.client-registration]\nrequire = true";
    let host = Host::start("");
    let password = demo_password(&host);
    let key = host.first_key("registration").to_owned();
    let mut browser = alice(&host);
    let asked = query("any client", LOOPBACK, &[]);
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    assert!(
        page.body
            .contains("This server does not know this program."),
        "{}",
        page.body
    );
    let tokens = Tokens::granted(&host, &mut browser, "any client");
    assert!(works(&host, &tokens.access));

    let host = Host::start_in(host.kill(), REQUIRE, &[]);
    assert!(!works(&host, &tokens.access), "it is refused from now on");
    let refreshed = with_refresh(&host, "any client", &tokens.refresh);
    assert_eq!(refreshed.json()["error"], "invalid_client", "{refreshed:?}");
    let mut nobody = Browser::new(&host);
    let page = nobody.get(&format!("/auth/authorize?{asked}"));
    assert_eq!(page.status, 400, "{page:?}");
    assert!(page.body.contains("/auth/sign-in?next="), "{}", page.body);
    let mut browser = Browser::signed_in(&host, ALICE, PASSWORD);
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    assert_eq!(page.status, 400, "a plain user gets nowhere: {page:?}");
    assert!(!page.body.contains("/auth/sign-in"), "{}", page.body);

    let mut administrator = Browser::signed_in(&host, DEMO, &password);
    let tokens = Tokens::granted(&host, &mut administrator, "any client");
    assert!(works(&host, &tokens.access));
    let tokens = Tokens::of(&with_refresh(&host, "any client", &tokens.refresh));
    assert!(works(&host, &tokens.access));

    host.folder.provision("webadmin",
        r#"{"client_name":"Administration","redirect_uris":["stalwart://auth"],"token_endpoint_auth_method":"none"}"#,
    );
    let asked = query("webadmin", "stalwart://auth", &[]);
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    assert!(
        page.body
            .contains("An administrator of this server registered"),
        "{}",
        page.body
    );
    let client_id = host.register_with_key(&key, NATIVE).client_id();
    let tokens = Tokens::granted(&host, &mut browser, &client_id);
    assert!(works(&host, &tokens.access));
}
