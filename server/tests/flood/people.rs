//! Those who do their work: an administrator, a user and a mail server.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::attack::End;
use crate::common::Answer;
use crate::common::browser::{CHALLENGE, VERIFIER, basic, form, hidden, led_to};
use crate::line::Line;

/// The account of the user, which the stranger guesses the password of.
pub const USER: &str = "alice@example.org";

/// Within how long an answer is in time.
const IN_TIME: Duration = Duration::from_secs(1);

/// How long somebody waits for an answer at all.
const PATIENCE: Duration = Duration::from_secs(15);

const REDIRECT_URI: &str = "http://127.0.0.1:4321/callback";

/// What somebody felt of the flood.
#[derive(Clone, Debug, Default)]
pub struct Felt {
    pub asked: u32,
    /// The right answers that came in time.
    pub in_time: u32,
    pub slowest: Duration,
    /// What went wrong, the first few.
    pub wrong: Vec<String>,
}

impl Felt {
    /// Notes an answer, and gives it back if it is the right one.
    fn note(
        &mut self,
        what: &str,
        expected: u16,
        begun: Instant,
        answer: Option<Answer>,
    ) -> Option<Answer> {
        let took = begun.elapsed();
        self.asked += 1;
        self.slowest = self.slowest.max(took);
        let status = answer.as_ref().map(|answer| answer.status);
        let is_right = status == Some(expected);
        if is_right && took <= IN_TIME {
            self.in_time += 1;
        } else if self.wrong.len() < 5 {
            let status = status.map_or("nothing".to_owned(), |status| status.to_string());
            self.wrong
                .push(format!("{what}: {status} after {took:.1?}"));
        }
        answer.filter(|_| is_right)
    }

    /// Asks, and gives back the right answer.
    fn ask(&mut self, what: &str, expected: u16, line: &Line, request: &[u8]) -> Option<Answer> {
        let begun = Instant::now();
        let answer = line.ask(PATIENCE, request);
        self.note(what, expected, begun, answer)
    }

    pub fn add(&mut self, other: &Self) {
        self.asked += other.asked;
        self.in_time += other.in_time;
        self.slowest = self.slowest.max(other.slowest);
        self.wrong.extend(other.wrong.iter().cloned());
    }
}

/// Waits for the next round, so that there is one a second, or so many.
fn pause(begun: Instant, every: Duration) {
    std::thread::sleep(every.saturating_sub(begun.elapsed()));
}

/// Somebody with a browser.
pub struct Person {
    pub line: Line,
    cookies: BTreeMap<String, String>,
}

impl Person {
    pub fn at(line: Line) -> Self {
        Self {
            line,
            cookies: BTreeMap::new(),
        }
    }

    fn send(
        &mut self,
        felt: &mut Felt,
        (what, expected): (&str, u16),
        method: &str,
        target: &str,
        fields: Option<&[(&str, &str)]>,
    ) -> Option<Answer> {
        let mut lines = "Accept: text/html\r\n".to_owned();
        if !self.cookies.is_empty() {
            let cookies = self.cookies.iter();
            let cookies: Vec<String> = cookies
                .map(|(name, value)| format!("{name}={value}"))
                .collect();
            lines.push_str(&format!("Cookie: {}\r\n", cookies.join("; ")));
        }
        if fields.is_some() {
            lines.push_str("Content-Type: application/x-www-form-urlencoded\r\n");
        }
        let body = fields.map(form).unwrap_or_default();
        let request = self.line.request(method, target, &lines, &body);
        let answer = felt.ask(what, expected, &self.line, &request)?;
        for (_, cookie) in answer
            .headers
            .iter()
            .filter(|(name, _)| name == "set-cookie")
        {
            let pair = cookie.split(';').next().unwrap_or_default();
            match pair.split_once('=') {
                Some((name, "")) => self.cookies.remove(name),
                Some((name, value)) => self.cookies.insert(name.to_owned(), value.to_owned()),
                None => None,
            };
        }
        Some(answer)
    }

    /// Signs in with a password.
    pub fn sign_in(&mut self, felt: &mut Felt, name: &str, password: &str) -> Option<()> {
        let page = self.send(
            felt,
            ("the sign-in page", 200),
            "GET",
            "/auth/sign-in?next=/account",
            None,
        )?;
        let hidden = hidden(&page.body, "/auth/sign-in");
        let mut fields = borrowed(&hidden);
        fields.extend([("name", name), ("password", password)]);
        self.send(
            felt,
            ("signing in", 303),
            "POST",
            "/auth/sign-in",
            Some(&fields),
        )?;
        Some(())
    }

    /// Agrees to what a client asks for, and is led back to it.
    fn agree(&mut self, felt: &mut Felt, target: &str) -> Option<String> {
        let page = self.send(felt, ("authorizing", 200), "GET", target, None)?;
        let hidden = hidden(&page.body, "/auth/authorize");
        let mut fields = borrowed(&hidden);
        fields.push(("answer", "allow"));
        let answer = self.send(
            felt,
            ("agreeing", 303),
            "POST",
            "/auth/authorize",
            Some(&fields),
        )?;
        Some(led_to(&answer))
    }

    /// Goes into the administration's pages, after signing in.
    pub fn enter(&mut self, felt: &mut Felt) -> Option<()> {
        let entrance = self.send(felt, ("entering", 303), "GET", "/admin/enter", None)?;
        let target = entrance.header("location")?.to_owned();
        let let_in = self.send(felt, ("entering", 303), "GET", &target, None)?;
        let callback = led_to(&let_in);
        let (_, callback) = callback.split_once("/admin/")?;
        self.send(
            felt,
            ("arriving", 303),
            "GET",
            &format!("/admin/{callback}"),
            None,
        )?;
        Some(())
    }
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

/// What a client of the user's is given.
#[derive(Clone, Default)]
pub struct Tokens {
    pub access: String,
    refresh: String,
}

impl Tokens {
    fn of(answer: &Answer) -> Self {
        let body = answer.json();
        let of = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Self {
            access: of("access_token"),
            refresh: of("refresh_token"),
        }
    }
}

/// The user signs in where she was before, agrees, and her client gets tokens and renews them.
pub fn sign_in_and_use(person: &mut Person, password: &str, felt: &mut Felt) -> Option<Tokens> {
    person.sign_in(felt, USER, password)?;
    let query = form(&[
        ("response_type", "code"),
        ("client_id", "mail"),
        ("redirect_uri", REDIRECT_URI),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ]);
    let back = person.agree(felt, &format!("/auth/authorize?{query}"))?;
    let (_, parameters) = back.split_once('?')?;
    let code = url::form_urlencoded::parse(parameters.as_bytes())
        .find(|(name, _)| name == "code")
        .map(|(_, code)| code.into_owned())?;
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", "mail"),
        ("code", &code),
        ("redirect_uri", REDIRECT_URI),
        ("code_verifier", VERIFIER),
    ];
    let tokens = Tokens::of(&token(person, felt, "a token", &fields)?);
    let fields = [
        ("grant_type", "refresh_token"),
        ("client_id", "mail"),
        ("refresh_token", &tokens.refresh),
    ];
    Some(Tokens::of(&token(person, felt, "a refresh", &fields)?))
}

fn token(person: &Person, felt: &mut Felt, what: &str, fields: &[(&str, &str)]) -> Option<Answer> {
    let lines = "Content-Type: application/x-www-form-urlencoded\r\n";
    let request = person
        .line
        .request("POST", "/auth/token", lines, &form(fields));
    felt.ask(what, 200, &person.line, &request)
}

/// The user's work until it is over, and how often she was through.
pub fn user(person: &mut Person, password: &str, end: &End) -> (Felt, u32) {
    let mut felt = Felt::default();
    let mut rounds = 0;
    while !end.is_here() {
        let begun = Instant::now();
        sign_in_and_use(person, password, &mut felt);
        rounds += 1;
        pause(begun, Duration::from_secs(1));
    }
    (felt, rounds)
}

/// The administrator's work: a list by the interface for programs, and a page.
pub fn administrator(person: &mut Person, key: &str, end: &End) -> Felt {
    let mut felt = Felt::default();
    let bearer = format!("Authorization: Bearer {key}\r\n");
    while !end.is_here() {
        let begun = Instant::now();
        let list = person
            .line
            .request("GET", "/api/clients?limit=20", &bearer, "");
        felt.ask("the list", 200, &person.line, &list);
        person.send(&mut felt, ("the page", 200), "GET", "/admin/clients", None);
        pause(begun, Duration::from_millis(300));
    }
    felt
}

/// The mail server's work: it asks about the user's token, with its secret.
pub fn mail_server(line: &Line, secret: &str, token: &str, end: &End) -> Felt {
    let mut felt = Felt::default();
    let lines = format!(
        "Content-Type: application/x-www-form-urlencoded\r\n{}\r\n",
        basic("dovecot", secret)
    );
    let request = line.request(
        "POST",
        "/auth/introspect",
        &lines,
        &form(&[("token", token)]),
    );
    while !end.is_here() {
        let begun = Instant::now();
        let answer = line.ask(PATIENCE, &request);
        // What is right says that the token is good.
        let answer = answer.filter(|answer| {
            answer.status != 200 || answer.json()["active"] == serde_json::Value::Bool(true)
        });
        felt.note("a question", 200, begun, answer);
        pause(begun, Duration::from_millis(100));
    }
    felt
}
