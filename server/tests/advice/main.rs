//! What a message, a page or a document tells its reader to type works.
//!
//! Every command is found where it is written, and each of the server's is run in a folder in which
//! somebody has run the server for a while. A command that is not known here fails the test, so that none
//! is left out. What the pages of `docs/` show is run page by page.

#[path = "../common/mod.rs"]
mod common;
#[path = "../../../tests/support/root.rs"]
mod root;

mod collect;
mod pages;
mod prepared;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use self::collect::{Line, Sequence};
use self::common::{program, text};
use self::prepared::{Home, Prepared, Ran};

/// What the words that readers replace stand for in the prepared folder, by command.
const PLACEHOLDERS: &[(&str, &str, &str)] = &[
    ("check", "DOCUMENT", "document.json"),
    ("client disable", "gpc_...", "\"$CLIENT\""),
    ("export", "FILE", "exported.jsonl"),
    ("import", "FILE", "stored.jsonl --data empty"),
    ("replay", "NEW", "new.toml"),
    ("replay", "audit.jsonl", "gatepost-data/audit.jsonl"),
    ("serve", "/etc/gatepost/gatepost.toml", "new.toml"),
    ("serve", "{}", "new.toml"),
    ("serve", "/var/lib/gatepost", "gatepost-data"),
    ("serve", "${STATE_DIRECTORY}", "gatepost-data"),
    ("serve", "DIR", "gatepost-data"),
    ("serve", "FILE", "new.toml"),
];

/// What a command comes to: its exit code, a part of what it prints, and a line that shows what it did with
/// a part of what that prints. `--id` and `--name` stand for what the command has there.
const OUTCOMES: &[(&str, i32, &str, &str, &str)] = &[
    (
        "account create",
        0,
        "gppw_",
        "gatepost-server account list",
        "--name",
    ),
    (
        "account password",
        0,
        "",
        "gatepost-server account list",
        "--name",
    ),
    (
        "account permit",
        0,
        "",
        "gatepost-server account list",
        "authenticate oauth-client-override",
    ),
    (
        "account sign-out",
        0,
        "ended 0 sessions and 0 grants",
        "",
        "",
    ),
    ("check", 0, "document.json: accepted, no findings", "", ""),
    (
        "client add",
        0,
        "\"client_id\":\"--id\"",
        "gatepost-server client list",
        "--id",
    ),
    (
        "client disable",
        0,
        "",
        "gatepost-server review --config new.toml || true",
        "error[client-denied]",
    ),
    (
        "component",
        0,
        "",
        "head -c 4 gatepost.wasm | tail -c 3",
        "asm",
    ),
    ("demo", 0, "All of it went as it should.", "", ""),
    ("events", 0, "", "", ""),
    (
        "export",
        0,
        "",
        "cat exported.jsonl",
        "\"kind\":\"directory\"",
    ),
    (
        "import",
        0,
        "",
        "gatepost-server key list --data empty",
        "registration",
    ),
    (
        "key create",
        0,
        "gpak_",
        "gatepost-server key list",
        "--name",
    ),
    ("key list", 0, "registration\tlive", "", ""),
    (
        "replay",
        0,
        " decisions would be others; 0 cannot be made again without a secret, 0 cannot be read",
        "",
        "",
    ),
    ("review", 0, " clients would stop working, users: 0", "", ""),
    // It asks, and there is nobody to answer; the test of commands does.
    ("setup", 2, "", "", ""),
    ("sweep", 0, "removed 0 of ", "", ""),
];

#[test]
fn every_command_of_the_server_does_what_it_should() {
    let commands = Commands::of_the_program();
    let prepared = Prepared::new();
    let followed = followed();
    let mut seen = BTreeSet::new();
    let mut failed = Vec::new();
    for mut sequence in everything() {
        for line in &mut sequence {
            let by_cargo = "cargo run --release -p gatepost-server -- ";
            line.text = line.text.replace(by_cargo, "gatepost-server ");
        }
        let lines: Vec<&Line> = sequence
            .iter()
            .filter_map(|line| Some((line, arguments(&line.text, "gatepost-server")?)))
            .filter(|(line, words)| {
                // What a page shows is run with the rest of it.
                let is_run_there = followed.contains(&line.place) && words[0] != "serve";
                if is_run_there {
                    seen.extend(commands.named(words));
                }
                !is_run_there
            })
            .map(|(line, _)| line)
            .collect();
        if lines.is_empty() {
            continue;
        }
        let home = Home::of(&prepared);
        for line in lines {
            match type_in(&commands, &home, line) {
                Ok(command) => drop(seen.insert(command)),
                Err(why) => failed.push(format!("{}: {}\n  {why}", line.place, line.text)),
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
    let unseen = OUTCOMES.iter().filter(|(known, ..)| !seen.contains(*known));
    let unseen: Vec<&str> = unseen.map(|(known, ..)| *known).collect();
    assert!(unseen.is_empty(), "nothing advises {unseen:?} now");
}

/// The lines of the blocks that are run with the rest of their page.
fn followed() -> BTreeSet<String> {
    let pages = files("docs/", "md", false);
    let blocks = pages
        .iter()
        .flat_map(|page| collect::blocks(page, &read(page)));
    blocks
        .filter(|block| ["sh", "console"].contains(&&*block.language))
        .flat_map(|block| block.places)
        .collect()
}

/// Has a shell run a line with a command of the server, and says which command it is.
fn type_in(commands: &Commands, home: &Home<'_>, line: &Line) -> Result<String, String> {
    let Line { place, text: line } = line;
    let arguments = arguments(line, "gatepost-server").ok_or("there is no command")?;
    let command = commands.named(&arguments)?;
    // A changelog names commands, and tells nobody to type them.
    if place.starts_with("CHANGELOG.md:") {
        return Ok(command);
    }
    // The unit has the whole path of the program.
    let line = &line.replace("/usr/local/bin/gatepost-server", "gatepost-server");
    let line = &prepared_for(&command, line)?;
    if command == "serve" {
        home.serve(line);
        return Ok(command);
    }
    let (_, code, printed, then, shown) = OUTCOMES
        .iter()
        .find(|(known, ..)| *known == command)
        .ok_or("nobody says what the command should do")?;
    let of_flag = |text: &str| match ["--id", "--name"].iter().find(|flag| text.contains(**flag)) {
        None => Ok(text.to_owned()),
        Some(flag) => {
            let mut words = arguments.iter().skip_while(|word| *word != flag);
            let value = words.nth(1).ok_or(format!("{flag} is not there"))?;
            Ok::<_, String>(text.replace(flag, value))
        }
    };
    let ran = home.run(line);
    expect(&ran, *code, &of_flag(printed)?)?;
    if !then.is_empty() {
        expect(&home.run(then), 0, &of_flag(shown)?).map_err(|why| format!("{then}: {why}"))?;
    }
    Ok(command)
}

fn expect(ran: &Ran, code: i32, printed: &str) -> Result<(), String> {
    if ran.code == Some(code) && ran.stdout.contains(printed) {
        return Ok(());
    }
    Err(format!(
        "{:?} instead of {code}, and `{printed}` should be in:\n{}{}",
        ran.code, ran.stdout, ran.stderr
    ))
}

/// The line with what the placeholders stand for. None may be left.
fn prepared_for(command: &str, line: &str) -> Result<String, String> {
    let replaced: Vec<String> = line
        .split(' ')
        .map(|word| {
            let known = PLACEHOLDERS
                .iter()
                .find(|(of, placeholder, _)| (*of, *placeholder) == (command, word));
            match known {
                Some((_, _, value)) => Ok((*value).to_owned()),
                None if is_placeholder(word) => Err(format!("nobody says what {word} stands for")),
                None => Ok(word.to_owned()),
            }
        })
        .collect::<Result<_, _>>()?;
    Ok(replaced.join(" "))
}

fn is_placeholder(word: &str) -> bool {
    let is_loud = word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    is_loud
        || ["...", "…", "${", "{}"]
            .iter()
            .any(|part| word.contains(part))
        || word.starts_with(['<', '{']) && word.ends_with(['>', '}'])
}

/// What follows a program's name in a line, up to the end of its command; `None` if it is not run there, or
/// with nothing.
fn arguments(line: &str, program: &str) -> Option<Vec<String>> {
    const ENDS: &[&str] = &["|", "&&", ";", "<", ">"];
    let mut words = line.split_whitespace().filter(|word| *word != "\\");
    let mut is_first = true;
    loop {
        let word = words.next()?;
        let name = word.rsplit('/').next().unwrap_or(word);
        if is_first && name == program {
            break;
        }
        is_first = ENDS.contains(&word);
    }
    let arguments: Vec<String> = words
        .take_while(|word| !ENDS.contains(word))
        .map(str::to_owned)
        .collect();
    (!arguments.is_empty()).then_some(arguments)
}

/// The commands that the program has, each with those below it.
struct Commands(BTreeMap<String, BTreeSet<String>>);

impl Commands {
    fn of_the_program() -> Self {
        let of = |arguments: &[&str]| -> BTreeSet<String> {
            let help = help(arguments).expect("the program has help");
            let commands = help.split("\nCommands:\n").nth(1).unwrap_or_default();
            commands
                .lines()
                .take_while(|line| !line.is_empty())
                .filter_map(|line| line.split_whitespace().next())
                .filter(|name| *name != "help")
                .map(str::to_owned)
                .collect()
        };
        let top = of(&[]);
        assert!(top.contains("serve"), "{top:?}");
        Self(
            top.into_iter()
                .map(|name| {
                    let below = of(&[&name]);
                    (name, below)
                })
                .collect(),
        )
    }

    /// Which command these arguments are for.
    fn named(&self, arguments: &[String]) -> Result<String, String> {
        let first = &arguments[0];
        let below = match self.0.get(first) {
            Some(below) => below,
            None if first.starts_with('-') => return Ok("serve".to_owned()),
            None => return Err(format!("there is no command {first}")),
        };
        match arguments.get(1) {
            Some(second) if below.contains(second) => Ok(format!("{first} {second}")),
            Some(second) if !below.is_empty() => Err(format!("{first} has no command {second}")),
            _ => Ok(first.clone()),
        }
    }
}

/// What the program says of a command, if it has it.
fn help(arguments: &[&str]) -> Option<String> {
    let output = program()
        .args(arguments)
        .arg("--help")
        .output()
        .expect("the program can be started");
    output.status.success().then(|| text(&output.stdout))
}

/// `key revoke` is short for a command of the server.
#[test]
fn commands_without_the_name_of_the_program_exist() {
    let commands = Commands::of_the_program();
    let mut found = BTreeSet::new();
    for Line { place, text } in everything().into_iter().flatten() {
        let words: Vec<String> = text.split(' ').map(str::to_owned).collect();
        let [first, second, rest @ ..] = &words[..] else {
            continue;
        };
        let is_group = commands.0.get(first).is_some_and(|below| !below.is_empty());
        if !is_group {
            continue;
        }
        let command = commands
            .named(&words)
            .unwrap_or_else(|why| panic!("{place}: `{text}`: {why}"));
        let help = help(&[first, second]).expect("the command is there");
        for flag in rest.iter().filter(|word| word.starts_with("--")) {
            assert!(help.contains(&**flag), "{place}: `{text}` has no {flag}");
        }
        found.insert(command);
    }
    for expected in [
        "account password",
        "account permit",
        "key list",
        "key revoke",
    ] {
        assert!(found.contains(expected), "{found:?}");
    }
}

/// The server was called `gatepost-host`, and the sample host is now.
#[test]
fn no_command_of_the_server_has_the_name_it_had_before() {
    let commands = Commands::of_the_program();
    let of_the_host = Path::new("host-example/README.md");
    for Line { place, text } in everything().into_iter().flatten() {
        let direct = arguments(&text, "gatepost-host");
        let by_cargo = text
            .contains("-p gatepost-host")
            .then(|| text.split_once(" -- "))
            .flatten()
            .map(|(_, rest)| rest.split_whitespace().map(str::to_owned).collect());
        for arguments in [direct, by_cargo].into_iter().flatten() {
            let arguments: Vec<String> = arguments;
            let is_the_servers = commands.0.contains_key(&arguments[0]);
            assert!(!is_the_servers, "{place}: {text}");
            // What its own page tells, its own tests run.
            assert!(
                text.starts_with("cargo ") || place.starts_with(&of_the_host.display().to_string()),
                "{place}: {text}: nothing runs this"
            );
        }
    }
}

#[test]
fn scripts_and_packages_that_are_advised_exist() {
    let packages = packages();
    let mut found = BTreeSet::new();
    for Line { place, text } in everything().into_iter().flatten() {
        for command in text.split(['|', '&', ';', '\n']) {
            let words: Vec<&str> = command
                .split_whitespace()
                .skip_while(|word| word.contains('='))
                .collect();
            let wrong = match words[..] {
                [script, ..] if script.starts_with("scripts/") => no_script(script),
                ["cargo", ref words @ ..] => not_cargo(words, &packages),
                _ => continue,
            };
            if let Some(why) = wrong {
                panic!("{place}: `{text}`: {why}");
            }
            found.insert(words[0].to_owned());
        }
    }
    for expected in ["cargo", "scripts/build-c-library", "scripts/test-peers"] {
        assert!(found.contains(expected), "{found:?}");
    }
}

fn no_script(script: &str) -> Option<String> {
    match fs::metadata(root::root().join(script)) {
        Err(error) => Some(error.to_string()),
        Ok(file) if file.is_file() && file.permissions().mode() & 0o111 == 0 => {
            Some("it cannot be run".to_owned())
        }
        Ok(_) => None,
    }
}

/// Why cargo would not do this: a package, a test, a benchmark or a fuzz target is not there.
fn not_cargo(words: &[&str], packages: &BTreeMap<String, String>) -> Option<String> {
    let after = |flag: &str| {
        words
            .iter()
            .skip_while(|word| **word != flag)
            .nth(1)
            .copied()
    };
    let words_that_run: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !word.starts_with(['+', '-']))
        .collect();
    let manifest = after("--manifest-path").and_then(|path| path.strip_suffix("/Cargo.toml"));
    let folder = match after("-p") {
        None => manifest.unwrap_or_default(),
        Some(package) => match packages.get(package) {
            Some(folder) => folder,
            None => return Some(format!("there is no package {package}")),
        },
    };
    let exists = |file: &str| root::root().join(folder).join(file).exists();
    match words_that_run[..] {
        ["run", ..] if after("--example").is_none() && !exists("src/main.rs") => {
            Some("there is nothing to run".to_owned())
        }
        ["fuzz", "run", target, ..] if !exists(&format!("fuzz/fuzz_targets/{target}.rs")) => {
            Some(format!("there is no target {target}"))
        }
        [
            "add" | "bench" | "build" | "check" | "clippy" | "fmt" | "fuzz" | "install" | "run"
            | "test",
            ..,
        ] => {
            let missing = [
                ("--test", "tests"),
                ("--bench", "benches"),
                ("--example", "examples"),
            ];
            missing.into_iter().find_map(|(flag, folder)| {
                let name = after(flag)?;
                let is_there = exists(&format!("{folder}/{name}.rs"))
                    || exists(&format!("{folder}/{name}/main.rs"))
                    // A package may have its benchmarks at the root.
                    || root::root().join(format!("{folder}/{name}.rs")).exists();
                (!is_there).then(|| format!("{folder} has no {name}"))
            })
        }
        _ => Some("nobody knows this command of cargo here".to_owned()),
    }
}

/// The packages of the workspace, and their folders.
fn packages() -> BTreeMap<String, String> {
    let manifest = |folder: &str| -> toml::Table {
        let manifest = read(&format!("{folder}Cargo.toml"));
        manifest.parse().expect("a manifest is TOML")
    };
    let members = &manifest("")["workspace"]["members"];
    let members = members.as_array().expect("there are members").iter();
    members
        .map(|member| format!("{}/", member.as_str().expect("a folder")))
        .chain([String::new()])
        .map(|folder| {
            let name = manifest(&folder)["package"]["name"]
                .as_str()
                .map(str::to_owned);
            (name.expect("a package has a name"), folder)
        })
        .collect()
}

/// Everything that anything of this project tells its reader to type.
fn everything() -> Vec<Sequence> {
    let mut found = Vec::new();
    for folder in ["", "docs/", "host-example/", "plugin/"] {
        for file in files(folder, "md", false) {
            found.extend(collect::page(&file, &read(&file)));
        }
    }
    for folder in [
        "host-example/src/",
        "plugin/src/",
        "server/directory/src/",
        "server/src/",
        "src/",
    ] {
        for file in files(folder, "rs", true) {
            found.extend(collect::source(&file, &read(&file)));
        }
    }
    for file in ["build.rs", "plugin/build.rs"] {
        found.extend(collect::source(file, &read(file)));
    }
    for file in files("server/templates/", "html", true) {
        found.extend(collect::template(&file, &read(&file)));
    }
    let document = "server/openapi.json";
    found.extend(collect::document(document, &read(document)));
    let unit = "server/gatepost-server.service";
    found.extend(collect::unit(unit, &read(unit)));
    found
}

/// The files with this ending in a folder.
fn files(folder: &str, ending: &str, is_deep: bool) -> Vec<String> {
    let mut found = Vec::new();
    let entries = fs::read_dir(root::root().join(folder));
    for entry in entries.unwrap_or_else(|error| panic!("{folder}: {error}")) {
        let entry = entry.expect("it can be read");
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        let path = format!("{folder}{name}");
        if entry.path().is_dir() {
            if is_deep {
                found.extend(files(&format!("{path}/"), ending, true));
            }
        } else if name.ends_with(&format!(".{ending}")) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn read(file: &str) -> String {
    fs::read_to_string(root::root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Commands are found wherever they are written.
#[test]
fn commands_are_found_wherever_they_are_written() {
    let of = |found: Vec<Sequence>| -> Vec<(String, String)> {
        let lines = found.into_iter().flatten();
        lines
            .filter(|line| line.text.contains("gatepost-server"))
            .map(|Line { place, text }| (place, text))
            .collect()
    };
    let expected = |lines: &[(&str, &str)]| -> Vec<(String, String)> {
        let owned = |(place, text): &(&str, &str)| ((*place).to_owned(), (*text).to_owned());
        lines.iter().map(owned).collect()
    };
    let page = "# `gatepost-server a`\n\nText `gatepost-server b\nC` and gatepost-server d.\n\n```sh\n\
                gatepost-server e \\\n    --f   # as `gatepost-server g` does\necho h |\n    gatepost-server i\n```\n\
                ```console\n$ gatepost-server j\ngatepost-server prints this\n```\n\
                ```text\ngatepost-server k\n```\n| `gatepost-server l` | m |\n";
    assert_eq!(
        of(collect::page("p", page)),
        expected(&[
            ("p:1", "gatepost-server a"),
            ("p:3", "gatepost-server b C"),
            ("p:4", "gatepost-server d."),
            ("p:8", "gatepost-server g"),
            ("p:7", "gatepost-server e \\\n    --f  "),
            ("p:9", "echo h |\n    gatepost-server i"),
            ("p:13", "gatepost-server j"),
            ("p:17", "gatepost-server k"),
            ("p:19", "gatepost-server l"),
        ])
    );
    let source = "//! `gatepost-server a`\n/// Says `gatepost-server\n/// b` too.\nfn main() {\n    \
                  println!(\"do: gatepost-server c \\\n        --d\");\n    \
                  other!(concat!(\"`gatepost-server \", r#\"e`\"#), { f(\"gatepost-server: an error\") });\n}\n\
                  #[doc = \"`gatepost-server g`\"] struct S; // `gatepost-server h`\n";
    assert_eq!(
        of(collect::source("s", source)),
        expected(&[
            ("s:2", "gatepost-server b"),
            ("s:5", "gatepost-server c --d"),
            ("s:7", "gatepost-server e"),
            ("s:9", "gatepost-server g"),
        ])
    );
    let html = "<p>Run <code>gatepost-server a</code>.</p>";
    assert_eq!(
        of(collect::template("t", html)),
        expected(&[("t:1", "gatepost-server a")])
    );
    let json = r#"{"a": [{"b": "Run `gatepost-server c`."}]}"#;
    assert_eq!(
        of(collect::document("j", json)),
        expected(&[("j:1", "gatepost-server c")])
    );
    let unit = "# As `gatepost-server a` does\nExecStart=/bin/gatepost-server b\n";
    assert_eq!(
        of(collect::unit("u", unit)),
        expected(&[
            ("u:1", "gatepost-server a"),
            ("u:2", "/bin/gatepost-server b")
        ])
    );
}
