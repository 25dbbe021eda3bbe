//! A server with what it needs, and the flood as it goes.

use std::thread;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::Value;

use crate::attack::{
    AT_ONCE, Counted, End, Forms, GUESSES, GUESSES_AT_ONCE, PACE, Tap, attack, send,
};
use crate::common::browser::{DEMO, demo_password};
use crate::common::postgres::Server;
use crate::common::{Answer, Host, NATIVE, run_reading, text};
use crate::hold::hold;
use crate::line::{Line, PROXY, Way};
use crate::measure::{Meter, Sizes};
use crate::people::{self, Felt, Person, USER, sign_in_and_use};

/// How many addresses the second stranger has.
pub const ADDRESSES: u16 = 500;

/// How many clients of strangers there may be.
pub const ANONYMOUS: u64 = 1_000;

/// The first addresses are the strangers', and these the others'.
const USERS_PLACE: u16 = 60_001;
const ADMINISTRATORS_PLACE: u16 = 60_002;
const EARLIER: u16 = 60_003;

const PASSWORD: &str = "correct horse battery staple";

/// A server before, during and after.
pub struct Scene {
    host: Host,
    way: Way,
    meter: Meter,
    /// The mail server's.
    secret: String,
    /// What was done before, and has to be in the audit log afterwards: what the lines are about.
    history: Vec<String>,
    // It ends after the server.
    _database: Option<Server>,
}

/// One part of the flood.
pub struct Phase {
    pub addresses: u16,
    pub seconds: u64,
    pub before: Sizes,
    pub after: Sizes,
    /// The longest line of the audit log that is not about a registration, in bytes.
    pub longest_line: usize,
    pub requests: Counted,
    pub guesses: Counted,
    /// How many connections the server had at once, beyond those before.
    pub held: usize,
    /// How often the user signed in.
    pub rounds: u32,
    pub felt: [(&'static str, Felt); 3],
}

impl Scene {
    pub fn set(database: Option<Server>, way: Way) -> Self {
        let store = database.as_ref().map(Server::settings).unwrap_or_default();
        let proxy = match way {
            Way::Direct => String::new(),
            Way::Proxy => format!(
                "[server]\ntrusted-proxies = ['{PROXY}/32']\nforwarded-header = 'x-forwarded-for'\n"
            ),
        };
        // Requests are limited as they are by default.
        let host = Host::start(&format!(
            "{store}{proxy}[limits]\n[oauth.client-registration]\nanonymous = true\nanonymous-device = true\nmax-anonymous-clients = {ANONYMOUS}\n"
        ));
        let meter = Meter::of(&host, database.as_ref());
        let mut scene = Self {
            host,
            way,
            meter,
            secret: String::new(),
            history: Vec::new(),
            _database: database,
        };
        scene.secret = scene.provision("dovecot", r#"{"grant_types":["client_credentials"],"response_types":[],"token_endpoint_auth_method":"client_secret_basic"}"#);
        scene.provision("before-the-flood", NATIVE);
        let stranger = scene.line(EARLIER).request(
            "POST",
            "/auth/register",
            "Content-Type: application/json\r\n",
            NATIVE,
        );
        let registered = scene.line(EARLIER).ask(Duration::from_secs(20), &stranger);
        let client_id = registered.expect("there is no flood yet").client_id();
        scene.history.push(client_id);
        scene.create_account();
        scene
    }

    /// A client that the administrator registers, who is remembered for it, and its secret.
    fn provision(&mut self, client_id: &str, metadata: &str) -> String {
        let line = self.line(ADMINISTRATORS_PLACE);
        let lines = format!(
            "Content-Type: application/json\r\nAuthorization: Bearer {}\r\n",
            self.host.first_key("administrator")
        );
        let body = format!(r#"{{"client_id":"{client_id}","metadata":{metadata}}}"#);
        let request = line.request("POST", "/api/clients", &lines, &body);
        let answer: Option<Answer> = line.ask(Duration::from_secs(20), &request);
        let answer = answer.expect("there is no flood yet");
        assert_eq!(answer.status, 201, "{answer:?}");
        self.history.push(client_id.to_owned());
        let secret = answer.json()["client_secret"].as_str().map(str::to_owned);
        secret.unwrap_or_default()
    }

    fn create_account(&self) {
        let config = self.host.folder.path("gatepost.toml").display().to_string();
        let create = [
            "account",
            "create",
            "--name",
            USER,
            "--password-stdin",
            "--config",
            &config,
        ];
        let output = run_reading(&create, &self.host.folder.data(), PASSWORD);
        assert!(output.status.success(), "{}", text(&output.stderr));
    }

    fn line(&self, number: u16) -> Line {
        Line::of(self.way, self.host.address, number)
    }

    /// The stranger, with so many addresses, and the others beside.
    pub fn phase(&self, addresses: u16) -> Phase {
        let seconds = std::env::var("GATEPOST_FLOOD_SECONDS");
        let seconds: u64 =
            seconds.map_or(10, |seconds| seconds.parse().expect("a number of seconds"));
        // One address, and then others.
        let first = if addresses == 1 { 0 } else { 1 };
        let lines: Vec<Line> = (first..first + addresses).map(|n| self.line(n)).collect();
        let forms = Forms::fetch(&lines[0]);
        // All of them have been here before.
        let mut quiet = Felt::default();
        let mut user = Person::at(self.line(USERS_PLACE));
        let tokens = sign_in_and_use(&mut user, PASSWORD, &mut quiet);
        let tokens = tokens.unwrap_or_else(|| panic!("before the flood: {:?}", quiet.wrong));
        let mut administrator = Person::at(self.line(ADMINISTRATORS_PLACE));
        let password = demo_password(&self.host);
        let entered = administrator
            .sign_in(&mut quiet, DEMO, &password)
            .and_then(|()| administrator.enter(&mut quiet));
        entered.unwrap_or_else(|| panic!("before the flood: {:?}", quiet.wrong));
        let key = self.host.first_key("administrator");
        let mail_server = Line::local(self.host.address);
        let before = self.meter.sizes();
        let (tap, guesses, end) = (Tap::open(PACE), Tap::open(GUESSES), End::default());
        let (held, (of_user, rounds), of_administrator, of_mail_server) = thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| send(&lines, attack, &tap, &end));
            }
            for _ in 0..GUESSES_AT_ONCE {
                scope.spawn(|| {
                    let guess = |line: &Line, number| forms.guess(line, number);
                    send(&lines, guess, &guesses, &end);
                });
            }
            let held = scope.spawn(|| hold(&lines, self.way, &self.meter, &end));
            let user = scope.spawn(|| people::user(&mut user, PASSWORD, &end));
            let administrator =
                scope.spawn(|| people::administrator(&mut administrator, key, &end));
            let asked = scope
                .spawn(|| people::mail_server(&mail_server, &self.secret, &tokens.access, &end));
            thread::sleep(Duration::from_secs(seconds));
            end.come();
            (
                held.join().expect("it goes through"),
                user.join().expect("she goes through"),
                administrator.join().expect("he goes through"),
                asked.join().expect("it goes through"),
            )
        });
        // The audit log is written a moment later.
        thread::sleep(Duration::from_millis(500));
        Phase {
            addresses,
            seconds,
            before,
            after: self.meter.sizes(),
            longest_line: self.longest_line(),
            requests: tap.counted(),
            guesses: guesses.counted(),
            held,
            rounds,
            felt: [
                ("the administrator", of_administrator),
                ("the user", of_user),
                ("the mail server", of_mail_server),
            ],
        }
    }

    /// A registration is written down as it was asked for; all else is short.
    fn longest_line(&self) -> usize {
        let log = self.audit_log();
        let others = log.lines().filter(|line| {
            let line: Value = serde_json::from_str(line).expect("a line is JSON");
            line["operation"] != "register"
        });
        others.map(str::len).max().unwrap_or_default()
    }

    fn audit_log(&self) -> String {
        let read = |path| std::fs::read_to_string(path).expect("the log can be read");
        self.meter.audit().into_iter().map(read).collect()
    }

    /// What was done before the flood, and is in the audit log no more.
    pub fn forgotten(&self) -> Vec<String> {
        let log = self.audit_log();
        let is_forgotten = |client_id: &&String| {
            let is_there = log.lines().any(|line| {
                let line: Value = serde_json::from_str(line).expect("a line is JSON");
                (line["effect"] == "store" || line["effect"] == "share")
                    && line["subject"] == ***client_id
            });
            !is_there
        };
        let forgotten = self.history.iter().filter(is_forgotten);
        forgotten
            .map(|client_id| format!("the audit log has lost how {client_id} was registered"))
            .collect()
    }
}

/// As many open files as this process may have.
pub fn raise_open_files() {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    setrlimit(Resource::Nofile, raised).expect("the soft limit can be raised");
}
