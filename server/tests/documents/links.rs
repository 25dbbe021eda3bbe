//! Links between pages.

use std::path::{Component, Path, PathBuf};

use crate::{pages, read, root::root};

#[test]
fn links_lead_somewhere() {
    let mut wrong = Vec::new();
    let mut links = 0;
    for page in pages() {
        let folder = Path::new(&page).parent().expect("a page is in a folder");
        for target in targets(&read(&page)) {
            links += 1;
            let (file, heading) = target.split_once('#').unwrap_or((&target, ""));
            let file = match file {
                "" => PathBuf::from(&page),
                _ => plain(&folder.join(file)),
            };
            let is_there = root().join(&file).exists();
            let name = file.to_str().expect("a path in UTF-8");
            let has_heading = heading.is_empty()
                || is_there && headings(&read(name)).iter().any(|found| found == heading);
            if !is_there || !has_heading {
                wrong.push(format!("{page}: {target}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(links > 100, "{links}");
}

/// A reader who begins at the index finds each page.
#[test]
fn the_index_has_every_page() {
    let index = targets(&read("docs/README.md"));
    for page in pages() {
        if let Some(name) = page.strip_prefix("docs/")
            && name != "README.md"
        {
            assert!(index.iter().any(|target| target == name), "{name}");
        }
    }
    assert!(index.iter().any(|target| target == "gatepost.toml"));
}

/// What a page links to, without what is elsewhere.
fn targets(page: &str) -> Vec<String> {
    let links = page.split("](").skip(1);
    let targets = links.filter_map(|link| link.split([')', ' ']).next());
    targets
        .filter(|target| !target.starts_with("https://"))
        .map(str::to_owned)
        .collect()
}

/// The anchors of a page's headings, as GitHub makes them.
fn headings(page: &str) -> Vec<String> {
    let mut is_code = false;
    let mut found = Vec::new();
    for line in page.lines() {
        is_code ^= line.starts_with("```");
        let title = line.trim_start_matches('#');
        if is_code || title.len() == line.len() || !title.starts_with(' ') {
            continue;
        }
        let kept = |letter: char| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            letter if letter.is_alphanumeric() => Some(letter.to_ascii_lowercase()),
            _ => None,
        };
        found.push(title.trim().chars().filter_map(kept).collect());
    }
    found
}

/// A path without `..` in it.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(plain.pop()),
            part => plain.push(part),
        }
    }
    plain
}

#[test]
fn anchors_are_made_as_they_are_on_the_web() {
    for (line, expected) in [
        ("# Behind a proxy", vec!["behind-a-proxy"]),
        ("## `max-clients`", vec!["max-clients"]),
        ("### `GET /api/keys`", vec!["get-apikeys"]),
        ("#no heading", vec![]),
        (
            "```sh\n# a comment\n```\n## See, that it works",
            vec!["see-that-it-works"],
        ),
    ] {
        assert_eq!(headings(line), expected, "{line}");
    }
}
