//! The Rust side of `tests/c/replay.c`, which documents the frames: a C program that carries out one step
//! after another through a `libgatepost.so`.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use gatepost::{
    Activity, Assertion, Client, Credential, Due, Effect, Endpoint, Fetch, Misuse, Outcome,
    SettingFinding, SettingsError, Severity, Standing,
};

use super::compiler::{compiler, run};
use super::root::root;
use super::step::{
    Answer, Boundary, Carried, Facts, Operation, Replayed, ReplayedDiagnostic, Step,
};

/// A running `replay`, with the settings that it compiles.
pub struct CReplay {
    /// Those of the next step.
    pub settings: String,
    process: Child,
    steps: Option<ChildStdin>,
    answers: ChildStdout,
}

impl CReplay {
    pub fn spawn(library: &Path, settings: &str) -> Self {
        Self::start(Command::new(program()).arg(library), settings)
    }

    /// A program that answers the same frames.
    pub fn start(command: &mut Command, settings: &str) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it was compiled a moment ago");
        Self {
            settings: settings.into(),
            steps: process.stdin.take(),
            answers: process.stdout.take().expect("it is piped"),
            process,
        }
    }
}

impl Boundary for CReplay {
    fn perform(&mut self, step: &Step) -> Answer {
        let frame = Frame::default()
            .text(self.settings.as_bytes())
            .facts(&step.facts)
            .operation(&step.operation);
        let frame = Frame::default().text(&frame.0).0;
        let steps = self.steps.as_mut().expect("it is open until the drop");
        steps.write_all(&frame).expect("replay reads on");

        let mut length = [0; 4];
        self.answers
            .read_exact(&mut length)
            .expect("replay answers");
        let mut answer = vec![0; u32::from_le_bytes(length) as usize];
        self.answers
            .read_exact(&mut answer)
            .expect("replay answers");
        let mut reader = Reader(&answer);
        let answer = reader.answer(&step.operation);
        assert!(reader.0.is_empty(), "the answer goes on: {:?}", reader.0);
        answer
    }
}

impl Drop for CReplay {
    /// Ends the program, and fails the test if it did not end well.
    fn drop(&mut self) {
        drop(self.steps.take());
        let status = self.process.wait().expect("it was started");
        assert!(
            status.success() || std::thread::panicking(),
            "replay: {status}"
        );
    }
}

#[derive(Default)]
struct Frame(Vec<u8>);

impl Frame {
    fn facts(self, facts: &Facts) -> Self {
        let usage = &facts.usage;
        self.option_u64(facts.now)
            .option(facts.entropy.as_deref())
            .u32(match facts.credential {
                Credential::Missing => 0,
                Credential::Malformed => 1,
                Credential::Rejected => 2,
                Credential::Accepted => 3,
                Credential::OtherScheme => 4,
            })
            .option(facts.account.as_ref())
            .texts(&facts.permissions)
            .option(facts.address.as_ref())
            .option(facts.terms.as_ref())
            .option(facts.token.as_ref())
            .option(facts.record.as_ref())
            .option_u64(usage.account_clients)
            .option_u64(usage.address_registrations)
            .option_u64(usage.wider_registrations)
            .option_u64(usage.key_registrations)
            .option_u64(usage.anonymous_clients)
            .option_u64(usage.total_clients)
    }

    fn operation(self, operation: &Operation) -> Self {
        use Operation as Op;
        let (request, activity) = match operation {
            Op::Identify(request) | Op::Authorize(request) | Op::Authenticate(request) => {
                (Some(request), Activity::default())
            }
            Op::Lifecycle(_, activity) => (None, *activity),
            _ => (None, Activity::default()),
        };
        let frame = self
            .option_u64(activity.authorised_at)
            .option_u64(activity.last_used)
            .option_u64(activity.refresh_tokens)
            .request(request);
        let (number, first, second): (u32, Option<&[u8]>, Option<&[u8]>) = match operation {
            Op::Register(body) => (0, None, Some(body)),
            Op::Provision(id, metadata) => (1, id.as_deref().map(str::as_bytes), Some(metadata)),
            Op::Read(id) => (2, Some(id.as_bytes()), None),
            Op::Update(id, body) => (3, Some(id.as_bytes()), Some(body)),
            Op::RotateSecret(id) => (4, Some(id.as_bytes()), None),
            Op::Remove(id) => (5, Some(id.as_bytes()), None),
            Op::Identify(_) => (6, None, None),
            Op::Authorize(_) => (7, None, None),
            Op::Authenticate(_) => (8, None, None),
            Op::Review(id) => (9, Some(id.as_bytes()), None),
            Op::ReviewDraft(metadata) => (10, None, Some(metadata)),
            Op::Lifecycle(id, _) => (11, Some(id.as_bytes()), None),
            Op::ClientDocument(id, document) => (12, Some(id.as_bytes()), document.as_deref()),
            Op::Network(address) => (13, Some(address.as_bytes()), None),
            Op::Window => (14, None, None),
            Op::CheckTerms(terms) => (15, Some(terms.as_bytes()), None),
            Op::Warnings => (16, None, None),
            Op::ServerMetadata => (17, None, None),
            Op::RedirectUriMatches(registered, requested) => {
                (18, Some(registered.as_bytes()), Some(requested.as_bytes()))
            }
            Op::Disable(id) => (19, Some(id.as_bytes()), None),
            Op::Enable(id) => (20, Some(id.as_bytes()), None),
            Op::WiderNetwork(address) => (21, Some(address.as_bytes()), None),
            Op::WiderWindow => (22, None, None),
            Op::Usable(id, scope) => (23, Some(id.as_bytes()), scope.as_deref().map(str::as_bytes)),
            Op::Bearer(header) => (24, header.as_deref().map(str::as_bytes), None),
            Op::WebAdministrationWarning => (25, None, None),
            Op::RotateRegistrationAccessToken(id) => (26, Some(id.as_bytes()), None),
            Op::Approve(id) => (27, Some(id.as_bytes()), None),
            Op::Deny(id) => (28, Some(id.as_bytes()), None),
        };
        frame.u32(number).option(first).option(second)
    }

    fn request(self, request: Option<&Carried>) -> Self {
        let endpoint = request.map_or(0, |request| match request.endpoint {
            Endpoint::Authorization => 0,
            Endpoint::PushedAuthorization => 1,
            Endpoint::DeviceAuthorization => 2,
            Endpoint::Token => 3,
            Endpoint::Introspection => 4,
            Endpoint::Revocation => 5,
        });
        self.u32(endpoint)
            .option(request.and_then(|request| request.authorization.as_ref()))
            .option(request.map(|request| &request.parameters))
            .option(request.and_then(|request| request.jwks.as_ref()))
    }

    fn u32(mut self, number: u32) -> Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    fn text(self, text: &[u8]) -> Self {
        let length = u32::try_from(text.len()).expect("a test's text is short");
        let mut frame = self.u32(length);
        frame.0.extend(text);
        frame
    }

    fn texts(self, texts: &[String]) -> Self {
        let count = u32::try_from(texts.len()).expect("a test's list is short");
        texts
            .iter()
            .fold(self.u32(count), |frame, text| frame.text(text.as_bytes()))
    }

    fn option(mut self, text: Option<impl AsRef<[u8]>>) -> Self {
        self.0.push(text.is_some().into());
        text.into_iter()
            .fold(self, |frame, text| frame.text(text.as_ref()))
    }

    fn option_u64(mut self, number: Option<u64>) -> Self {
        self.0.push(number.is_some().into());
        self.0.extend(number.into_iter().flat_map(u64::to_le_bytes));
        self
    }
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn answer(&mut self, operation: &Operation) -> Answer {
        match self.u8() {
            0 => Answer::Decision(Box::new(self.decision())),
            1 => self.failure(operation),
            2 => Answer::Text(self.option_text()),
            3 => Answer::Number(self.u64()),
            4 => Answer::Findings(self.findings()),
            5 => Answer::Bearer(self.credential(), self.option_text()),
            other => panic!("no answer is {other}"),
        }
    }

    fn failure(&mut self, operation: &Operation) -> Answer {
        let (status, message, findings) = (self.u32(), self.text(), self.findings());
        let misuse = match (status, operation) {
            (4, _) => return Answer::Refused(findings),
            (8, _) => return Answer::Panicked,
            (11, Operation::CheckTerms(_)) => return Answer::Findings(findings),
            (5, _) => Misuse::EntropyTooShort,
            (6, _) => Misuse::EntropyMissing,
            (7, _) => Misuse::TimeMissing,
            (9, _) => Misuse::RecordUnreadable,
            (10, _) => Misuse::RecordMismatch,
            (11, _) => return Answer::Misuse(Misuse::TermsInvalid(SettingsError(findings))),
            _ => panic!("status {status}: {message}"),
        };
        assert_eq!(message, misuse.to_string());
        assert_eq!(findings, []);
        Answer::Misuse(misuse)
    }

    fn findings(&mut self) -> Vec<SettingFinding> {
        self.list(|reader| SettingFinding {
            path: reader.text(),
            message: reader.text(),
            allowed: reader.option_text(),
            line: reader.place(),
            column: reader.place(),
            severity: reader.severity(),
        })
    }

    fn decision(&mut self) -> Replayed {
        let outcome = match self.u32() {
            0 => Outcome::Refuse,
            1 => Outcome::Accept,
            other => panic!("no outcome is {other}"),
        };
        let status = u16::from_le_bytes(self.take());
        let headers = self.list(|reader| (reader.text(), reader.text()));
        let body = self.text();
        let (effect, client_id) = self.effect();
        Replayed {
            outcome,
            status,
            headers,
            body,
            effect,
            diagnostics: self.list(|reader| ReplayedDiagnostic {
                code: reader.text(),
                pointer: reader.text(),
                message: reader.text(),
                reference: reader.text(),
                severity: reader.severity(),
            }),
            fetches: self.list(|reader| Fetch {
                uri: reader.text(),
                pointer: reader.text(),
                due: match reader.u32() {
                    0 => Due::BeforeEffect,
                    1 => Due::OnUse,
                    other => panic!("nothing is due at {other}"),
                },
                max_bytes: reader.u32(),
                timeout: reader.u32(),
            }),
            client: self.client(client_id.clone()),
            client_id,
            client_secret: self.option_text(),
            registration_access_token: self.option_text(),
        }
    }

    /// The effect, and the id of the client that the decision is about.
    fn effect(&mut self) -> (Effect, Option<String>) {
        let (kind, client_id, document) = (self.u32(), self.option_text(), self.option_text());
        let record = |document| gatepost::Record {
            client_id: client_id.clone().expect("an effect is about a client"),
            document,
        };
        let effect = match (kind, document) {
            (0, None) => Effect::None,
            (1, Some(document)) => Effect::Store(record(document)),
            (2, Some(document)) => Effect::Replace(record(document)),
            (3, None) => Effect::Remove(record(String::new()).client_id),
            (4, Some(document)) => Effect::Share(record(document)),
            other => panic!("no effect is {other:?}"),
        };
        (effect, client_id)
    }

    fn client(&mut self, client_id: Option<String>) -> Option<Client> {
        let standing = match self.u32() {
            0 => None,
            1 => Some(Standing::Provisioned),
            2 => Some(Standing::Registered),
            3 => Some(Standing::Document),
            4 => Some(Standing::Shared),
            5 => Some(Standing::Unregistered),
            6 => Some(Standing::Overridden),
            other => panic!("no standing is {other}"),
        };
        let (redirect_uri, scope) = (self.option_text(), self.option_text());
        let (metadata, assertion_id) = (self.option_text(), self.option_text());
        let expires_at = self.u64();
        let Some(standing) = standing else {
            let rest = (redirect_uri, scope, metadata, assertion_id, expires_at);
            assert_eq!(rest, (None, None, None, None, 0));
            return None;
        };
        Some(Client {
            client_id: client_id.expect("a client has an id"),
            standing,
            redirect_uri,
            scope,
            metadata: metadata.expect("a client has metadata, if only empty ones"),
            assertion: assertion_id.map(|id| Assertion { id, expires_at }),
        })
    }

    /// A line or a column; 0 if it is not known.
    fn place(&mut self) -> Option<u32> {
        Some(self.u32()).filter(|number| *number != 0)
    }

    fn credential(&mut self) -> Credential {
        match self.u32() {
            0 => Credential::Missing,
            1 => Credential::Malformed,
            2 => Credential::Rejected,
            3 => Credential::Accepted,
            4 => Credential::OtherScheme,
            other => panic!("no credential is {other}"),
        }
    }

    fn severity(&mut self) -> Severity {
        match self.u32() {
            0 => Severity::Error,
            1 => Severity::Warning,
            2 => Severity::Note,
            other => panic!("no severity is {other}"),
        }
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.u32()).map(|_| item(self)).collect()
    }

    fn option_text(&mut self) -> Option<String> {
        (self.u8() == 1).then(|| self.text())
    }

    fn text(&mut self) -> String {
        let length = self.u32() as usize;
        let (text, rest) = self.0.split_at(length);
        self.0 = rest;
        String::from_utf8(text.to_vec()).expect("every string that comes out is UTF-8")
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    fn u8(&mut self) -> u8 {
        u8::from_le_bytes(self.take())
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (taken, rest) = self.0.split_first_chunk().expect("the answer is whole");
        self.0 = rest;
        *taken
    }
}

/// The program, compiled once in each test process under a name of its own: several may run at a time.
fn program() -> &'static str {
    static PROGRAM: OnceLock<String> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let program = format!(
            "{}/replay-{}",
            env!("CARGO_TARGET_TMPDIR"),
            std::process::id()
        );
        let root = root().display();
        run(compiler()
            .args(["-std=c99", "-O1", "-o", &program])
            .arg(format!("-I{root}/include"))
            .arg(format!("{root}/tests/c/replay.c"))
            .arg("-ldl"));
        program
    })
}
