//! `docs/api.md` is made from the OpenAPI document.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Map, Value};

use crate::{is_current, read};

const INTRODUCTION: &str = "\
# The HTTP interface

This page is made from the OpenAPI document [server/openapi.json](../server/openapi.json), which a running server has at
`/api/openapi.json`. Give that document to a program that makes clients, or that shows such documents.

Administration is under `/api/`. It takes an API key with the permissions that each entry names, as
`Authorization: Bearer KEY`: [keys.md](keys.md#api-keys) has more about keys. This makes one, and lists the clients with it:

```sh
key=$(gatepost-server key create --name inventory --permission authenticate --permission oauth-client-list)
curl http://127.0.0.1:8080/api/clients -H \"Authorization: Bearer $key\"
```

";

#[test]
fn the_page_is_made_from_the_document() {
    let document = serde_json::from_str(&read("server/openapi.json")).expect("it is JSON");
    is_current("docs/api.md", &page(&document));
}

fn page(document: &Value) -> String {
    let mut page = INTRODUCTION.to_owned();
    said(&mut page, &document["info"]["description"]);
    let mut operations: BTreeMap<&str, Vec<(&str, &str, &Value)>> = BTreeMap::new();
    for (path, item) in sorted(&document["paths"]) {
        for method in ["get", "post", "put", "delete"] {
            if let Some(operation) = item.get(method) {
                let tag = operation["tags"][0].as_str().expect("a tag");
                let of_tag = operations.entry(tag).or_default();
                of_tag.push((method, path, operation));
            }
        }
    }
    let tags = document["tags"].as_array().expect("tags");
    for tag in tags {
        let _ = writeln!(page, "## {}\n", string(&tag["description"]));
        let of_tag = operations.remove(string(&tag["name"]));
        for (method, path, asked) in of_tag.expect("each tag has operations") {
            operation(&mut page, document, method, path, asked);
        }
    }
    assert!(operations.is_empty(), "a tag is not in the list");
    page.push_str("## Errors\n\n| name | meaning |\n| --- | --- |\n");
    for (name, answer) in sorted(&document["components"]["responses"]) {
        let _ = writeln!(page, "| {name} | {} |", answered(answer));
    }
    page.push('\n');
    page.push_str("## Objects\n\nA member in bold is always there.\n\n");
    for (name, schema) in sorted(&document["components"]["schemas"]) {
        let _ = writeln!(page, "### {name}\n");
        said(&mut page, &schema["description"]);
        members(&mut page, schema);
    }
    let end = page.trim_end().len();
    page.truncate(end);
    page.push('\n');
    page
}

fn operation(page: &mut String, document: &Value, method: &str, path: &str, asked: &Value) {
    let method = method.to_ascii_uppercase();
    let _ = writeln!(page, "### `{method} {path}`\n");
    let _ = writeln!(page, "{}.\n", string(&asked["summary"]));
    said(page, &asked["description"]);
    let security = asked.get("security").unwrap_or(&document["security"]);
    let _ = writeln!(page, "Authentication: {}.\n", ways(document, security));
    let shared = document["paths"][path]["parameters"].as_array();
    let own = asked["parameters"].as_array();
    let parameters: Vec<&Value> = [shared, own].into_iter().flatten().flatten().collect();
    if !parameters.is_empty() {
        page.push_str("| parameter | in | type | meaning |\n| --- | --- | --- | --- |\n");
        for parameter in parameters {
            let _ = writeln!(
                page,
                "| `{}` | {} | {} | {} |",
                string(&parameter["name"]),
                string(&parameter["in"]),
                kind(&parameter["schema"]),
                cell(parameter["description"].as_str().unwrap_or_default()),
            );
        }
        page.push('\n');
    }
    let bodies = asked["requestBody"].get("content");
    for (media_type, body) in bodies.map(sorted).unwrap_or_default() {
        let schema = &body["schema"];
        let _ = writeln!(page, "Body: `{media_type}`, {}.\n", kind(schema));
        if schema.get("properties").is_some() {
            members(page, schema);
        }
        if let Some(example) = body.get("example") {
            let example = serde_json::to_string_pretty(example).expect("it was JSON");
            let _ = writeln!(page, "```json\n{example}\n```\n");
        }
    }
    page.push_str("| status | answer |\n| --- | --- |\n");
    let mut errors = Vec::new();
    for (status, answer) in sorted(&asked["responses"]) {
        match answer["$ref"].as_str() {
            Some(reference) => errors.push(format!("{status} {}", name(reference))),
            None => {
                let _ = writeln!(page, "| {status} | {} |", answered(answer));
            }
        }
    }
    page.push('\n');
    if !errors.is_empty() {
        let _ = writeln!(page, "[Errors](#errors): {}.\n", errors.join(", "));
    }
}

/// What an answer is, and what is in it.
fn answered(answer: &Value) -> String {
    let mut words = cell(string(&answer["description"]));
    let bodies = answer.get("content").map(sorted).unwrap_or_default();
    for (media_type, body) in bodies {
        let _ = match body.get("schema") {
            Some(schema) if schema.get("$ref").is_some() => write!(words, " {}", kind(schema)),
            _ => write!(words, " `{media_type}`"),
        };
    }
    words
}

/// The name that a reference ends with.
fn name(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

/// The members of an object, and of those that it is made of.
fn members(page: &mut String, schema: &Value) {
    for part in schema["allOf"].as_array().into_iter().flatten() {
        match part.get("$ref") {
            Some(_) => {
                let _ = writeln!(page, "All of {}, and:\n", kind(part));
            }
            None => members(page, part),
        }
    }
    let Some(properties) = schema.get("properties") else {
        return;
    };
    let required = schema["required"].as_array();
    page.push_str("| member | type | meaning |\n| --- | --- | --- |\n");
    for (name, member) in sorted(properties) {
        let is_required = required.is_some_and(|required| required.iter().any(|r| r == name));
        let mark = if is_required { "**" } else { "" };
        let meaning = cell(member["description"].as_str().unwrap_or_default());
        let _ = writeln!(
            page,
            "| {mark}`{name}`{mark} | {} | {meaning} |",
            kind(member)
        );
    }
    page.push('\n');
}

/// The type of a value, in words.
fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = name(reference);
        return format!("[{name}](#{})", name.to_ascii_lowercase());
    }
    if let Some(values) = schema["enum"].as_array() {
        let values = values.iter().map(|value| format!("`{}`", string(value)));
        return values.collect::<Vec<_>>().join(", ");
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::Array(types) => types.iter().map(string).collect(),
        one => vec![string(one)],
    };
    let is_list = types == ["array"];
    if is_list && schema.get("items").is_some() {
        return format!("list of {}", kind(&schema["items"]));
    }
    let mut words = types.join(" or ");
    for (limit, name) in [
        ("minimum", "at least"),
        ("maximum", "at most"),
        ("maxLength", "of at most"),
        ("default", "by default"),
    ] {
        if let Some(value) = schema.get(limit) {
            let unit = if limit == "maxLength" {
                " characters"
            } else {
                ""
            };
            let _ = write!(words, ", {name} {value}{unit}");
        }
    }
    words
}

/// How an operation can be authenticated.
fn ways(document: &Value, security: &Value) -> String {
    let ways = security.as_array().expect("a list").iter().map(|way| {
        let names = way.as_object().map(Map::keys).into_iter().flatten();
        let names = names.map(|name| {
            let scheme = &document["components"]["securitySchemes"][name];
            string(&scheme["description"])
                .trim_end_matches('.')
                .to_owned()
        });
        let names: Vec<String> = names.collect();
        match names.is_empty() {
            true => "none".to_owned(),
            false => names.join(" and "),
        }
    });
    let ways: Vec<String> = ways.collect();
    match ways.is_empty() {
        true => "none".to_owned(),
        false => ways.join("; or "),
    }
}

/// A paragraph, if there is something to say.
fn said(page: &mut String, description: &Value) {
    if let Some(description) = description.as_str() {
        let _ = writeln!(page, "{description}\n");
    }
}

/// A text in a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

/// The members of an object by name, whatever order the program keeps them in.
fn sorted(object: &Value) -> BTreeMap<&str, &Value> {
    let object = object.as_object().expect("an object");
    object
        .iter()
        .map(|(name, value)| (&**name, value))
        .collect()
}

fn string(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{value} is no string"))
}
