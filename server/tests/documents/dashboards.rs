//! The dashboard and the alerts ask for what the server says of itself.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;
use std::time::Duration;

use gatepost_server::config::PluginChoice;
use gatepost_server::observe::metrics::Metrics;
use serde_json::Value;

use crate::common::{Folder, text};
use crate::read;
use crate::root::root;

const DASHBOARD: &str = "docs/dashboards/grafana.json";
const ALERTS: &str = "docs/dashboards/alerts.yml";
const TESTS: &str = "docs/dashboards/alerts.test.yml";

#[test]
fn every_metric_that_is_asked_for_is_exported() {
    let exported = exported();
    for file in [DASHBOARD, ALERTS, TESTS, "docs/monitoring.md"] {
        let asked = metrics(&read(file));
        assert!(asked.len() > 5, "{file}: {asked:?}");
        let missing: Vec<_> = asked.difference(&exported).collect();
        assert!(missing.is_empty(), "{file}: {missing:?}");
    }
}

#[test]
fn every_metric_that_is_exported_is_described() {
    let described = metrics(&read("docs/monitoring.md"));
    for name in exported() {
        let parts = ["_bucket", "_sum", "_count"];
        let whole = parts.iter().find_map(|part| name.strip_suffix(part));
        let name = whole.unwrap_or(&name);
        assert!(described.contains(name), "{name}");
    }
}

/// The names that a scrape has, and those that are short for several.
fn exported() -> BTreeSet<String> {
    // What has no value yet is in no scrape.
    let metrics = Metrics::default();
    metrics.decided("register", true, None);
    metrics.undecided("register", "plugin");
    metrics.answered("/healthz", "GET", 200, Duration::ZERO);
    metrics.fetched("done");
    metrics.reloaded(true);
    let scrape = metrics.text(&PluginChoice::Linked, 1, 0);
    let types = scrape.lines().filter_map(|line| {
        let (name, kind) = line.strip_prefix("# TYPE ")?.split_once(' ')?;
        let endings: &[&str] = match kind {
            "counter" => &["_total"],
            "gauge" => &[""],
            "histogram" => &["", "_bucket", "_sum", "_count"],
            "info" => &["_info"],
            kind => panic!("nobody knows a {kind}"),
        };
        Some(endings.iter().map(move |ending| format!("{name}{ending}")))
    });
    let names: BTreeSet<String> = types.flatten().collect();
    assert!(names.contains("gatepost_decisions_total"), "{names:?}");
    names
}

/// The names of metrics in a text.
fn metrics(text: &str) -> BTreeSet<String> {
    let is_of_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let words = text.split(|letter: char| !is_of_name(letter));
    words
        .filter(|word| word.starts_with("gatepost_") && !word.ends_with('_'))
        .map(str::to_owned)
        .collect()
}

/// What Grafana needs of a dashboard in its classic form.
#[test]
fn the_dashboard_is_whole() {
    let dashboard = dashboard();
    assert!(
        dashboard["id"].is_null(),
        "it is new wherever it is imported"
    );
    for member in ["uid", "title", "refresh"] {
        assert!(dashboard[member].is_string(), "{member}");
    }
    assert!(dashboard["schemaVersion"].as_u64() >= Some(36));
    for member in ["from", "to"] {
        assert!(dashboard["time"][member].is_string(), "{member}");
    }
    let variables: Vec<&str> = list(&dashboard["templating"]["list"])
        .map(|variable| string(&variable["name"]))
        .collect();
    let mut numbers = BTreeSet::new();
    let mut taken = BTreeSet::new();
    for panel in list(&dashboard["panels"]) {
        let title = string(&panel["title"]);
        assert!(numbers.insert(panel["id"].as_u64()), "{title}");
        assert!(
            ["stat", "timeseries"].contains(&string(&panel["type"])),
            "{title}"
        );
        assert!(panel["description"].is_string(), "{title}");
        let place = |side: &str| panel["gridPos"][side].as_u64().expect("a number");
        assert!(place("x") + place("w") <= 24, "{title}");
        for x in place("x")..place("x") + place("w") {
            for y in place("y")..place("y") + place("h") {
                assert!(taken.insert((x, y)), "{title} is over another panel");
            }
        }
        assert!(panel["fieldConfig"]["defaults"].is_object(), "{title}");
        let mut references = BTreeSet::new();
        for target in list(&panel["targets"]) {
            assert!(references.insert(string(&target["refId"])), "{title}");
            let source = string(&target["datasource"]["uid"]);
            let source = source.trim_start_matches("${").trim_end_matches('}');
            assert!(variables.contains(&source), "{title}: {source}");
            for used in string(&target["expr"]).split('$').skip(1) {
                let end =
                    used.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
                let name = &used[..end.unwrap_or(used.len())];
                let is_known = variables.contains(&name) || name == "__rate_interval";
                assert!(is_known, "{title}: {name}");
            }
        }
        assert!(!references.is_empty(), "{title}");
    }
    assert!(numbers.len() > 10, "{numbers:?}");
}

#[test]
#[ignore = "needs promtool; scripts/test-peers runs it"]
fn prometheus_takes_the_rules() {
    promtool(&["check", "rules", ALERTS]);
    promtool(&["test", "rules", TESTS]);
}

/// Each of the dashboard's queries, as a rule.
#[test]
#[ignore = "needs promtool; scripts/test-peers runs it"]
fn prometheus_takes_the_queries() {
    let mut rules = String::from("groups:\n  - name: dashboard\n    rules:\n");
    let dashboard = dashboard();
    let targets = list(&dashboard["panels"]).flat_map(|panel| list(&panel["targets"]));
    for (number, target) in targets.enumerate() {
        let query = string(&target["expr"])
            .replace("$__rate_interval", "5m")
            .replace("$instance", ".*");
        rules.push_str(&format!(
            "      - record: panel:number:{number}\n        expr: >-\n          {query}\n"
        ));
    }
    let folder = Folder::new();
    let file = folder.write("rules.yml", rules);
    promtool(&["check", "rules", file.to_str().expect("a path in UTF-8")]);
}

/// A rule for a metric that does not exist would never fire, so that each has to fire in the tests.
#[test]
fn every_alert_is_tested() {
    let alerts = read(ALERTS);
    let tests = read(TESTS);
    let names: Vec<&str> = alerts
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .collect();
    assert!(names.len() > 5, "{names:?}");
    for name in &names {
        assert!(tests.contains(&format!("alertname: {name},")), "{name}");
    }
    let all = format!("value: {} }}", names.len());
    assert!(tests.contains(&all), "not every alert fires in the tests");
}

fn promtool(arguments: &[&str]) {
    let output = Command::new("promtool")
        .args(arguments)
        .current_dir(root())
        .output()
        .expect("scripts/install-peers installs promtool");
    let said = text(&output.stdout) + &text(&output.stderr);
    assert!(output.status.success(), "{said}");
}

fn dashboard() -> Value {
    serde_json::from_str(&read(DASHBOARD)).expect("it is JSON")
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().expect("a list").iter()
}

fn string(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no string"))
}

/// The folder has what the page about it names, and no more.
#[test]
fn the_page_names_every_file() {
    let page = read("docs/monitoring.md");
    for entry in fs::read_dir(root().join("docs/dashboards")).expect("it is a folder") {
        let name = entry.expect("it can be read").file_name();
        let name = name.into_string().expect("a name in UTF-8");
        assert!(page.contains(&format!("(dashboards/{name})")), "{name}");
    }
}
