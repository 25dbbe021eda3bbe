//! The Rust side of `tests/c/replay.c`, which documents the frames: a C program that decides one request
//! after another through a `libgatepost.so`.

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use gatepost::{Context, Credential, Due, Effect, Fetch, Outcome, Severity};

use super::compiler::{compiler, run};
use super::root::root;

/// A decision in which everything is owned, so that one from C can be compared with one from Rust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replayed {
    pub outcome: Outcome,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub effect: Effect,
    pub diagnostics: Vec<ReplayedDiagnostic>,
    pub fetches: Vec<Fetch>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplayedDiagnostic {
    pub code: String,
    pub pointer: String,
    pub message: String,
    pub reference: String,
    pub severity: Severity,
}

/// A running `replay`.
pub struct CReplay {
    process: Child,
    requests: Option<ChildStdin>,
    answers: ChildStdout,
}

impl CReplay {
    pub fn spawn(library: &Path) -> Self {
        let mut process = Command::new(program())
            .arg(library)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("it was compiled a moment ago");
        Self {
            requests: process.stdin.take(),
            answers: process.stdout.take().expect("it is piped"),
            process,
        }
    }

    /// Decides one request. An error is what the C interface said: its status and its message.
    pub fn register(
        &mut self,
        settings: &str,
        context: &Context<'_>,
        body: &[u8],
    ) -> Result<Replayed, String> {
        let request = Request::default()
            .text(settings.as_bytes())
            .option_u64(context.now)
            .option_text(context.entropy)
            .u32(match context.caller.credential {
                Credential::Missing => 0,
                Credential::Malformed => 1,
                Credential::Rejected => 2,
                Credential::Accepted => 3,
            })
            .option_text(context.caller.account.map(str::as_bytes))
            .texts(context.caller.permissions)
            .option_text(context.caller.address.map(str::as_bytes))
            .option_u64(context.usage.account_clients)
            .option_u64(context.usage.address_registrations)
            .option_u64(context.usage.total_clients)
            .text(body);
        let frame = Request::default().text(&request.0).0;
        let requests = self.requests.as_mut().expect("it is open until the drop");
        requests.write_all(&frame).expect("replay reads on");

        let mut length = [0; 4];
        self.answers
            .read_exact(&mut length)
            .expect("replay answers");
        let mut answer = vec![0; u32::from_le_bytes(length) as usize];
        self.answers
            .read_exact(&mut answer)
            .expect("replay answers");
        let mut answer = Answer(&answer);
        let decision = answer.result();
        assert!(answer.0.is_empty(), "the answer goes on: {:?}", answer.0);
        decision
    }
}

impl Drop for CReplay {
    /// Ends the program, and fails the test if it did not end well.
    fn drop(&mut self) {
        drop(self.requests.take());
        let status = self.process.wait().expect("it was started");
        assert!(
            status.success() || std::thread::panicking(),
            "replay: {status}"
        );
    }
}

impl From<&gatepost::Decision> for Replayed {
    fn from(decision: &gatepost::Decision) -> Self {
        let headers = decision.response.headers.iter();
        let diagnostics = decision.diagnostics.iter();
        Self {
            outcome: decision.outcome,
            status: decision.response.status,
            headers: headers
                .map(|header| (header.name.to_owned(), header.value.clone().into_owned()))
                .collect(),
            body: decision.response.body.clone(),
            effect: decision.effect.clone(),
            diagnostics: diagnostics
                .map(|found| ReplayedDiagnostic {
                    code: found.code.into(),
                    pointer: found.pointer.clone(),
                    message: found.message.clone().into_owned(),
                    reference: found.reference.into(),
                    severity: found.severity,
                })
                .collect(),
            fetches: decision.fetches.clone(),
        }
    }
}

#[derive(Default)]
struct Request(Vec<u8>);

impl Request {
    fn u32(mut self, number: u32) -> Self {
        self.0.extend(number.to_le_bytes());
        self
    }

    fn text(self, text: &[u8]) -> Self {
        let length = u32::try_from(text.len()).expect("a test's text is short");
        let mut request = self.u32(length);
        request.0.extend(text);
        request
    }

    fn texts(self, texts: &[&str]) -> Self {
        let count = u32::try_from(texts.len()).expect("a test's list is short");
        texts.iter().fold(self.u32(count), |request, text| {
            request.text(text.as_bytes())
        })
    }

    fn option_text(mut self, text: Option<&[u8]>) -> Self {
        self.0.push(text.is_some().into());
        text.into_iter().fold(self, Self::text)
    }

    fn option_u64(mut self, number: Option<u64>) -> Self {
        self.0.push(number.is_some().into());
        self.0.extend(number.into_iter().flat_map(u64::to_le_bytes));
        self
    }
}

struct Answer<'a>(&'a [u8]);

impl Answer<'_> {
    fn result(&mut self) -> Result<Replayed, String> {
        match self.u8() {
            0 => Ok(self.decision()),
            _ => Err(format!("status {}: {}", self.u32(), self.text())),
        }
    }

    fn decision(&mut self) -> Replayed {
        Replayed {
            outcome: match self.u32() {
                0 => Outcome::Refuse,
                1 => Outcome::Accept,
                other => panic!("no outcome is {other}"),
            },
            status: u16::from_le_bytes(self.take()),
            headers: self.list(|answer| (answer.text(), answer.text())),
            body: self.text(),
            effect: self.effect(),
            diagnostics: self.list(|answer| ReplayedDiagnostic {
                code: answer.text(),
                pointer: answer.text(),
                message: answer.text(),
                reference: answer.text(),
                severity: match answer.u32() {
                    0 => Severity::Error,
                    1 => Severity::Warning,
                    2 => Severity::Note,
                    other => panic!("no severity is {other}"),
                },
            }),
            fetches: self.list(|answer| Fetch {
                uri: answer.text(),
                pointer: answer.text(),
                due: match answer.u32() {
                    0 => Due::BeforeEffect,
                    1 => Due::OnUse,
                    other => panic!("nothing is due at {other}"),
                },
                max_bytes: answer.u32(),
                timeout: answer.u32(),
            }),
        }
    }

    fn effect(&mut self) -> Effect {
        match (self.u32(), self.option_text(), self.option_text()) {
            (0, None, None) => Effect::None,
            (1, Some(client_id), Some(document)) => Effect::Store(gatepost::Record {
                client_id,
                document,
            }),
            (2, Some(client_id), Some(document)) => Effect::Replace(gatepost::Record {
                client_id,
                document,
            }),
            (3, Some(client_id), None) => Effect::Remove(client_id),
            other => panic!("no effect is {other:?}"),
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
