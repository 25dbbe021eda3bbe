//! What the stranger sends.

use std::io::Write;
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

use crate::common::Answer;
use crate::common::browser::{form, hidden};
use crate::line::Line;
use crate::people::USER;

/// How many requests there are a second in all, at the most.
pub const PACE: u64 = 600;

/// How many of them are under way at once.
pub const AT_ONCE: usize = 24;

/// How many guesses of a password there are a second, at the most: more than two processors can look at.
pub const GUESSES: u64 = 120;

/// How many of them are under way at once: more than may wait at the server.
pub const GUESSES_AT_ONCE: usize = 48;

/// How long a text is that should be short, in bytes.
const LONG: usize = 30_000;

/// Counts what was sent, and paces it.
pub struct Tap {
    begun: Instant,
    pace: u64,
    sent: AtomicU64,
    let_in: AtomicU64,
    refused: AtomicU64,
    unanswered: AtomicU64,
}

/// How requests were answered.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// With a status below 400.
    pub let_in: u64,
    pub refused: u64,
    pub unanswered: u64,
}

/// Whether the flood is over.
#[derive(Default)]
pub struct End(AtomicBool);

impl End {
    pub fn is_here(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub fn come(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Tap {
    /// So many a second.
    pub fn open(pace: u64) -> Self {
        Self {
            begun: Instant::now(),
            pace,
            sent: AtomicU64::default(),
            let_in: AtomicU64::default(),
            refused: AtomicU64::default(),
            unanswered: AtomicU64::default(),
        }
    }

    pub fn counted(&self) -> Counted {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Counted {
            let_in: of(&self.let_in),
            refused: of(&self.refused),
            unanswered: of(&self.unanswered),
        }
    }

    /// The number of the next request, when it is time for it.
    fn next(&self, end: &End) -> Option<u64> {
        let number = self.sent.fetch_add(1, Ordering::Relaxed);
        let due = self.begun + Duration::from_micros(number * 1_000_000 / self.pace);
        while let Some(early) = due.checked_duration_since(Instant::now()) {
            if end.is_here() {
                return None;
            }
            std::thread::sleep(early.min(Duration::from_millis(50)));
        }
        (!end.is_here()).then_some(number)
    }
}

/// What a form of the sign-in page has to have, which is good wherever it is sent from.
pub struct Forms {
    cookies: String,
    hidden: Vec<(String, String)>,
}

impl Forms {
    pub fn fetch(line: &Line) -> Self {
        let asked = line.request("GET", "/auth/sign-in?next=/account", "", "");
        let page = line.ask(Duration::from_secs(20), &asked);
        let page = page.expect("there is no flood yet");
        let cookies = page.headers.iter().filter(|(name, _)| name == "set-cookie");
        let cookies = cookies.map(|(_, value)| value.split(';').next().unwrap_or_default());
        Self {
            cookies: cookies.collect::<Vec<_>>().join("; "),
            hidden: hidden(&page.body, "/auth/sign-in"),
        }
    }

    /// A wrong password for the user's account.
    pub fn guess(&self, line: &Line, number: u64) -> Vec<u8> {
        let password = format!("guess {number}");
        let mut fields: Vec<(&str, &str)> = self
            .hidden
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        fields.extend([("name", USER), ("password", &password)]);
        let lines = format!("{FORM}Accept: text/html\r\nCookie: {}\r\n", self.cookies);
        line.request("POST", "/auth/sign-in", &lines, &form(&fields))
    }
}

/// Sends one request after the other, each from the next address, until it is over.
pub fn send(lines: &[Line], request: impl Fn(&Line, u64) -> Vec<u8>, tap: &Tap, end: &End) {
    let mut kept: Option<(usize, TcpStream)> = None;
    while let Some(number) = tap.next(end) {
        let from = usize::try_from(number).unwrap_or_default() % lines.len();
        let line = &lines[from];
        let request = request(line, number);
        // A connection is used again where it can be, as one that floods does.
        let reused = kept.take().filter(|(of, _)| *of == from);
        let connected = reused.or_else(|| Some((from, line.connect(Duration::from_secs(5))?)));
        let Some((_, mut stream)) = connected else {
            tap.unanswered.fetch_add(1, Ordering::Relaxed);
            continue;
        };
        let _ = stream.write_all(&request);
        match Answer::try_read(&mut stream) {
            Some(answer) => {
                let count = match answer.status {
                    ..400 => &tap.let_in,
                    _ => &tap.refused,
                };
                count.fetch_add(1, Ordering::Relaxed);
                if answer.header("connection") != Some("close") {
                    kept = Some((from, stream));
                }
            }
            None => {
                tap.unanswered.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";
const JSON: &str = "Content-Type: application/json\r\n";

/// The next of the things that a stranger can send, each with something new in it.
pub fn attack(line: &Line, number: u64) -> Vec<u8> {
    let mark = format!("{number:08}");
    let long = mark.repeat(LONG / 8);
    let post = |path: &str, lines: &str, fields: &[(&str, &str)]| {
        line.request("POST", path, &format!("{FORM}{lines}"), &form(fields))
    };
    let get = |path: &str, lines: &str| line.request("GET", path, lines, "");
    let junk = format!("Authorization: Bearer gpat_{mark}\r\n");
    let basic = |name: &str| {
        let both = STANDARD.encode(format!("{name}:{mark}"));
        format!("Authorization: Basic {both}\r\n")
    };
    match number % 24 {
        0 => get(&format!("/api/clients/{long}"), ""),
        1 => get(&format!("/api/clients/{mark}"), &junk),
        2 => post(
            "/auth/device",
            "",
            &[("client_id", &mark), ("login_hint", &long)],
        ),
        3 => post("/auth/device", "", &[("client_id", "stranger")]),
        4 => get(
            &format!("/admin/callback?code=gpco_{mark}&state={mark}&iss=http%3A%2F%2Flocalhost"),
            &format!("Cookie: gatepost-admin-verifier={mark}; gatepost-admin={mark}\r\n"),
        ),
        5 => get("/jmap/session", &junk),
        6 => {
            let body = format!(
                r#"{{"client_name":"Stranger {mark}","redirect_uris":["http://127.0.0.1/{mark}"],"token_endpoint_auth_method":"none"}}"#
            );
            line.request("POST", "/auth/register", JSON, &body)
        }
        7 => {
            // As long as a document may be, or nearly.
            let uris: Vec<String> = (0..10)
                .map(|path| format!("\"http://127.0.0.1/{mark}/{path}/{}\"", "x".repeat(400)))
                .collect();
            let body = format!(
                r#"{{"client_name":"Long {mark}","redirect_uris":[{}],"token_endpoint_auth_method":"none"}}"#,
                uris.join(",")
            );
            line.request("POST", "/auth/register", JSON, &body)
        }
        8 => line.request("POST", "/auth/register", JSON, &format!("[\"{long}\"]")),
        9 => get(&authorize(&long), ""),
        10 => get(&authorize(&mark), ""),
        11 => post("/auth/introspect", &basic(&mark), &[("token", &long)]),
        12 => post("/auth/introspect", &basic("dovecot"), &[("token", &mark)]),
        13 => post(
            "/auth/token",
            "",
            &[
                ("grant_type", "refresh_token"),
                ("client_id", &mark),
                ("refresh_token", &format!("gprt_{mark}")),
            ],
        ),
        14 => post(
            "/auth/token",
            "",
            &[
                ("grant_type", "authorization_code"),
                ("client_id", &long),
                ("code", &mark),
            ],
        ),
        15 => {
            let claims = format!(r#"{{"iss":"{mark}","sub":"{mark}","jti":"{mark}"}}"#);
            let assertion = format!(
                "{}.{}.{}",
                URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#),
                URL_SAFE_NO_PAD.encode(claims),
                mark.repeat(10)
            );
            let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
            post(
                "/auth/token",
                "",
                &[
                    ("grant_type", "client_credentials"),
                    ("client_assertion_type", kind),
                    ("client_assertion", &assertion),
                ],
            )
        }
        16 => post(
            "/auth/revoke",
            "",
            &[("client_id", &mark), ("token", &mark)],
        ),
        17 => get(&format!("/{long}"), ""),
        18 => get(&format!("/auth/{mark}"), "Accept: text/html\r\n"),
        19 => get(&format!("/auth/register/{long}"), &junk),
        20 => line.request("DELETE", &format!("/auth/register/{mark}"), &junk, ""),
        21 => line.request("POST", "/api/keys", &format!("{JSON}{junk}"), "{}"),
        22 => line.request(
            "OPTIONS",
            "/auth/token",
            "Origin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\n",
            "",
        ),
        _ => get(
            &format!("/account?{}", &long[..LONG / 2]),
            &format!(
                "Cookie: gatepost-session={mark}; gatepost-form={mark}\r\nAccept: text/html\r\n"
            ),
        ),
    }
}

fn authorize(client_id: &str) -> String {
    let query = form(&[
        ("response_type", "code"),
        ("client_id", client_id),
        ("redirect_uri", "http://127.0.0.1/callback"),
        ("code_challenge", crate::common::browser::CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    format!("/auth/authorize?{query}")
}
