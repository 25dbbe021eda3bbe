//! Clients that wait for an administrator's approval, over HTTP.

mod common;

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::common::http::request;
use crate::common::{Answer, Host, NATIVE, run_reading, text};

const STRANGERS: &str =
    "[oauth.client-registration]\nrequire = true\nanonymous = true\napproval = 'anonymous'";
const ALL: &str = "[oauth.client-registration]\nrequire = true\napproval = 'all'";

/// What the user of a program that waits is told.
const TOLD: &str = "An administrator of this server has to approve this program first";

fn ask(host: &Host, key: &str, method: &str, path: &str, lines: &[&str], body: &str) -> Answer {
    let bearer = format!("Authorization: Bearer {key}");
    let lines = Vec::from_iter([&*bearer].into_iter().chain(lines.iter().copied()));
    host.send(&request(method, path, &lines, body))
}

fn post(host: &Host, path: &str, body: &str) -> Answer {
    let form = ["Content-Type: application/x-www-form-urlencoded"];
    host.send(&request("POST", path, &form, body))
}

/// What a browser is shown that a program sends to the authorization endpoint.
fn browse(host: &Host, client_id: &str) -> Answer {
    let path = format!(
        "/auth/authorize?response_type=code&client_id={client_id}&redirect_uri=http%3A%2F%2F127.0.0.1%3A5000%2Fcallback\
         &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256"
    );
    host.send(&request("GET", &path, &["Accept: text/html"], ""))
}

fn administered(host: &Host) -> String {
    let log = host.folder.data().join("audit-administration.jsonl");
    std::fs::read_to_string(log).unwrap_or_default()
}

#[test]
fn who_is_let_in_after_an_approval() {
    let host = Host::start(STRANGERS);
    let key = host.first_key("administrator").to_owned();
    let api = |method: &str, path: &str, lines: &[&str]| ask(&host, &key, method, path, lines, "");
    let id = host.register(&[], NATIVE).client_id();
    let client = format!("/api/clients/{id}");

    let refused = browse(&host, &id);
    assert_eq!(refused.status, 400, "{refused:?}");
    assert!(refused.body.contains(TOLD), "{refused:?}");
    let device = post(&host, "/auth/device", &format!("client_id={id}"));
    assert_eq!(device.status, 400, "{device:?}");
    assert_eq!(device.json()["error"], "unauthorized_client");

    let listed = api("GET", "/api/clients?limit=100", &[]).json();
    let listed = listed["clients"].as_array().expect("a list");
    let find = |id: &str| listed.iter().find(|client| client["client_id"] == id);
    assert_eq!(find(&id).expect("it is listed")["waiting"], true);
    let shown = api("GET", &client, &[]);
    assert_eq!(shown.json()["waiting"], true);
    assert_eq!(shown.json()["findings"][0]["code"], "client-waits");

    // What was looked at has to be what is approved.
    let approve = format!("{client}/approve");
    let unsaid = api("POST", &approve, &[]);
    assert_eq!(unsaid.status, 428, "{unsaid:?}");
    assert_eq!(unsaid.json()["status"], 428);
    assert_eq!(api("GET", &client, &[]).json()["waiting"], true);
    assert_eq!(api("POST", &approve, &["If-Match: \"9\""]).status, 412);
    let shown = shown.header("etag").expect("a revision").to_owned();
    let seen = format!("If-Match: {shown}");
    assert_eq!(api("POST", &approve, &[&seen]).status, 204);
    assert_eq!(api("GET", &client, &[]).json()["waiting"], false);
    assert_eq!(api("POST", &approve, &["If-Match: *"]).status, 204);
    let let_in = browse(&host, &id);
    assert_eq!(let_in.status, 200, "{let_in:?}");
    assert!(!let_in.body.contains(TOLD), "{let_in:?}");

    // Whoever registers the same has the same id, which is approved.
    assert_eq!(host.register(&[], NATIVE).client_id(), id);
    assert_eq!(browse(&host, &id).status, 200);
    let deny = format!("{client}/deny");
    assert_eq!(api("POST", &deny, &[]).status, 409);

    let other = host.register(&[], &NATIVE.replace("Example Mail", "Example Bank"));
    let other = other.client_id();
    let deny = format!("/api/clients/{other}/deny");
    assert_eq!(api("POST", &deny, &[]).status, 204);
    assert_eq!(api("POST", &deny, &[]).status, 404);
    let gone = browse(&host, &other);
    assert_eq!(gone.status, 400, "{gone:?}");
    assert!(!gone.body.contains(TOLD), "{gone:?}");

    // An administrator's own client does not wait.
    let new = json!({"client_id": "by-hand", "metadata": serde_json::from_str::<Value>(NATIVE).expect("it is JSON")});
    let made = ask(&host, &key, "POST", "/api/clients", &[], &new.to_string());
    assert_eq!(made.status, 201, "{made:?}");
    assert_eq!(browse(&host, "by-hand").status, 200);

    host.signal(Signal::TERM);
    let folder = host.kill_gently();
    let host = Host::start_in(folder, STRANGERS, &[]);
    assert_eq!(browse(&host, &id).status, 200, "an approval is kept");
    let log = administered(&host);
    for operation in ["approve", "deny"] {
        let line = format!("\"operation\":\"{operation}\"");
        assert!(log.contains(&line), "{operation}: {log}");
    }
}

#[test]
fn a_program_that_becomes_another_waits_again() {
    let host = Host::start(ALL);
    let administrator = host.first_key("administrator").to_owned();
    let registration = host.first_key("registration").to_owned();
    let metadata = json!({
        "client_name": "Example Backup",
        "grant_types": ["client_credentials"],
        "response_types": [],
        "token_endpoint_auth_method": "client_secret_post",
    });
    let registered = host.register_with_key(&registration, &metadata.to_string());
    let id = registered.client_id();
    let registered = registered.json();
    let of = |member: &str| registered[member].as_str().expect("it has one").to_owned();
    let (secret, token) = (of("client_secret"), of("registration_access_token"));
    let credential = format!("client_id={id}&client_secret={secret}");
    let grant = format!("grant_type=client_credentials&{credential}");
    let obtain = || post(&host, "/auth/token", &grant);
    let waits = |answer: &Answer| {
        assert_eq!(answer.status, 400, "{answer:?}");
        assert_eq!(answer.json()["error"], "unauthorized_client");
        assert!(answer.body.contains(TOLD), "{answer:?}");
    };
    let own = format!("/auth/register/{id}");
    let approve = format!("/api/clients/{id}/approve");
    let any = ["If-Match: *"];
    let change = |name: &str| {
        let mut changed = metadata.clone();
        changed["client_id"] = id.as_str().into();
        changed["client_name"] = name.into();
        let answer = ask(&host, &token, "PUT", &own, &[], &changed.to_string());
        assert_eq!(answer.status, 200, "{answer:?}");
    };

    waits(&obtain());
    // A wrong secret is not told what the right one is told.
    let guess = grant.replace(&secret, "gps_wrong");
    let guessed = post(&host, "/auth/token", &guess);
    assert_eq!(guessed.status, 401, "{guessed:?}");
    assert!(!guessed.body.contains(TOLD), "{guessed:?}");
    assert_eq!(ask(&host, &token, "GET", &own, &[], "").status, 200);
    // It does not approve itself, and neither does who may only register.
    for key in [&token, &registration] {
        let answer = ask(&host, key, "POST", &approve, &any, "");
        assert!(matches!(answer.status, 401 | 403), "{answer:?}");
    }

    let answer = ask(&host, &administrator, "POST", &approve, &any, "");
    assert_eq!(answer.status, 204, "{answer:?}");
    let granted = obtain();
    assert_eq!(granted.status, 200, "{granted:?}");
    change("Example Backup");
    assert_eq!(obtain().status, 200);

    change("Example Bank");
    waits(&obtain());
    let granted = granted.json();
    let held = granted["access_token"].as_str().expect("a token");
    let use_it = ask(&host, held, "GET", "/jmap/session", &[], "");
    assert_eq!(use_it.status, 401, "its tokens wait, too: {use_it:?}");
    let answer = ask(&host, &administrator, "POST", &approve, &any, "");
    assert_eq!(answer.status, 204, "{answer:?}");
    assert_eq!(obtain().status, 200);
}

/// The same by commands: what was shown is approved, and what changed since then is not.
#[test]
fn approvals_on_the_command_line() {
    let host = Host::start(STRANGERS);
    let config = host.folder.path("gatepost.toml");
    let config = config.to_str().expect("a path in UTF-8");
    let client = |arguments: &[&str]| {
        let arguments = [&["client"], arguments, &["--config", config]].concat();
        run_reading(&arguments, &host.folder.data(), "")
    };
    let shown = |id: &str| -> Value {
        let shown = client(&["show", id, "--json"]);
        serde_json::from_slice(&shown.stdout).expect("it is JSON")
    };
    let id = host.register(&[], NATIVE).client_id();
    let other = host.register(&[], &NATIVE.replace("Example Mail", "Example Bank"));
    let other = other.client_id();

    let listed = text(&client(&["list", "--json"]).stdout);
    assert_eq!(listed.matches(r#""waiting":true"#).count(), 2, "{listed}");
    let lines = text(&client(&["list"]).stdout);
    assert_eq!(lines.matches("\twaits\n").count(), 2, "{lines}");
    let told = shown(&id);
    assert_eq!(
        (&told["state"], &told["works"]),
        (&"waits".into(), &false.into())
    );
    let revision = told["revision"].to_string();
    let said = text(&client(&["show", &id]).stdout);
    let advised = format!("`client approve {id} --revision {revision}`");
    assert!(said.contains(&advised), "{advised} in {said}");

    let unread = client(&["approve", &id]);
    assert_eq!(unread.status.code(), Some(2), "{unread:?}");
    let advised = format!("`client show {id}`");
    assert!(text(&unread.stderr).contains(&advised), "{unread:?}");
    let changed = client(&["approve", &id, "--revision", "9"]);
    assert_eq!(changed.status.code(), Some(1), "{changed:?}");
    assert!(
        text(&changed.stderr).contains("`client show`"),
        "{changed:?}"
    );
    assert_eq!(shown(&id)["waiting"], true);
    let approved = client(&["approve", &id, "--revision", &revision]);
    assert_eq!(approved.status.code(), Some(0), "{approved:?}");
    assert_eq!(shown(&id)["state"], "enabled");
    assert_eq!(browse(&host, &id).status, 200);

    for (arguments, code, says) in [
        (&["deny", &other][..], 2, "Nobody uses it."),
        (&["deny", &other, "--yes"], 0, ""),
        (&["deny", &other], 3, "client-not-found"),
        (&["deny", &id], 1, "client-not-waiting"),
    ] {
        let output = client(arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {output:?}"
        );
        assert!(text(&output.stderr).contains(says), "{output:?}");
    }
    let listed = text(&client(&["list"]).stdout);
    assert!(listed.contains(&id) && !listed.contains(&other), "{listed}");
}

#[test]
fn a_lost_token_is_replaced() {
    let host = Host::start("");
    let administrator = host.first_key("administrator").to_owned();
    let registration = host.first_key("registration").to_owned();
    let registered = host.register_with_key(&registration, NATIVE);
    let id = registered.client_id();
    let lost = registered.json()["registration_access_token"].clone();
    let lost = lost.as_str().expect("it has one");
    let own = format!("/auth/register/{id}");
    let rotate = |id: &str, key: &str| {
        let path = format!("/api/clients/{id}/registration-access-token");
        ask(&host, key, "POST", &path, &[], "")
    };
    for key in [lost, &registration] {
        let answer = rotate(&id, key);
        assert!(matches!(answer.status, 401 | 403), "{answer:?}");
    }
    assert_eq!(ask(&host, lost, "GET", &own, &[], "").status, 200);

    let answer = rotate(&id, &administrator);
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    let answer = answer.json();
    let fresh = answer["registration_access_token"].as_str();
    let fresh = fresh.expect("the new one");
    let uri = answer["registration_client_uri"].as_str().expect("its URL");
    assert!(uri.ends_with(&own), "{uri}");
    assert_eq!(ask(&host, fresh, "GET", &own, &[], "").status, 200);
    assert_eq!(ask(&host, lost, "GET", &own, &[], "").status, 401);
    let log = administered(&host);
    assert!(!log.contains(fresh) && !log.contains(lost), "{log}");

    let by_hand = json!({"client_id": "by-hand", "metadata": serde_json::from_str::<Value>(NATIVE).expect("it is JSON")});
    let made = ask(
        &host,
        &administrator,
        "POST",
        "/api/clients",
        &[],
        &by_hand.to_string(),
    );
    assert_eq!(made.status, 201, "{made:?}");
    let refused = rotate("by-hand", &administrator);
    assert_eq!(refused.status, 400, "{refused:?}");
    assert_eq!(refused.json()["findings"][0]["code"], "token-unused");
    assert_eq!(rotate("nobody", &administrator).status, 404);

    // On the command line, it is alone on standard output.
    let rotate = ["client", "rotate-token", &id, "--yes"];
    let rotated = run_reading(&rotate, &host.folder.data(), "");
    assert_eq!(rotated.status.code(), Some(0), "{rotated:?}");
    let printed = text(&rotated.stdout);
    let newest = printed.strip_suffix('\n').expect("a line");
    assert_eq!(ask(&host, newest, "GET", &own, &[], "").status, 200);
    assert_eq!(ask(&host, fresh, "GET", &own, &[], "").status, 401);
    let by_hand = ["client", "rotate-token", "by-hand", "--yes"];
    let refused = run_reading(&by_hand, &host.folder.data(), "");
    assert_eq!(refused.status.code(), Some(1), "{refused:?}");
    assert!(
        text(&refused.stderr).contains("token-unused"),
        "{refused:?}"
    );
}
