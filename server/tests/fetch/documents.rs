//! Clients whose id is the URL of a document.

use serde_json::{Value, json};

use crate::common::browser::{Browser, DEMO, VERIFIER, ask, demo_password, query};
use crate::common::{Answer, Folder, Host};
use crate::program;
use crate::site::{HOST, Site};

const CALLBACK: &str = "https://app.example.com/callback";

fn settings(site: &Site, more: &str) -> String {
    let authority = site.certificates.authority();
    format!(
        "[oauth.client-registration]\nrequire = true\nclient-id-metadata-documents = true\n\
         [fetch]\ninternal-hosts = ['{HOST}']\ntls-authority = {authority:?}\n{more}"
    )
}

fn document(client_id: &str) -> Value {
    json!({
        "client_id": client_id,
        "client_name": "Example Webmail",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    })
}

fn start(site: &Site, more: &str) -> Host {
    let names = format!("{HOST}: 127.0.0.1");
    program::start(Folder::new(), &names, &settings(site, more))
}

fn with_code(host: &Host, client_id: &str, code: &str) -> Answer {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", client_id),
        ("code", code),
        ("redirect_uri", CALLBACK),
        ("code_verifier", VERIFIER),
    ];
    ask(host, "/auth/token", &[], &fields)
}

fn with_refresh(host: &Host, client_id: &str, refresh_token: &str) -> Answer {
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", client_id),
        ("refresh_token", refresh_token),
    ];
    ask(host, "/auth/token", &[], &fields)
}

/// The ids of the clients that the directory has.
fn stored(host: &Host) -> Vec<String> {
    let file = host.folder.data().join("gatepost.db");
    let directory = rusqlite::Connection::open(file).expect("the directory is there");
    let mut query = directory
        .prepare("SELECT client_id FROM oauth_client")
        .expect("the table is there");
    let rows = query.query_map((), |row| row.get(0));
    rows.expect("it can be read").flatten().collect()
}

#[test]
fn a_program_that_its_site_describes_gets_tokens_and_the_page_names_the_site() {
    let site = Site::start();
    let client_id = site.at("/client.json");
    site.has_json("/client.json", &document(&client_id));
    let host = start(&site, "");
    let metadata = host.get("/.well-known/oauth-authorization-server").json();
    assert_eq!(metadata["client_id_metadata_document_supported"], true);

    let password = demo_password(&host);
    let mut browser = Browser::signed_in(&host, DEMO, &password);
    let asked = query(&client_id, CALLBACK, &[]);
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    assert_eq!(page.status, 200, "{page:?}");
    let heading = page.body.split("<h1>").nth(1).expect("it has a heading");
    let heading = heading.split("</h1>").next().expect("it ends");
    assert!(heading.contains(HOST), "the site comes first: {heading}");
    assert!(page.body.contains("Example Webmail"), "{}", page.body);
    assert!(stored(&host).is_empty(), "nobody has agreed yet");

    let code = browser.code(&asked);
    assert_eq!(
        stored(&host),
        [&*client_id],
        "its record came with the grant"
    );
    let issued = with_code(&host, &client_id, &code);
    assert_eq!(issued.status, 200, "{issued:?}");
    let refreshed = with_refresh(&host, &client_id, token(&issued, "refresh_token"));
    assert_eq!(refreshed.status, 200, "{refreshed:?}");
    assert!(works(&host, token(&refreshed, "access_token")));
    assert_eq!(
        site.asked("/client.json").len(),
        1,
        "it may be kept for an hour"
    );

    // Its decisions can be made again without its site.
    let audit = host.folder.data().join("audit.jsonl");
    std::thread::sleep(std::time::Duration::from_millis(200));
    let output = crate::common::program()
        .args(["replay", "--config"])
        .arg(host.folder.data().with_file_name("gatepost.toml"))
        .arg(audit)
        .output()
        .expect("the program can be started");
    assert!(output.status.success(), "{output:?}");

    // It is a client like any other: an administrator can shut it out.
    let output = crate::common::program()
        .args(["client", "disable", &client_id, "--data"])
        .arg(host.folder.data())
        .output()
        .expect("the program can be started");
    assert!(output.status.success(), "{output:?}");
    assert!(!works(&host, token(&refreshed, "access_token")));
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    assert_eq!(page.status, 400, "{page:?}");
}

fn token<'a>(answer: &'a Answer, name: &str) -> &'a str {
    let (_, rest) = answer
        .body
        .split_once(&format!("\"{name}\":\""))
        .unwrap_or_else(|| panic!("no {name} in {answer:?}"));
    rest.split('"').next().expect("it ends")
}

fn works(host: &Host, access_token: &str) -> bool {
    let request = format!(
        "GET /jmap/session HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {access_token}\r\n\r\n"
    );
    host.send(request.as_bytes()).status == 200
}

#[test]
fn what_a_document_says_holds_from_one_request_to_the_next() {
    let site = Site::start();
    let client_id = site.at("/client.json");
    site.has_json("/client.json", &document(&client_id));
    let host = start(&site, "max-age = 0\nrequests-per-minute = 0\n");
    let password = demo_password(&host);
    let mut browser = Browser::signed_in(&host, DEMO, &password);
    let asked = query(&client_id, CALLBACK, &[]);
    let code = browser.code(&asked);
    let issued = with_code(&host, &client_id, &code);
    assert_eq!(issued.status, 200, "{issued:?}");

    // The user has seen a page about something else.
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    let mut renamed = document(&client_id);
    renamed["client_name"] = "Another Name".into();
    site.has_json("/client.json", &renamed);
    let answer = browser.submit(&page, "/auth/authorize", &[("answer", "allow")]);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(
        answer
            .body
            .contains("This has changed since you were asked.")
    );
    let code = browser.code(&asked);
    assert_eq!(with_code(&host, &client_id, &code).status, 200);

    // The redirect URI is gone.
    let mut moved = document(&client_id);
    moved["redirect_uris"] = json!(["https://app.example.com/elsewhere"]);
    site.has_json("/client.json", &moved);
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    assert_eq!(page.status, 400, "{page:?}");
    assert!(
        page.body.contains("redirect-uri-unregistered"),
        "{}",
        page.body
    );

    // It is no document of this client any more: the page says what is wrong with it.
    let other = site.at("/other.json");
    site.has_json("/client.json", &document(&other));
    let page = browser.get(&format!("/auth/authorize?{asked}"));
    assert_eq!(page.status, 400, "{page:?}");
    assert!(page.body.contains("document-of-another"), "{}", page.body);
    let refused = with_refresh(&host, &client_id, token(&issued, "refresh_token"));
    assert_eq!(refused.status, 401, "{refused:?}");
    assert_eq!(refused.json()["error"], "invalid_client");
    assert!(!works(&host, token(&issued, "access_token")));

    // The record of one who is away stands in for a time, if this program has just been started.
    site.has_json("/client.json", &document(&client_id));
    let tokens = with_refresh(&host, &client_id, token(&issued, "refresh_token"));
    assert_eq!(tokens.status, 200, "{tokens:?}");
    let folder = host.kill();
    let host = program::start(folder, "", &settings(&site, ""));
    assert!(works(&host, token(&tokens, "access_token")));
    let unknown = query(&other, CALLBACK, &[]);
    assert_eq!(host.get(&format!("/auth/authorize?{unknown}")).status, 400);
    let folder = host.kill();
    let host = program::start(folder, "", &settings(&site, "max-stale = 0\n"));
    assert!(!works(&host, token(&tokens, "access_token")));
}
