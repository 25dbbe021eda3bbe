//! The packages for Node and Python, installed from their files: they give the bytes of the Rust library, and their
//! examples are registration endpoints like the sample host.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::OnceLock;

use gatepost::Registrar;
use gatepost_plugin::{COMPONENT, Source};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use callers::{context, settings};
use common::http::{self, request};
use common::{Folder, Host};
use over_http::Answered;
use root::root;
use step::{Answer, Boundary, Operation, Step};
use story::Story;

#[path = "../../tests/support/callers.rs"]
mod callers;
#[path = "../../tests/support/cases.rs"]
mod cases;
mod common;
#[path = "../../tests/support/compiler.rs"]
#[expect(dead_code, reason = "no C is compiled here")]
mod compiler;
#[path = "../../plugin/tests/hostile/mod.rs"]
#[expect(dead_code, reason = "the loader's tests use the rest")]
mod hostile;
#[path = "../../tests/support/manage.rs"]
mod manage;
#[path = "../../tests/support/over_http.rs"]
mod over_http;
#[path = "../../tests/support/root.rs"]
mod root;
#[path = "../../tests/support/step.rs"]
#[expect(dead_code, reason = "no settings are refused here")]
mod step;
#[path = "../../tests/support/story.rs"]
mod story;
#[path = "../../tests/support/wire.rs"]
mod wire;

#[test]
#[ignore = "it needs npm and PyPI; scripts/test-peers runs it"]
fn every_case_is_decided_alike() {
    let mut programs = projects().programs();
    for (anonymous, settings) in settings() {
        let mut rust = Registrar::compile(&settings).unwrap();
        for case in cases::register() {
            let step = Step::register(&context(anonymous), &case.body);
            let expected = rust.perform(&step);
            for program in &mut programs {
                program.check(&settings, &step, &expected, &case.note);
            }
        }
    }
}

#[test]
#[ignore = "it needs npm and PyPI; scripts/test-peers runs it"]
fn redirect_uris_match_alike() {
    let mut programs = projects().programs();
    let mut rust = Registrar::compile("").unwrap();
    for case in cases::redirect_match() {
        let mut matches = false;
        for registered in case.registered {
            let step = Step {
                facts: (&context(true)).into(),
                operation: Operation::RedirectUriMatches(registered, case.requested.clone()),
            };
            let expected = rust.perform(&step);
            for program in &mut programs {
                program.check("", &step, &expected, &case.id);
            }
            matches |= expected == Answer::Number(1);
        }
        assert_eq!(matches, case.expected, "{}", case.id);
    }
}

#[test]
#[ignore = "it needs npm and PyPI; scripts/test-peers runs it"]
fn every_story_is_told_alike() {
    let mut programs = projects().programs();
    for told in story::all() {
        let mut story = Story::default();
        for chapter in &told.chapters {
            let mut rust = Registrar::compile(&chapter.settings).expect(&told.name);
            for line in &chapter.lines {
                let step = story.step(line);
                let expected = rust.perform(&step);
                for program in &mut programs {
                    program.check(&chapter.settings, &step, &expected, line);
                }
                if let Err(why) = story.take(line, &expected) {
                    panic!("{}: {line}: {why}", told.name);
                }
            }
        }
    }
}

#[test]
#[ignore = "it needs npm and PyPI; scripts/test-peers runs it"]
fn a_failure_ends_one_call() {
    let Source::Component(component) = hostile::registrar() else {
        panic!("it is a component");
    };
    let projects = Projects::install("hostile", &component);
    // The component panics, or calls itself, or computes or asks for memory without end. Node does not limit the last two.
    for (mut program, failures) in projects.programs().into_iter().zip(["pr", "prlm"]) {
        for failure in failures.chars().flat_map(|failure| [failure, 'x']) {
            let step = Step::register(&context(true), failure.to_string().as_bytes());
            let answer = program.ask("", &step);
            match failure {
                'x' => assert_eq!(answer["ok"]["response"]["status"], 201, "{answer}"),
                _ => assert!(answer["failed"].is_string(), "{failure}: {answer}"),
            }
        }
    }
}

#[test]
#[ignore = "it needs npm and PyPI; scripts/test-peers runs it"]
fn the_packages_pass_their_own_tests() {
    let projects = projects();
    compiler::run(
        Command::new("node")
            .arg("--test")
            .arg(projects.node("tests/package.test.mjs")),
    );
    for folder in ["packages/python/tests", "host-example/python"] {
        compiler::run(
            projects
                .python()
                .args(["-m", "unittest", "discover", "--start-directory"])
                .arg(root().join(folder)),
        );
    }
}

#[test]
#[ignore = "it needs npm and PyPI; scripts/test-peers runs it"]
fn what_is_typed_is_checked() {
    let projects = projects();
    let jco = target().join("packages/jco/node_modules");
    compiler::run(
        Command::new(jco.join(".bin/tsc"))
            .args(["--noEmit", "--strict", "--module", "nodenext"])
            .args(["--target", "es2022", "--types", "node", "--typeRoots"])
            .arg(jco.join("@types"))
            .arg(projects.node("tests/typed.mts")),
    );
    let mypy = || {
        let mut command = Command::new(target().join("packages/venv/bin/mypy"));
        command
            .args([
                "--strict",
                "--cache-dir",
                "/dev/null",
                "--python-executable",
            ])
            .arg(projects.0.join("python/bin/python"));
        command
    };
    compiler::run(mypy().args(["-p", "gatepost"]));
    let example = root().join("host-example/python");
    compiler::run(
        mypy()
            .args(["register.py", "submission.py"])
            .current_dir(example),
    );
}

/// The examples, by the command that starts each with the folder of its settings.
fn hosts() -> [(&'static str, Command); 2] {
    let projects = projects();
    projects.node("store.mjs");
    let mut node = Command::new("node");
    node.arg(projects.node("host.mjs"));
    let mut python = projects.python();
    python.arg(root().join("host-example/python/register.py"));
    [("node", node), ("python", python)]
}

fn start(name: &str, command: &mut Command, settings: &str, key: &str) -> Host {
    let folder = Folder::new();
    folder.write("settings.toml", settings);
    let permissions = "authenticate oauth-client-registration";
    let hash = Sha256::digest(key);
    match name {
        "node" => {
            let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
            let keys = json!({ hash: { "account": "desk", "permissions": permissions.split(' ').collect::<Value>() } });
            folder.write("keys.json", keys.to_string());
        }
        _ => {
            let database = rusqlite::Connection::open(folder.path("mail.db"))
                .expect("the folder can be written");
            database
                .execute_batch(include_str!("../python/schema.sql"))
                .expect("the schema is SQL");
            let insert = "INSERT INTO api_key VALUES (?1, 'desk', ?2, NULL)";
            database
                .execute(insert, (&hash[..], permissions))
                .expect("the table is there");
        }
    }
    Host::spawn(command.arg(folder.path("")).arg("0"), folder)
}

#[test]
#[ignore = "it needs npm and PyPI; scripts/test-peers runs it"]
fn the_examples_give_what_the_rust_library_gives() {
    for (anonymous, settings) in settings() {
        for (name, mut command) in hosts() {
            let host = start(name, &mut command, &settings, "gpak_test");
            let headers: &[&str] = match anonymous {
                true => &[],
                false => &["Authorization: Bearer gpak_test"],
            };
            over_http::compare(&settings, anonymous, |body| {
                let answer = host.register(headers, body);
                Answered {
                    status: answer.status,
                    headers: answer.headers,
                    body: answer.body,
                }
            });
        }
    }
}

#[test]
#[ignore = "it needs npm and PyPI; scripts/test-peers runs it"]
fn clients_manage_their_registration_at_the_examples() {
    for (name, mut command) in hosts() {
        let host = start(name, &mut command, cases::SETTINGS, "gpak_test");
        manage::check(
            "https://mail.example.com",
            "gpak_test",
            &|method, path, authorization, body| {
                let authorization = authorization.map(|value| format!("Authorization: {value}"));
                let headers: Vec<&str> = authorization.as_deref().into_iter().collect();
                host.send(&request(method, path, &headers, body))
            },
        );
    }
}

#[test]
#[ignore = "it needs npm and PyPI; scripts/test-peers runs it"]
fn the_examples_keep_what_they_acknowledged_and_their_limits() {
    let settings = format!("{}max-clients = 2\n", cases::SETTINGS);
    for (name, mut command) in hosts() {
        let host = start(name, &mut command, &settings, "gpak_test");
        let register = |host: &Host| host.register_with_key("gpak_test", common::NATIVE);
        let first = register(&host).json();
        assert_eq!(register(&host).status, 201, "{name}");
        assert_eq!(register(&host).status, 429, "{name}");
        let token = first["registration_access_token"]
            .as_str()
            .expect("a token")
            .to_owned();
        let path = format!(
            "/auth/register/{}",
            first["client_id"].as_str().expect("an id")
        );

        let host = Host::spawn(&mut command, host.kill());
        assert_eq!(
            host.ask("GET", &path, Some(&token), "").status,
            200,
            "{name}"
        );
        assert_eq!(register(&host).status, 429, "{name}");
        assert_eq!(
            host.ask("DELETE", &path, Some(&token), "").status,
            204,
            "{name}"
        );
        assert_eq!(
            host.ask("GET", &path, Some(&token), "").status,
            401,
            "{name}"
        );
        assert_eq!(register(&host).status, 201, "{name}");
    }
}

/// The target folder of this very run, however it was named.
fn target() -> &'static Path {
    let scratch = Path::new(env!("CARGO_TARGET_TMPDIR"));
    scratch.parent().expect("it is in one")
}

#[test]
#[ignore = "it needs npm and PyPI; scripts/test-peers runs it"]
fn haraka_lets_in_whom_it_should() {
    let projects = projects();
    // The plugin is in a folder of the project, as it is in the tree.
    let plugin = projects.0.join("node/haraka");
    let _ = fs::remove_dir_all(&plugin);
    compiler::run(
        Command::new("cp")
            .arg("--recursive")
            .arg(root().join("host-example/node/haraka"))
            .arg(&plugin),
    );
    for file in ["host.mjs", "store.mjs", "settings.toml"] {
        projects.node(file);
    }
    compiler::run(
        Command::new("node")
            .arg("--test")
            .arg(plugin.join("haraka.test.mjs"))
            .env(
                "HARAKA_PROGRAM",
                target().join("packages/haraka/node_modules/.bin/haraka"),
            ),
    );
}

/// An npm project and a virtual environment, in which nothing but the packages is installed.
struct Projects(PathBuf);

fn projects() -> &'static Projects {
    static PROJECTS: OnceLock<Projects> = OnceLock::new();
    PROJECTS.get_or_init(|| Projects::install("installed", COMPONENT))
}

impl Projects {
    fn install(name: &str, component: &[u8]) -> Self {
        let folder = target().join("packages").join(name);
        fs::create_dir_all(&folder).expect("the scratch folder can be written");
        let file = folder.join("gatepost.wasm");
        fs::write(&file, component).expect("the scratch folder can be written");
        compiler::run(
            Command::new(root().join("scripts/install-packages"))
                .arg("--component")
                .arg(file)
                .arg("--into")
                .arg(&folder)
                .env("CARGO_TARGET_DIR", target()),
        );
        Self(folder)
    }

    /// A file of the package or of its example, in the npm project: Node searches for packages beside it.
    fn node(&self, file: &str) -> PathBuf {
        let at = self
            .0
            .join("node")
            .join(file.rsplit('/').next().expect("a name"));
        let folders =
            ["packages/node", "host-example/node"].map(|folder| root().join(folder).join(file));
        let found = folders
            .iter()
            .find(|path| path.exists())
            .expect("it is in the tree");
        // At once, because another test may run it meanwhile.
        let thread = std::thread::current().id();
        let beside = at.with_extension(format!("{thread:?}"));
        fs::copy(found, &beside).expect("the project can be written");
        fs::rename(beside, &at).expect("the project can be written");
        at
    }

    fn python(&self) -> Command {
        let mut command = Command::new(self.0.join("python/bin/python"));
        // What is compiled is kept here, and not in the home of whoever runs the tests.
        command
            .env("XDG_CACHE_HOME", &self.0)
            .env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// Those that carry out steps.
    fn programs(&self) -> [Program; 2] {
        let mut python = self.python();
        python.arg(root().join("packages/python/tests/replay.py"));
        [
            Program::spawn(
                "Node",
                Command::new("node").arg(self.node("tests/replay.mjs")),
            ),
            Program::spawn("Python", &mut python),
        ]
    }
}

/// A program that carries out steps, as `tests/support/wire.rs` describes them.
struct Program {
    name: &'static str,
    process: Child,
    steps: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Program {
    fn spawn(name: &'static str, command: &mut Command) -> Self {
        let command = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().expect("scripts/install-packages found it");
        Self {
            name,
            steps: process.stdin.take().expect("it is piped"),
            answers: BufReader::new(process.stdout.take().expect("it is piped")),
            process,
        }
    }

    fn ask(&mut self, settings: &str, step: &Step) -> Value {
        writeln!(self.steps, "{}", wire::line(settings, step)).expect("it reads on");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("it answers");
        serde_json::from_str(&line).expect("an answer is JSON")
    }

    #[track_caller]
    fn check(&mut self, settings: &str, step: &Step, expected: &Answer, what: &str) {
        let expected = wire::answered(&step.operation, expected);
        assert_eq!(
            self.ask(settings, step),
            expected,
            "{what} by {}",
            self.name
        );
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It has answered all that it was asked.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
