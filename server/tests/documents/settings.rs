//! `docs/gatepost.toml` has every setting with its default.

use gatepost_server::config::{Config, Overrides};

use crate::common::Folder;
use crate::{is_current, read};

const FILE: &str = "docs/gatepost.toml";

/// Where what is made from the core's documentation begins.
const MADE: &str =
    "# What follows is made from configuration.md, which also says what each setting allows.\n";

/// A line of the file that is a setting behind a `#`.
struct Line<'f> {
    /// The setting, without the `#`.
    setting: &'f str,
    /// Whether it shows an example, and not a default.
    is_example: bool,
}

/// The lines of the file, with those that are no settings.
fn lines(file: &str) -> Vec<Result<Line<'_>, &str>> {
    let mut is_example = false;
    let line = |line| {
        let setting = str::strip_prefix(line, "#").filter(|rest| {
            let key = rest.split_once(" = ").map_or("", |(key, _)| key);
            !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
        match setting {
            Some(setting) => Ok(Line {
                setting,
                is_example,
            }),
            None => {
                is_example = line.ends_with(" Example:");
                Err(line)
            }
        }
    };
    file.lines().map(line).collect()
}

/// The file with the `#` taken from some of its settings.
fn opened(file: &str, is_wanted: impl Fn(&Line<'_>) -> bool) -> String {
    let lines = lines(file).into_iter().map(|line| match line {
        Ok(line) if is_wanted(&line) => format!("{}\n", line.setting),
        Ok(_) => String::new(),
        Err(line) => format!("{line}\n"),
    });
    lines.collect()
}

/// What a file with these settings comes to.
fn read_as_settings(settings: &str) -> Config {
    let folder = Folder::new();
    let overrides = Overrides {
        config: Some(folder.write("gatepost.toml", settings)),
        ..Overrides::default()
    };
    Config::load(&overrides).unwrap_or_else(|error| panic!("{error}\n{settings}"))
}

/// The part about the server and not about the core.
fn of_server() -> String {
    let file = read(FILE);
    let (of_server, _) = file.split_once(MADE).expect("the core's part has its mark");
    of_server.to_owned()
}

#[test]
fn its_defaults_are_those_of_the_server() {
    let defaults = opened(&of_server(), |line| !line.is_example);
    assert!(
        defaults.contains("\nmax-connections = 10000\n"),
        "{defaults}"
    );
    let of_nothing = read_as_settings("");
    let expected = Config::load(&Overrides::default()).expect("defaults have no mistakes");
    assert_eq!(expected.listen, of_nothing.listen);
    // The whole of both, as far as it can be shown, but for the folder of the file.
    let shown = |config: &Config| {
        let shown = format!("{config:#?}");
        let lines = shown
            .lines()
            .filter(|line| !line.contains("/gatepost.toml\""));
        lines.collect::<Vec<_>>().join("\n")
    };
    assert_eq!(shown(&read_as_settings(&defaults)), shown(&of_nothing));
}

#[test]
fn its_examples_are_taken() {
    let all = opened(&of_server(), |_| true);
    assert!(all.contains("\npublic-url = "), "{all}");
    read_as_settings(&all);
}

#[test]
fn the_core_takes_its_own_defaults() {
    let file = read(FILE);
    let (_, of_core) = file.split_once(MADE).expect("the core's part has its mark");
    let defaults = opened(of_core, |_| true);
    assert!(defaults.contains("\nrequire = false\n"), "{defaults}");
    if let Err(mistakes) = gatepost::Registrar::compile(&defaults) {
        panic!("{mistakes:?}");
    }
}

#[test]
fn it_has_every_setting_of_the_core() {
    let configuration = read("docs/configuration.md");
    let (settings, _) = configuration
        .split_once("\n# Terms\n")
        .expect("the terms come last");
    let mut expected = format!("{}{MADE}\n[oauth.client-registration]\n", of_server());
    for setting in settings.split("\n## `").skip(1) {
        let (key, rest) = setting.split_once("`\n\n").expect("a heading");
        let (about, allowed) = rest.split_once("\n\nAllowed: ").expect("what is allowed");
        let (_, default) = allowed.rsplit_once(" Default: ").expect("a default");
        let default = default.trim().trim_end_matches('.');
        expected.push('\n');
        for line in about.lines() {
            expected.push_str(format!("# {line}").trim_end());
            expected.push('\n');
        }
        match default.strip_prefix('`') {
            Some(default) => {
                let value = default.trim_end_matches('`');
                expected.push_str(&format!("#{key} = {value}\n"));
            }
            None => expected.push_str(&format!("# Not set by default: {key}\n")),
        }
    }
    is_current(FILE, &expected);
}
