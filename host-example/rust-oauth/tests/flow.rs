//! The real program: clients register, and only those that may be used get codes and tokens.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use http::{Answer, request};

#[path = "../../../tests/support/http.rs"]
#[expect(dead_code, reason = "other tests use the rest")]
mod http;

const REDIRECT_URI: &str = "http://127.0.0.1:49152/callback";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// The SHA-256 of the verifier (RFC 7636 appendix B).
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
const KEY: &str = "gpak_test";

#[test]
fn a_client_registers_and_gets_a_token() {
    let server = Server::start();
    let client = server.register(None, "none");
    let id = client["client_id"].as_str().expect("an id");

    let page = server.ask(
        "GET",
        &authorize(id, REDIRECT_URI),
        &["Remote-User: jane"],
        "",
    );
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.body.contains("<q>Example &lt;Mail></q>"), "{page:?}");

    let code = server.code(id);
    let token = server.redeem(&[], &[("client_id", id)], &code);
    assert_eq!(token.status, 200, "{token:?}");
    assert_eq!(token.json()["token_type"], "bearer");
    assert!(token.json()["access_token"].is_string());
    // Once.
    assert_eq!(server.redeem(&[], &[("client_id", id)], &code).status, 400);
}

#[test]
fn what_was_not_registered_is_refused() {
    let server = Server::start();
    let client = server.register(None, "none");
    let id = client["client_id"].as_str().expect("an id");
    let without_challenge = authorize(id, REDIRECT_URI).replace("&code_challenge", "&other");
    for (name, path, location) in [
        ("an unknown client", authorize("nobody", REDIRECT_URI), None),
        (
            "another redirect URI",
            authorize(id, "https://evil.example/"),
            None,
        ),
        (
            "no proof key",
            without_challenge,
            Some("error=invalid_request"),
        ),
    ] {
        for method in ["GET", "POST"] {
            let answer = server.ask(method, &path, USER, "allow=yes");
            assert!((300..500).contains(&answer.status), "{name}: {answer:?}");
            let sent = answer.header("location");
            match location {
                None => assert_eq!(sent, None, "{name}"),
                Some(part) => assert!(
                    sent.is_some_and(|sent| sent.contains(part)),
                    "{name}: {answer:?}"
                ),
            }
            assert!(
                !sent.unwrap_or_default().contains("code="),
                "{name}: {answer:?}"
            );
        }
    }
}

#[test]
fn a_disabled_client_gets_neither_code_nor_token() {
    let server = Server::start();
    let client = server.register(Some(KEY), "client_secret_basic");
    let id = client["client_id"].as_str().expect("an id");
    let secret = client["client_secret"].as_str().expect("a secret");
    let basic = |secret: &str| {
        let pair = STANDARD.encode(format!("{id}:{secret}"));
        format!("Authorization: Basic {pair}")
    };
    let (right, wrong) = (basic(secret), basic("wrong"));
    assert_eq!(server.redeem(&[&wrong], &[], &server.code(id)).status, 401);
    assert_eq!(server.redeem(&[&right], &[], &server.code(id)).status, 200);

    let code = server.code(id);
    let act = |act: &str| {
        let key = format!("Authorization: Bearer {KEY}");
        server
            .ask("POST", &format!("/auth/register/{id}/{act}"), &[&key], "")
            .status
    };
    assert_eq!(act("disable"), 204);
    assert_eq!(server.redeem(&[&right], &[], &code).status, 401);
    let answer = server.ask("POST", &authorize(id, REDIRECT_URI), USER, "allow=yes");
    assert!((400..500).contains(&answer.status), "{answer:?}");
    assert_eq!(answer.header("location"), None);

    assert_eq!(act("enable"), 204);
    assert_eq!(server.redeem(&[&right], &[], &server.code(id)).status, 200);
}

#[test]
fn only_the_user_agrees() {
    let server = Server::start();
    let client = server.register(None, "none");
    let path = authorize(client["client_id"].as_str().expect("an id"), REDIRECT_URI);
    let nobody = server.ask("POST", &path, &["Sec-Fetch-Site: same-origin"], "allow=yes");
    assert_eq!(nobody.status, 401);
    for site in ["cross-site", "same-site", "none"] {
        let site = format!("Sec-Fetch-Site: {site}");
        let headers = ["Remote-User: jane", &site];
        assert_eq!(
            server.ask("POST", &path, &headers, "allow=yes").status,
            403,
            "{site}"
        );
    }
    let denied = server.ask("POST", &path, USER, "allow=no");
    assert!(
        denied
            .header("location")
            .expect("a redirect")
            .contains("error=access_denied")
    );
}

#[test]
fn what_was_acknowledged_is_there_after_a_kill() {
    let mut server = Server::start();
    let client = server.register(Some(KEY), "none");
    let id = client["client_id"].as_str().expect("an id");
    server.restart();
    let token = format!(
        "Authorization: Bearer {}",
        client["registration_access_token"]
            .as_str()
            .expect("a token")
    );
    let read = server.ask("GET", &format!("/auth/register/{id}"), &[&token], "");
    assert_eq!(read.status, 200, "{read:?}");
    let code = server.code(id);
    assert_eq!(server.redeem(&[], &[("client_id", id)], &code).status, 200);
}

const USER: &[&str] = &["Remote-User: jane", "Sec-Fetch-Site: same-origin"];

fn authorize(client_id: &str, redirect_uri: &str) -> String {
    let redirect_uri = redirect_uri.replace(':', "%3A").replace('/', "%2F");
    format!(
        "/auth/authorize?response_type=code&client_id={client_id}&redirect_uri={redirect_uri}&state=x\
         &code_challenge={CHALLENGE}&code_challenge_method=S256"
    )
}

/// The program, in a folder of its own.
struct Server {
    folder: TempDir,
    address: SocketAddr,
    process: Child,
}

impl Server {
    /// With the settings of the example, and one key.
    fn start() -> Self {
        let folder = TempDir::new().expect("the temporary folder can be written");
        let settings = Path::new(env!("CARGO_MANIFEST_DIR")).join("settings.toml");
        fs::copy(settings, folder.path().join("settings.toml")).expect("the folder can be written");
        let permissions = [
            "authenticate",
            "oauth-client-registration",
            "oauth-client-update",
        ];
        let hash: String = Sha256::digest(KEY)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let keys = json!({ hash: { "account": "desk", "permissions": permissions } });
        fs::write(folder.path().join("keys.json"), keys.to_string())
            .expect("the folder can be written");
        let (process, address) = spawn(folder.path());
        Self {
            folder,
            address,
            process,
        }
    }

    fn restart(&mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it runs");
        (self.process, self.address) = spawn(self.folder.path());
    }

    fn ask(&self, method: &str, path: &str, headers: &[&str], body: &str) -> Answer {
        let form = match path.starts_with("/auth/authorize") || path == "/auth/token" {
            true => "Content-Type: application/x-www-form-urlencoded",
            false => "Content-Type: application/json",
        };
        let headers = [headers, &[form, "Connection: close"]].concat();
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        stream
            .write_all(&request(method, path, &headers, body))
            .expect("it reads");
        Answer::read(&mut stream)
    }

    fn register(&self, key: Option<&str>, method: &str) -> Value {
        let key = key.map(|key| format!("Authorization: Bearer {key}"));
        let headers: Vec<&str> = key.as_deref().into_iter().collect();
        let client = json!({
            "client_name": "Example <Mail>",
            "redirect_uris": ["http://127.0.0.1/callback"],
            "token_endpoint_auth_method": method,
        });
        let answer = self.ask("POST", "/auth/register", &headers, &client.to_string());
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }

    /// A code, after the user has agreed.
    fn code(&self, client_id: &str) -> String {
        let answer = self.ask(
            "POST",
            &authorize(client_id, REDIRECT_URI),
            USER,
            "allow=yes",
        );
        let location = answer
            .header("location")
            .unwrap_or_else(|| panic!("{answer:?}"));
        let query = location
            .strip_prefix("http://127.0.0.1:49152/callback?")
            .expect("the client's redirect URI");
        let code = query.split('&').find_map(|pair| pair.strip_prefix("code="));
        code.unwrap_or_else(|| panic!("{answer:?}")).to_owned()
    }

    fn redeem(&self, headers: &[&str], credentials: &[(&str, &str)], code: &str) -> Answer {
        let mut form = format!(
            "grant_type=authorization_code&code={code}&redirect_uri=http%3A%2F%2F127.0.0.1%3A49152%2Fcallback\
             &code_verifier={VERIFIER}"
        );
        for (name, value) in credentials {
            form.push_str(&format!("&{name}={value}"));
        }
        self.ask("POST", "/auth/token", headers, &form)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn spawn(folder: &Path) -> (Child, SocketAddr) {
    let mut process = Command::new(env!("CARGO_BIN_EXE_rust-oauth"))
        .arg(folder)
        .arg("0")
        .stdout(Stdio::piped())
        .spawn()
        .expect("it was built");
    let mut line = String::new();
    let stdout = process.stdout.take().expect("it is piped");
    BufReader::new(stdout)
        .read_line(&mut line)
        .expect("it is text");
    let address = line
        .trim_end()
        .strip_prefix("listening on http://")
        .expect("an address");
    (process, address.parse().expect("an address"))
}
