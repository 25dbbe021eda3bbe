//! What a package depends on, against the reasons that `docs/DESIGN.md` gives.

use std::collections::BTreeSet;

/// What a dependency is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Purpose {
    /// Tests and benchmarks.
    Tests,
    /// Build scripts.
    Building,
    Shipping,
}

type Dependencies = BTreeSet<(Purpose, String)>;

/// The direct dependencies of a package without a row in its table, and the rows without a dependency.
///
/// # Panics
///
/// If the manifest is no TOML, or has no package.
pub fn unjustified(page: &str, manifest: &str) -> Vec<String> {
    let manifest: toml::Table = manifest.parse().expect("Cargo.toml is TOML");
    let package = manifest["package"]["name"].as_str().expect("a name");
    let Some(justified) = justified(page, package) else {
        return vec![format!(
            "{package}: no heading \"## Dependencies of … (`{package}`)\""
        )];
    };
    let direct = direct(&manifest);
    // Tests may use what the package is made with, and the package itself with other features.
    let is_known =
        |name: &String| name == package || justified.contains(&(Purpose::Shipping, name.clone()));
    let missing = direct
        .difference(&justified)
        .filter(|(purpose, name)| *purpose != Purpose::Tests || !is_known(name))
        .map(|(purpose, name)| format!("{package}: no reason for `{name}` ({purpose:?})"));
    let stale = justified.difference(&direct).map(|(purpose, name)| {
        format!("{package}: `{name}` ({purpose:?}) has a reason and is no dependency")
    });
    missing.chain(stale).collect()
}

fn direct(manifest: &toml::Table) -> Dependencies {
    let targets = manifest.get("target").and_then(toml::Value::as_table);
    let tables = targets.into_iter().flat_map(toml::Table::values);
    let tables = tables.filter_map(toml::Value::as_table).chain([manifest]);
    let mut found = Dependencies::new();
    for table in tables {
        for (key, purpose) in [
            ("dependencies", Purpose::Shipping),
            ("build-dependencies", Purpose::Building),
            ("dev-dependencies", Purpose::Tests),
        ] {
            let names = table.get(key).and_then(toml::Value::as_table);
            found.extend(
                names
                    .into_iter()
                    .flat_map(toml::Table::keys)
                    .map(|name| (purpose, name.clone())),
            );
        }
    }
    found
}

/// The names in backticks in the first cells of a package's table; what is in brackets says what they are for.
fn justified(page: &str, package: &str) -> Option<Dependencies> {
    let heading = format!("(`{package}`)");
    let mut lines = page.lines();
    lines.find(|line| line.starts_with("## Dependencies of ") && line.ends_with(&heading))?;
    let rows = lines
        .take_while(|line| !line.starts_with("## "))
        .filter(|line| line.starts_with("| `"));
    let mut found = Dependencies::new();
    for cell in rows.filter_map(|row| row.split('|').nth(1)) {
        let (names, purpose) = cell.split_once('(').unwrap_or((cell, ""));
        let purpose = match purpose.trim_end().trim_end_matches(')') {
            "tests" | "benchmarks" => Purpose::Tests,
            "while building" => Purpose::Building,
            _ => Purpose::Shipping,
        };
        found.extend(
            names
                .split('`')
                .skip(1)
                .step_by(2)
                .map(|name| (purpose, name.to_owned())),
        );
    }
    Some(found)
}
