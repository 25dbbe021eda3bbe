//! The program over HTTP and on its command line.

mod common;

use std::io::{Read, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use common::browser::demo_password;
use common::{Answer, Folder, Host, NATIVE, program, registration, run, text};
use rustix::process::Signal;
use serde_json::Value;

#[test]
fn registrations_and_refusals() {
    let host = Host::start("");
    let key = host.first_key("registration");
    let folder = &host.folder;
    let no_permission = folder.create_key(&["authenticate"]);
    let not_live = folder.create_key(&["authenticate", "oauth-client-registration"]);
    directory(folder)
        .execute(
            "UPDATE api_key SET expires_at = 1 WHERE name = 'test' AND permissions LIKE '% %'",
            (),
        )
        .expect("the key is there");

    let bearer = |key: &str| format!("Authorization: Bearer {key}");
    let with_key = bearer(key);
    let web = |uri: &str| format!(r#"{{"client_name":"X","redirect_uris":["{uri}"]}}"#);
    struct Case<'c> {
        name: &'static str,
        headers: &'c [&'c str],
        body: &'c str,
        status: u16,
        error: &'static str,
        challenge: Option<&'static str>,
    }
    let cases = [
        Case {
            name: "a key that may register",
            headers: &[&with_key],
            body: NATIVE,
            status: 201,
            error: "",
            challenge: None,
        },
        Case {
            name: "no key",
            headers: &[],
            body: NATIVE,
            status: 401,
            error: "invalid_token",
            challenge: Some("Bearer"),
        },
        Case {
            name: "another scheme is no key",
            headers: &["Authorization: Basic dXNlcjpwYXNz"],
            body: NATIVE,
            status: 401,
            error: "invalid_token",
            challenge: Some("Bearer"),
        },
        Case {
            name: "a key without its scheme",
            headers: &[&format!("Authorization: {key}")],
            body: NATIVE,
            status: 400,
            error: "invalid_request",
            challenge: Some("error=\"invalid_request\""),
        },
        Case {
            name: "two keys",
            headers: &[&with_key, &with_key],
            body: NATIVE,
            status: 400,
            error: "invalid_request",
            challenge: Some("error=\"invalid_request\""),
        },
        Case {
            name: "another scheme, with letters beyond ASCII",
            headers: &["Authorization: Foo \u{e4}"],
            body: NATIVE,
            status: 401,
            error: "invalid_token",
            challenge: Some("Bearer realm"),
        },
        Case {
            name: "an empty header",
            headers: &["Authorization: "],
            body: NATIVE,
            status: 400,
            error: "invalid_request",
            challenge: Some("error=\"invalid_request\""),
        },
        Case {
            name: "a wrong key",
            headers: &["Authorization: Bearer gpak_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"],
            body: NATIVE,
            status: 401,
            error: "invalid_token",
            challenge: Some("error=\"invalid_token\""),
        },
        Case {
            name: "an expired key",
            headers: &[&bearer(&not_live)],
            body: NATIVE,
            status: 401,
            error: "invalid_token",
            challenge: Some("error=\"invalid_token\""),
        },
        Case {
            name: "a key without the permission",
            headers: &[&bearer(&no_permission)],
            body: NATIVE,
            status: 403,
            error: "insufficient_scope",
            challenge: Some("error=\"insufficient_scope\""),
        },
        Case {
            name: "what is no token",
            headers: &["Authorization: Bearer a b"],
            body: NATIVE,
            status: 400,
            error: "invalid_request",
            challenge: Some("error=\"invalid_request\""),
        },
        Case {
            name: "two keys",
            headers: &[&with_key, &with_key],
            body: NATIVE,
            status: 400,
            error: "invalid_request",
            challenge: Some("error=\"invalid_request\""),
        },
        Case {
            name: "a scheme and a media type are read without case",
            headers: &[
                &format!("AUTHORIZATION: bEARER {key}"),
                "content-type: Application/JSON; charset=utf-8",
            ],
            body: NATIVE,
            status: 201,
            error: "",
            challenge: None,
        },
        Case {
            name: "a script as redirect URI",
            headers: &[&with_key],
            body: &web("javascript:alert(1)"),
            status: 400,
            error: "invalid_redirect_uri",
            challenge: None,
        },
        Case {
            name: "broken JSON",
            headers: &[&with_key],
            body: "{\"client_name\":",
            status: 400,
            error: "invalid_client_metadata",
            challenge: None,
        },
        Case {
            name: "no body",
            headers: &[&with_key],
            body: "",
            status: 400,
            error: "invalid_client_metadata",
            challenge: None,
        },
        Case {
            name: "text",
            headers: &[&with_key, "Content-Type: text/plain"],
            body: NATIVE,
            status: 415,
            error: "invalid_client_metadata",
            challenge: None,
        },
        Case {
            name: "a form",
            headers: &[&with_key, "Content-Type: application/x-www-form-urlencoded"],
            body: "a=b",
            status: 415,
            error: "invalid_client_metadata",
            challenge: None,
        },
        Case {
            name: "two media types",
            headers: &[
                &with_key,
                "Content-Type: application/json",
                "Content-Type: application/json",
            ],
            body: NATIVE,
            status: 415,
            error: "invalid_client_metadata",
            challenge: None,
        },
        Case {
            name: "compressed",
            headers: &[&with_key, "Content-Encoding: gzip"],
            body: NATIVE,
            status: 415,
            error: "invalid_client_metadata",
            challenge: None,
        },
        Case {
            name: "as long as it may be",
            headers: &[&with_key],
            body: &padded(64 << 10),
            status: 201,
            error: "",
            challenge: None,
        },
        Case {
            name: "a byte longer than it may be",
            headers: &[&with_key],
            body: &padded((64 << 10) + 1),
            status: 413,
            error: "invalid_client_metadata",
            challenge: None,
        },
    ];
    for case in cases {
        let answer = host.register(case.headers, case.body);
        let name = case.name;
        assert_eq!(answer.status, case.status, "{name}: {answer:?}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/json"),
            "{name}"
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{name}");
        assert_eq!(answer.header("pragma"), Some("no-cache"), "{name}");
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{name}"
        );
        let challenge = answer.header("www-authenticate");
        match case.challenge {
            None => assert_eq!(challenge, None, "{name}"),
            Some("Bearer") => {
                let challenge = challenge.expect("a challenge");
                assert!(challenge.starts_with("Bearer"), "{name}: {challenge}");
                assert!(!challenge.contains("error"), "{name}: {challenge}");
            }
            Some(part) => assert!(
                challenge.is_some_and(
                    |challenge| challenge.starts_with("Bearer ") && challenge.contains(part)
                ),
                "{name}: {challenge:?}"
            ),
        }
        if case.status == 201 {
            assert!(answer.json()["client_id"].is_string(), "{name}");
        } else {
            assert_oauth_error(&answer, case.error, name);
        }
    }
}

#[test]
fn what_is_not_a_registration() {
    let host = Host::start("");
    for method in ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"] {
        let answer = host.send(
            format!(
                "{method} /auth/register HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n"
            )
            .as_bytes(),
        );
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("POST"), "{method}");
        if method == "HEAD" {
            assert_eq!(answer.body, "");
        } else {
            assert_oauth_error(&answer, "invalid_request", method);
        }
    }
    for path in [
        "/",
        "/auth/register/",
        "/auth",
        "/auth/registers",
        "/.well-known/",
        "/healthz/x",
    ] {
        let answer = host.get(path);
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
    }
    let answer = host.get("/healthz");
    assert_eq!((answer.status, &*answer.body), (200, "ok\n"));
}

#[test]
fn a_body_of_unknown_length_is_bounded_too() {
    let host = Host::start("");
    let head = registration(
        &[
            &format!("Authorization: Bearer {}", host.first_key("registration")),
            "Transfer-Encoding: chunked",
        ],
        "",
    );
    let head = text(&head).replace("Content-Length: 0\r\n", "");

    let mut fits = head.clone().into_bytes();
    for part in NATIVE.as_bytes().chunks(7) {
        fits.extend(format!("{:x}\r\n", part.len()).bytes());
        fits.extend(part);
        fits.extend(b"\r\n");
    }
    fits.extend(b"0\r\n\r\n");
    assert_eq!(host.send(&fits).status, 201);

    let mut endless = head.into_bytes();
    for _ in 0..40 {
        endless.extend(b"10000\r\n");
        endless.extend([b' '; 0x10000]);
        endless.extend(b"\r\n");
    }
    let answer = host.send(&endless);
    assert_eq!(answer.status, 413);
    assert_oauth_error(&answer, "invalid_client_metadata", "chunked");

    // Who asks before sending a megabyte is told at once.
    let answer = host.send(
        b"POST /auth/register HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
          Content-Length: 100000\r\nExpect: 100-continue\r\n\r\n",
    );
    assert_eq!(answer.status, 413);
}

#[test]
fn anonymous_registration_when_it_is_switched_on() {
    let host = Host::start("[oauth.client-registration]\nanonymous = true\n");
    let answer = host.register(&[], NATIVE);
    assert_eq!(answer.status, 201, "{answer:?}");
    let refused = host.register(&["Authorization: Bearer wrong"], NATIVE);
    assert_eq!(
        refused.status, 401,
        "a wrong key is not the same as none: {refused:?}"
    );
    for scheme in ["Basic dXNlcjpwYXNz", "Foo x"] {
        let refused = host.register(&[&format!("Authorization: {scheme}")], NATIVE);
        assert_eq!(refused.status, 401, "{scheme}: {refused:?}");
        let challenge = refused.header("www-authenticate").expect("a challenge");
        assert!(challenge.starts_with("Bearer"), "{scheme}: {challenge}");
        assert!(!challenge.contains("error"), "{scheme}: {challenge}");
    }
    assert!(host.folder.logged().contains("credential-scheme"));
    let bare = host.register(&["Authorization: gpak_x"], NATIVE);
    assert_eq!(bare.status, 400, "{bare:?}");
    assert_oauth_error(&bare, "invalid_request", "a key without its scheme");
}

/// What the server does not do cannot be switched on, whatever the plugin knows (requirements J3).
#[test]
fn what_is_not_kept_is_not_promised() {
    let folder = Folder::new();
    let start = |settings: &str| {
        let config = folder.write("gatepost.toml", settings);
        let output = program()
            .args(["serve", "--listen", "127.0.0.1:0", "--config"])
            .arg(config)
            .arg("--data")
            .arg(folder.data())
            .output()
            .expect("the program can be started");
        assert!(!output.status.success(), "{settings}");
        text(&output.stderr)
    };
    for (key, others) in [
        ("extensions", ""),
        ("grant-types", "'authorization_code', "),
        ("auth-methods", "'none', "),
    ] {
        // The plugin says itself what it knows.
        let unknown = format!("[oauth.client-registration]\n{key} = ['?']\n");
        let said = gatepost::Registrar::compile(&unknown).expect_err("there is no such name");
        let names = said.0.iter().find_map(|finding| finding.allowed.clone());
        let names = names.expect("it says what is allowed");
        let names = names
            .rsplit("list of ")
            .next()
            .unwrap_or_default()
            .split(", ");
        let mut refused = 0;
        for name in names {
            if key != "extensions" && DONE.contains(&name) {
                continue;
            }
            refused += 1;
            // With what the plugin wants beside it.
            let beside = match name {
                "urn:openid:params:grant-type:ciba" => "extensions = ['ciba']\n",
                "tls_client_auth" | "self_signed_tls_client_auth" => {
                    "extensions = ['mutual-tls']\n"
                }
                _ => "",
            };
            let said = start(&format!(
                "[oauth.client-registration]\n{key} = [{others}'{name}']\n{beside}"
            ));
            let expected = format!("{key}]: this server does not do `{name}`");
            assert!(said.contains(&expected), "{name}: {said}");
        }
        assert!(refused > 0, "{key}");
    }
    let several = start("[oauth.client-registration]\nextensions = ['openid', 'dpop']\n");
    assert!(
        several.contains("`openid`") && several.contains("`dpop`"),
        "{several}"
    );
}

/// What this server does of the plugin's grant types and authentication methods.
const DONE: [&str; 8] = [
    "authorization_code",
    "refresh_token",
    "urn:ietf:params:oauth:grant-type:device_code",
    "client_credentials",
    "none",
    "client_secret_basic",
    "client_secret_post",
    "private_key_jwt",
];

#[test]
fn what_is_read_only_when_it_is_used_is_not_read_before() {
    let settings = "[oauth.client-registration]\nauth-methods = ['none', 'client_secret_basic', 'private_key_jwt']\n";
    let host = Host::start(settings);
    let document = r#"{"redirect_uris":["https://app.example.com/cb"],"token_endpoint_auth_method":"private_key_jwt","jwks_uri":"https://app.example.com/keys"}"#;
    let answer = host.register_with_key(host.first_key("registration"), document);
    assert_eq!(answer.status, 201, "{answer:?}");
}

#[test]
fn slow_clients_are_cut_off() {
    let host = Host::start("[server]\nhead-timeout = 1\nbody-timeout = 1\n");

    let started = Instant::now();
    let mut silent = host.connect();
    let mut half_a_head = host.connect();
    half_a_head
        .write_all(b"POST /auth/register HTTP/1.1\r\nHost: local")
        .expect("the host reads");
    let mut half_a_body = host.connect();
    let request = registration(&[], NATIVE);
    half_a_body
        .write_all(&request[..request.len() - 10])
        .expect("the host reads");

    let answer = Answer::read(&mut half_a_body);
    assert_eq!(answer.status, 408);
    assert_oauth_error(&answer, "invalid_request", "half a body");
    for (name, stream) in [
        ("half a body", &mut half_a_body),
        ("half a head", &mut half_a_head),
        ("silent", &mut silent),
    ] {
        // Whatever is still said, the connection ends.
        stream
            .read_to_end(&mut Vec::new())
            .unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    assert!(started.elapsed() < Duration::from_secs(10));

    let mut kept_alive = host.connect();
    kept_alive
        .write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("the host reads");
    assert_eq!(Answer::read(&mut kept_alive).status, 200);
    kept_alive
        .read_to_end(&mut Vec::new())
        .expect("an idle connection ends");
}

#[test]
fn the_first_start_makes_keys_and_a_command_that_works() {
    let host = Host::start("");
    let administrator = host.first_key("administrator").to_owned();
    let registration_key = host.first_key("registration").to_owned();
    assert_ne!(administrator, registration_key);

    let file = host.folder.data().join("first-start.txt");
    assert!(
        host.greeting
            .contains(file.to_str().expect("a path in UTF-8")),
        "{}",
        host.greeting
    );
    let said = format!("{}{}", host.greeting, host.folder.logged());
    let password = demo_password(&host);
    for secret in [&administrator, &registration_key, &password] {
        assert!(!said.contains(secret.as_str()), "nobody looks: {said}");
    }
    assert!(!said.contains("gpak_") && !said.contains("gppw_"), "{said}");
    assert_eq!(mode(&file), 0o600);

    let command = host
        .first_start
        .lines()
        .find(|line| line.starts_with("curl "))
        .expect("a command to paste");
    let quoted: Vec<&str> = command.split('\'').collect();
    let [first, authorization, _, content_type, _, body, ""] = quoted[..] else {
        panic!("two headers and a body in quotes: {command}");
    };
    assert!(first.contains(&format!("http://{}/auth/register", host.address)));
    host.register(&[authorization, content_type], body)
        .client_id();

    // The same by the program itself, on a machine that has it.
    match Command::new("sh").args(["-c", command]).output() {
        Ok(pasted) if pasted.status.success() => {
            let answer = text(&pasted.stdout);
            assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
        }
        Ok(pasted) => assert_eq!(pasted.status.code(), Some(127), "curl: {pasted:?}"),
        Err(error) => panic!("there is no shell: {error}"),
    }

    let refused = host.register_with_key(&administrator, NATIVE);
    assert_eq!(
        refused.status, 403,
        "an administrator registers otherwise: {refused:?}"
    );

    let folder = host.kill();
    let host = Host::start_in(folder, "", &[]);
    assert_eq!(host.greeting, "", "keys are made once");
    host.register_with_key(&registration_key, NATIVE)
        .client_id();
}

/// A terminal is what `script` gives a program.
#[test]
fn the_first_keys_are_shown_on_a_terminal() {
    let folder = Folder::new();
    let run = format!(
        "exec {} --listen 127.0.0.1:0 --data {}",
        env!("CARGO_BIN_EXE_gatepost-server"),
        folder.data().display()
    );
    let mut script = Command::new("script");
    script
        .args(["--quiet", "--return", "--command", &run, "/dev/null"])
        .stdin(std::process::Stdio::null());
    let host = Host::spawn(&mut script, folder);
    assert!(!host.folder.data().join("first-start.txt").exists());
    let key = host.greeting.lines().find_map(|line| {
        let key = line.strip_prefix("registration key:")?;
        Some(key.trim().to_owned())
    });
    let key = key.expect("it is shown");
    host.register_with_key(&key, NATIVE).client_id();
    assert!(
        host.greeting.contains("administrator account:"),
        "{}",
        host.greeting
    );
}

/// What somebody has put in the way is not written to, and nothing is made.
#[test]
fn without_a_place_for_them_there_are_no_first_keys() {
    for is_link in [false, true] {
        let folder = Folder::new();
        let other = folder.write("other", "theirs");
        std::fs::create_dir(folder.data()).expect("the folder can be written");
        let file = folder.data().join("first-start.txt");
        match is_link {
            true => std::os::unix::fs::symlink(&other, &file).expect("a link can be made"),
            false => std::fs::write(&file, "theirs").expect("the folder can be written"),
        }
        let refused = common::program()
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.data())
            .output()
            .expect("the program can be started");
        assert_eq!(refused.status.code(), Some(4), "{refused:?}");
        let said = text(&refused.stderr);
        assert!(said.contains("first-start.txt"), "{said}");
        assert!(!text(&refused.stdout).contains("listening"));
        for path in [&other, &file] {
            assert_eq!(
                std::fs::read_to_string(path).expect("it is there"),
                "theirs"
            );
        }
        let keys = |folder: &Folder| -> u32 {
            directory(folder)
                .query_row("SELECT count(*) FROM api_key", (), |row| row.get(0))
                .expect("it can be read")
        };
        assert_eq!(keys(&folder), 0);

        // Nothing was begun, so that it is still a first start.
        std::fs::remove_file(&file).expect("it is there");
        let host = Host::start_in(folder, "", &[]);
        assert_eq!(keys(&host.folder), 2);
        host.register_with_key(host.first_key("registration"), NATIVE)
            .client_id();
    }
}

#[test]
fn a_key_works_as_soon_as_it_is_created_and_stops_as_soon_as_it_is_revoked() {
    let host = Host::start("");
    let key = host
        .folder
        .create_key(&["authenticate", "oauth-client-registration"]);
    host.register_with_key(&key, NATIVE).client_id();
    directory(&host.folder)
        .execute("UPDATE api_key SET revoked_at = 1 WHERE name = 'test'", ())
        .expect("the key is there");
    assert_eq!(host.register_with_key(&key, NATIVE).status, 401);
}

#[test]
fn no_secret_is_kept_or_logged() {
    let folder = Folder::new();
    let config = folder.write("gatepost.toml", "");
    let log = folder.write("log", "");
    let mut child = common::program()
        .args(["--listen", "127.0.0.1:0", "--config"])
        .arg(&config)
        .arg("--data")
        .arg(folder.data())
        .stdout(std::process::Stdio::piped())
        .stderr(std::fs::File::create(&log).expect("the folder can be written"))
        .spawn()
        .expect("the program can be started, also without the word `serve`");
    let mut greeting = String::new();
    let mut stdout = std::io::BufReader::new(child.stdout.take().expect("it was asked for"));
    while !greeting.contains("listening on") {
        std::io::BufRead::read_line(&mut stdout, &mut greeting).expect("the output is text");
    }
    let made = folder.data().join("first-start.txt");
    let made = std::fs::read_to_string(made).expect("it is a first start");
    let word_after = |text: &str, label: &str| {
        let rest = text.split(label).nth(1).expect("the label is there");
        rest.split_whitespace().next().expect("a word").to_owned()
    };
    let key = word_after(&made, "registration key:");
    let address = word_after(&greeting, "listening on http://");
    let mut stream = std::net::TcpStream::connect(address.split('/').next().expect("an address"))
        .expect("the host listens");
    let confidential = r#"{"redirect_uris":["https://app.example.com/cb"],"client_name":"App"}"#;
    stream
        .write_all(&registration(
            &[&format!("Authorization: Bearer {key}")],
            confidential,
        ))
        .expect("the host reads");
    let answer = Answer::read(&mut stream);
    assert_eq!(answer.status, 201, "{answer:?}");
    let issued = answer.json();
    child.kill().expect("the host is there");
    child.wait().expect("the host ends");

    let mut kept = std::fs::read(&log).expect("the log can be read");
    assert!(!kept.is_empty(), "something is logged");
    for entry in std::fs::read_dir(folder.data()).expect("the folder is there") {
        let path = entry.expect("an entry").path();
        // Whoever ran it first is to look there.
        if !path.ends_with("first-start.txt") {
            kept.extend(std::fs::read(path).expect("a file"));
        }
    }
    let kept = text(&kept);
    for secret in [
        Some(&*key),
        issued["client_secret"].as_str(),
        issued["registration_access_token"].as_str(),
    ]
    .into_iter()
    .flatten()
    {
        assert!(!kept.contains(secret));
    }
    assert!(issued["client_secret"].is_string(), "{issued}");
}

#[test]
fn the_data_folder_is_its_owners() {
    let host = Host::start("");
    for (path, expected) in [
        (host.folder.data(), 0o700),
        (host.folder.data().join("gatepost.db"), 0o600),
        (host.folder.data().join("gatepost.db-wal"), 0o600),
        (host.folder.data().join("first-start.txt"), 0o600),
    ] {
        assert_eq!(mode(&path), expected, "{}", path.display());
    }
}

fn mode(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;

    let permissions = std::fs::metadata(path).expect("it is there").permissions();
    permissions.mode() & 0o777
}

#[test]
fn the_metadata_document() {
    let host =
        Host::start("[server]\ntrusted-proxies = []\npublic-url = \"https://mail.example.org\"\n");
    let path = "/.well-known/oauth-authorization-server";
    let answer = host.get(path);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    let document = answer.json();
    assert_eq!(document["issuer"], "https://mail.example.org");
    assert_eq!(
        document["registration_endpoint"],
        "https://mail.example.org/auth/register"
    );
    assert!(
        document["grant_types_supported"].is_array(),
        "the plugin's part: {document}"
    );

    let head = host.send(format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes());
    assert_eq!((head.status, &*head.body), (200, ""));
    let post = host.send(
        format!("POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n").as_bytes(),
    );
    assert_eq!(post.status, 405);

    let unset = Host::start("");
    assert_eq!(
        unset.get(path).json()["issuer"],
        format!("http://{}", unset.address)
    );
}

#[test]
fn wrong_settings_are_refused_with_their_path() {
    let folder = Folder::new();
    let cases: &[(&str, &[&str])] = &[
        (
            "[server]\nlisten-on = \"127.0.0.1:0\"\n[stor]\n",
            &[
                "error[server.listen-on]: ",
                "allowed: listen,",
                "error[stor]: ",
                "did you mean `store`?",
            ],
        ),
        (
            "[oauth.client-registration]\nanonymus = true\nrequire = 1\n",
            &[
                "error[oauth.client-registration.anonymus]: ",
                "error[oauth.client-registration.require]: ",
            ],
        ),
        ("[server\n", &["this is not TOML"]),
    ];
    for (settings, expected) in cases {
        folder.write("gatepost.toml", settings);
        let output = run(
            &[
                "--config",
                "gatepost.toml",
                "--listen",
                "127.0.0.1:0",
                "--data",
                "data",
            ],
            folder.data().parent().expect("it is inside of another"),
        );
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert_eq!(text(&output.stdout), "");
        for part in *expected {
            assert!(said.contains(part), "{part} in:\n{said}");
        }
        assert!(
            !folder.data().exists(),
            "no keys are made before the settings are right"
        );
    }
}

#[test]
fn the_command_line() {
    let folder = Folder::new();
    let here = folder.data();
    let here = here.parent().expect("it is inside of another");
    let cases: &[(&str, &[&str], i32, &str)] = &[
        ("help", &["--help"], 0, ""),
        ("help on keys", &["key", "create", "--help"], 0, ""),
        ("version", &["--version"], 0, ""),
        ("no such command", &["sevre"], 2, "serve"),
        (
            "no such permission",
            &[
                "key",
                "create",
                "--name",
                "a",
                "--permission",
                "authentificate",
            ],
            2,
            "authenticate",
        ),
        (
            "no permission",
            &["key", "create", "--name", "a"],
            2,
            "--permission",
        ),
        ("no file", &["--config", "none.toml"], 2, "none.toml"),
        (
            "no plugin",
            &["--plugin", "none.wasm", "--listen", "127.0.0.1:0"],
            2,
            "none.wasm",
        ),
        (
            "nothing that can be isolated",
            &["--isolate", "--listen", "127.0.0.1:0"],
            2,
            "plugin.isolate",
        ),
        ("no address", &["--listen", "localhost"], 2, "--listen"),
        (
            "no folder",
            &["component", "--out", "none/gatepost.wasm"],
            4,
            "none/gatepost.wasm",
        ),
    ];
    for (name, arguments, code, said) in cases {
        let output = run(arguments, here);
        assert_eq!(output.status.code(), Some(*code), "{name}: {output:?}");
        assert!(text(&output.stderr).contains(said), "{name}: {output:?}");
    }

    let output = run(&["component", "--out", "gatepost.wasm"], here);
    assert!(output.status.success(), "{output:?}");
    let host = Host::start_in(
        Folder::new(),
        "",
        &[
            "--plugin",
            here.join("gatepost.wasm")
                .to_str()
                .expect("the path is text"),
            "--isolate",
        ],
    );
    host.register_with_key(host.first_key("registration"), NATIVE)
        .client_id();
}

#[test]
fn a_request_in_flight_is_finished_before_the_end() {
    for signal in [Signal::TERM, Signal::INT] {
        let mut host = Host::start("");
        let key = format!("Authorization: Bearer {}", host.first_key("registration"));
        let request = registration(&[&key], NATIVE);
        let (begin, rest) = request.split_at(request.len() - 10);
        let mut in_flight = host.connect();
        in_flight.write_all(begin).expect("the host reads");
        let mut idle = host.connect();
        // An answer to a later request shows that the earlier bytes have arrived.
        assert_eq!(host.get("/healthz").status, 200);

        host.signal(signal);
        idle.read_to_end(&mut Vec::new())
            .expect("an idle connection is closed");
        assert!(
            std::net::TcpStream::connect(host.address).is_err(),
            "nobody listens any more"
        );
        in_flight.write_all(rest).expect("the host still reads");
        let client_id = Answer::read(&mut in_flight).client_id();

        let (status, printed) = host.wait();
        assert_eq!((status.code(), &*printed), (Some(0), ""), "{signal:?}");
        assert_eq!(
            directory(&host.folder).query_row(
                "SELECT count(*) FROM oauth_client WHERE client_id = ?1",
                [client_id],
                |row| row.get(0)
            ),
            Ok(1)
        );
        assert!(
            !host.folder.data().join("gatepost.db-wal").exists(),
            "all is in one file after an orderly end"
        );
    }
}

fn assert_oauth_error(answer: &Answer, error: &str, name: &str) {
    let body = answer.json();
    assert_eq!(body["error"], error, "{name}: {answer:?}");
    let description = body["error_description"]
        .as_str()
        .unwrap_or_else(|| panic!("{name}: no description in {answer:?}"));
    assert!(!description.is_empty(), "{name}");
    assert!(
        description
            .bytes()
            .all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)),
        "{name}: RFC 6749 section 5.2 forbids some of {description:?}"
    );
    assert!(matches!(body, Value::Object(_)));
}

/// A registration of exactly this length: JSON may have spaces.
fn padded(length: usize) -> String {
    format!("{NATIVE}{}", " ".repeat(length - NATIVE.len()))
}

fn directory(folder: &Folder) -> rusqlite::Connection {
    rusqlite::Connection::open(folder.data().join("gatepost.db")).expect("the directory is there")
}

/// All that is wrong is said at once, each with its place.
#[test]
fn five_mistakes_are_five_findings() {
    let host = Host::start("");
    let document = r#"{
        "redirect_uris": ["http://127.0.0.1/cb", "javascript:alert(1)", "https://a.example.com/cb#"],
        "token_endpoint_auth_method": "none",
        "client_name": ["Mail"],
        "logo_uri": "http://a.example.com/logo.png",
        "contacts": ["Support Team"]
    }"#;
    let answer = host.register_with_key(host.first_key("registration"), document);
    assert_eq!(answer.status, 400);
    assert_eq!(answer.json()["error"], "invalid_redirect_uri");
    let found: Vec<(String, String)> = answer.json()["diagnostics"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|finding| {
            let text = |member: &str| finding[member].as_str().unwrap_or_default().to_owned();
            (text("code"), text("pointer"))
        })
        .collect();
    let found: Vec<(&str, &str)> = found.iter().map(|(c, p)| (&**c, &**p)).collect();
    assert_eq!(
        found,
        [
            ("redirect-uri-scheme-forbidden", "/redirect_uris/1"),
            ("redirect-uri-fragment", "/redirect_uris/2"),
            ("member-type", "/client_name"),
            ("uri-scheme", "/logo_uri"),
            ("contact-syntax", "/contacts/0"),
        ]
    );
}
