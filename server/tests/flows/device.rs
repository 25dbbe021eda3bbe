//! A device without a browser (RFC 8628).

use serde_json::json;

use crate::common::Host;
use crate::common::browser::ask;
use crate::{DEVICE, MAIL, Tokens, alice, assert_error, register, token, with_refresh, works};

#[test]
fn only_so_many_devices_wait_and_what_is_kept_of_them_is_short() {
    let host = Host::start("[oauth.client-registration]\nanonymous-device = true\n");
    let kept = || -> (u32, u32) {
        let file = rusqlite::Connection::open(host.folder.data().join("gatepost.db"));
        let query = "SELECT count(*), coalesce(max(length(parameters)), 0) FROM device_request";
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
        file.and_then(|file| file.query_row(query, (), row))
            .expect("it can be read")
    };
    let ask_with = |scope: &str, padding: &str| {
        let fields = [
            ("client_id", "television"),
            ("scope", scope),
            ("client_secret_hint", padding),
            ("state", padding),
        ];
        ask(&host, "/auth/device", &[], &fields)
    };
    let long = "x".repeat(10_000);
    assert_eq!(ask_with(MAIL, &long).status, 200);
    let (count, longest) = kept();
    assert!(count == 1 && longest < 100, "{longest} bytes are kept");
    let resource = format!("https://mail.example/{}", "x".repeat(2_500));
    let fields = [
        ("client_id", "television"),
        ("resource", &*resource),
        ("resource", &*resource),
    ];
    let refused = ask(&host, "/auth/device", &[], &fields);
    assert_error("long resources", &refused, 400, "invalid_request");
    for _ in 1..20 {
        assert_eq!(ask_with(MAIL, "").status, 200);
    }
    let refused = ask_with(MAIL, "");
    assert_error("one more", &refused, 429, "temporarily_unavailable");
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert_eq!(kept().0, 20);
}

#[test]
fn a_device_is_let_in() {
    // A client that nobody registered can use the grant only where strangers can.
    let host = Host::start("[oauth.client-registration]\nanonymous-device = true\n");
    let mut browser = alice(&host);
    let metadata = json!({
        "client_name": "Television",
        "token_endpoint_auth_method": "none",
        "grant_types": [DEVICE, "refresh_token"],
    });
    let client_id = register(&host, &metadata)["client_id"]
        .as_str()
        .expect("a client id")
        .to_owned();
    let begin = || {
        let answer = ask(
            &host,
            "/auth/device",
            &[],
            &[("client_id", &client_id), ("scope", MAIL)],
        );
        assert_eq!(answer.status, 200, "{answer:?}");
        let body = answer.json();
        let of = |name: &str| body[name].as_str().expect("a string").to_owned();
        assert_eq!(
            of("verification_uri_complete"),
            format!("{}?user_code={}", of("verification_uri"), of("user_code"))
        );
        (of("device_code"), of("user_code"))
    };
    let poll = |client_id: &str, device_code: &str| {
        token(
            &host,
            &[
                ("grant_type", DEVICE),
                ("client_id", client_id),
                ("device_code", device_code),
            ],
        )
    };
    let (device_code, user_code) = begin();
    let early = poll(&client_id, &device_code);
    assert_error("early", &early, 400, "authorization_pending");
    let hasty = poll(&client_id, &device_code);
    assert_error("hasty", &hasty, 400, "slow_down");

    let page = browser.get("/auth/device/verify");
    let wrong = browser.submit(&page, "/auth/device/verify", &[("user_code", "BBBB-BBBB")]);
    assert_eq!(wrong.status, 404);
    let typed = user_code.to_lowercase().replace('-', "");
    let page = browser.submit(&wrong, "/auth/device/verify", &[("user_code", &typed)]);
    assert_eq!(page.status, 200, "{page:?}");
    for said in ["Television", &user_code, "Is the device with you?"] {
        assert!(page.body.contains(said), "{said} in {}", page.body);
    }
    let done = browser.submit(&page, "/auth/device/verify", &[("answer", "allow")]);
    assert!(done.body.contains("The device is connected"), "{done:?}");

    let stolen = poll("another", &device_code);
    assert_error("another client", &stolen, 400, "invalid_grant");
    let tokens = Tokens::of(&poll(&client_id, &device_code));
    assert!(works(&host, &tokens.access));
    Tokens::of(&with_refresh(&host, &client_id, &tokens.refresh));
    let again = poll(&client_id, &device_code);
    assert_error("again", &again, 400, "invalid_grant");
    assert!(!works(&host, &tokens.access), "two have the code");

    let (device_code, user_code) = begin();
    let link = format!("/device?user_code={user_code}");
    let on = browser.get(&link);
    let page = browser.get(on.header("location").expect("it leads somewhere"));
    assert!(
        page.body.contains(&user_code),
        "it only has to be confirmed"
    );
    let page = browser.submit(&page, "/auth/device/verify", &[("user_code", &user_code)]);
    let done = browser.submit(&page, "/auth/device/verify", &[("answer", "deny")]);
    assert_eq!(done.status, 200, "{done:?}");
    let denied = poll(&client_id, &device_code);
    assert_error("denied", &denied, 400, "access_denied");
    let unknown = poll(&client_id, "gpdc_x");
    assert_error("unknown", &unknown, 400, "invalid_grant");

    let page = browser.get("/auth/device/verify");
    let mut last = 0;
    for _ in 0..11 {
        last = browser
            .submit(&page, "/auth/device/verify", &[("user_code", "BBBB-BBBB")])
            .status;
    }
    assert_eq!(last, 429, "codes are not to be guessed");
}
