//! Who knows all secrets, hears all that is said, and says what was told that nobody asked for.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use crate::common::{Answer, Folder, Host, text};
use crate::forms;

/// One secret, and where it may be told.
struct Secret {
    name: String,
    forms: Vec<Vec<u8>>,
    /// The numbers of the answers that handed it out.
    handed_out_by: Vec<usize>,
    /// Whether the first start made it, which writes it to a file of the owner's.
    is_of_first_start: bool,
}

/// Something that was said or written.
struct Said {
    by: String,
    bytes: Vec<u8>,
    file: Option<PathBuf>,
}

pub struct Witness {
    secrets: Vec<Secret>,
    said: Vec<Said>,
    /// The process of the server.
    process: PathBuf,
}

impl Witness {
    pub fn of(host: &Host) -> Self {
        let config = host.folder.path("gatepost.toml");
        let mut witness = Self {
            secrets: Vec::new(),
            said: Vec::new(),
            process: process_with(&config),
        };
        witness.hear_text("the greeting, which may go to a journal", &host.greeting);
        witness
    }

    /// Hears an answer, and gives it back.
    pub fn hear(&mut self, by: &str, answer: &Answer) -> usize {
        let headers = answer.headers.iter();
        let headers: String = headers
            .map(|(name, value)| format!("{name}: {value}\n"))
            .collect();
        self.hear_text(by, &format!("{headers}\n{}", answer.body));
        self.said.len() - 1
    }

    pub fn hear_text(&mut self, by: &str, said: &str) {
        self.said.push(Said {
            by: by.to_owned(),
            bytes: said.as_bytes().to_vec(),
            file: None,
        });
    }

    /// A secret that was chosen. Nobody may tell it.
    pub fn knows(&mut self, name: &str, secret: &str) {
        self.secrets.push(Secret {
            name: name.to_owned(),
            forms: forms::of(secret),
            handed_out_by: Vec::new(),
            is_of_first_start: false,
        });
    }

    /// A secret that the server drew, and told in this answer, where it was asked for. It may be told again to who
    /// has it.
    pub fn is_handed(&mut self, name: &str, secret: &str, answer: usize) {
        let forms = forms::of(secret);
        if !self.secrets.iter().any(|known| known.forms == forms) {
            self.knows(name, secret);
        }
        let mut secrets = self.secrets.iter_mut();
        let known = secrets.find(|known| known.forms == forms);
        let known = known.expect("it is known by now");
        known.handed_out_by.push(answer);
        let said = &self.said[answer];
        assert!(
            known.is_in(&said.bytes),
            "{name} is in what {} said",
            said.by
        );
    }

    /// A secret that the first start made, unasked.
    pub fn finds(&mut self, name: &str, secret: &str) {
        self.knows(name, secret);
        let last = self.secrets.last_mut().expect("it was just added");
        last.is_of_first_start = true;
    }

    /// The arguments and the environment of the server, which other users of the machine may see.
    pub fn looks_at_the_process(&mut self, host: &Host) {
        assert!(host.get("/healthz").status == 200, "it runs");
        for name in ["cmdline", "environ"] {
            let bytes = fs::read(self.process.join(name)).expect("the server runs");
            self.said.push(Said {
                by: format!("the process's {name}"),
                bytes,
                file: None,
            });
        }
    }

    /// All that is in the folder: the log, the audit log, the directory; but not the settings, which somebody wrote.
    pub fn looks_at_files(&mut self, folder: &Folder, settings: &Path) {
        let mut files = Vec::new();
        collect(&folder.path(""), &mut files);
        let names: Vec<_> = files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        for name in ["/log", "audit.jsonl"] {
            assert!(names.iter().any(|file| file.ends_with(name)), "{names:?}");
        }
        for file in files {
            if file == settings {
                continue;
            }
            self.said.push(Said {
                by: file.display().to_string(),
                bytes: fs::read(&file).expect("it can be read"),
                file: Some(file),
            });
        }
    }

    /// Fails if a secret was told.
    pub fn is_content(&self) {
        assert!(self.secrets.len() > 10, "{} secrets", self.secrets.len());
        let mut told = Vec::new();
        for secret in &self.secrets {
            for (number, said) in self.said.iter().enumerate() {
                let is_asked_for = secret.handed_out_by.contains(&number)
                    || secret.is_of_first_start && said.is_the_owners();
                if !is_asked_for && secret.is_in(&said.bytes) {
                    told.push(format!("{} is told by {}", secret.name, said.by));
                }
            }
        }
        assert!(told.is_empty(), "{}", told.join("\n"));
    }
}

impl Secret {
    fn is_in(&self, bytes: &[u8]) -> bool {
        self.forms.iter().any(|form| contains(bytes, form))
    }
}

impl Said {
    /// The file that the first start writes for its owner, if nobody else can read it.
    fn is_the_owners(&self) -> bool {
        self.file.as_ref().is_some_and(|file| {
            let mode = fs::metadata(file)
                .expect("it is there")
                .permissions()
                .mode();
            file.ends_with("first-start.txt") && mode & 0o077 == 0
        })
    }
}

fn contains(bytes: &[u8], form: &[u8]) -> bool {
    let first = form[0];
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == first) {
        if rest[at..].starts_with(form) {
            return true;
        }
        rest = &rest[at + 1..];
    }
    false
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("it can be listed") {
        let path = entry.expect("it can be listed").path();
        match path.is_dir() {
            true => collect(&path, files),
            false => files.push(path),
        }
    }
}

/// The process that was started with this file.
fn process_with(config: &Path) -> PathBuf {
    let config = config.to_str().expect("a path in UTF-8");
    let processes = fs::read_dir("/proc").expect("this is Linux");
    let mut processes = processes.filter_map(|process| Some(process.ok()?.path()));
    let is_it = |process: &PathBuf| {
        let line = text(&fs::read(process.join("cmdline")).unwrap_or_default());
        line.split('\0').any(|word| word == config)
    };
    processes.find(is_it).expect("the server runs")
}
