//! The tables of cases, and what each of them asks for.

use std::path::PathBuf;

use serde_json::Value;

use super::root::root;

/// What the caller of every case may do.
pub const PERMISSIONS: [&str; 2] = ["authenticate", "oauth-client-registration"];

/// The default policy, with an endpoint, so that clients can manage their registration.
pub const SETTINGS: &str = r#"
[oauth.client-registration]
registration-endpoint = "https://mail.example.com/auth/register"
"#;

/// One registration request.
pub struct Case {
    pub id: String,
    pub note: String,
    pub body: Vec<u8>,
    pub expected: Expected,
    /// The code of the first diagnostic, where the case names one.
    pub code: Option<String>,
}

/// How it must be decided.
pub enum Expected {
    Accept,
    /// With this error code, or with any.
    Reject(Option<String>),
}

impl Case {
    /// Holds an answer against the case.
    pub fn check(&self, status: u16, body: &Value) -> Result<(), String> {
        match &self.expected {
            Expected::Accept if status == 201 => {
                let id = body["client_id"].as_str().unwrap_or_default();
                if id.is_empty() {
                    return Err("there is no client_id".to_owned());
                }
                Ok(())
            }
            Expected::Reject(code) if (400..500).contains(&status) => match code {
                Some(code) if body["error"] != code.as_str() => {
                    Err(format!("the error is not {code}"))
                }
                _ => self.check_first(body["diagnostics"][0]["code"].as_str()),
            },
            Expected::Accept => Err(format!("{status} instead of 201")),
            Expected::Reject(_) => Err(format!("{status} instead of a refusal")),
        }
    }

    /// Holds the code of the first diagnostic against the case. An answer shows those of a refusal
    /// only; a decision has them all.
    pub fn check_first(&self, found: Option<&str>) -> Result<(), String> {
        match &self.code {
            Some(code) if found != Some(code) => {
                Err(format!("the first diagnostic is {found:?}, not {code}"))
            }
            _ => Ok(()),
        }
    }
}

/// The cases of `register.jsonl` and `field.jsonl`, less those that `postponed.txt` lists.
pub fn register() -> Vec<Case> {
    let postponed = std::fs::read_to_string(folder().join("postponed.txt")).unwrap();
    let lines = [tables("register.jsonl"), tables("field.jsonl")].concat();
    let mut cases: Vec<_> = lines.iter().map(|l| parse(l)).collect();
    cases.retain(|case| !postponed.lines().any(|id| id == case.id));
    assert!(!cases.is_empty());
    cases
}

/// The lines of a table, and those of the table of that name in the folder `GATEPOST_CASES`.
fn tables(name: &str) -> Vec<String> {
    let mut text = std::fs::read_to_string(folder().join(name)).unwrap();
    if let Some(elsewhere) = std::env::var_os("GATEPOST_CASES").map(PathBuf::from)
        && let Ok(table) = std::fs::read_to_string(elsewhere.join(name))
    {
        text.push_str(&table);
    }
    let lines = text.lines().filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

fn folder() -> PathBuf {
    root().join("tests/cases")
}

/// One redirect URI in an authorization request.
pub struct Match {
    pub id: String,
    pub registered: Vec<String>,
    pub requested: String,
    pub expected: bool,
}

/// The cases of `redirect_match.jsonl` and `field_match.jsonl` in which there is a redirect URI to
/// compare.
pub fn redirect_match() -> Vec<Match> {
    [tables("redirect_match.jsonl"), tables("field_match.jsonl")]
        .concat()
        .iter()
        .filter_map(|line| {
            let case: Value = serde_json::from_str(line).unwrap();
            Some(Match {
                id: case["id"].as_str().unwrap().to_owned(),
                registered: serde_json::from_value(case["registered"].clone()).unwrap(),
                requested: case["requested"].as_str()?.to_owned(),
                expected: case["expect"] == "match",
            })
        })
        .collect()
}

fn parse(line: &str) -> Case {
    let case: Value = serde_json::from_str(line).unwrap();
    let text = |member: &str| case[member].as_str().map(str::to_owned);
    let expected = match case["expect"].as_str() {
        Some("accept") => Expected::Accept,
        Some("reject") => Expected::Reject(text("error")),
        other => panic!("{other:?} is no expectation"),
    };
    Case {
        id: text("id").unwrap(),
        note: text("note").unwrap_or_default(),
        body: match text("raw") {
            Some(raw) => raw.into_bytes(),
            None => case["input"].to_string().into_bytes(),
        },
        expected,
        code: text("code"),
    }
}
