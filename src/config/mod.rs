//! Settings as written, made into the policy that is enforced.

mod issuers;
mod sealing;
mod settings;
mod table;
mod terms;
mod value;

pub(crate) use self::settings::{MIN_PROVISIONAL, Policy};
pub(crate) use self::terms::Terms;
pub(crate) use self::value::{
    AnonymousProfile, ClientId, Pkce, SameSite, Sharing, UnknownScopes, Unoffered,
};

use crate::Severity;
use crate::diagnostic::Findings;
use crate::document::{self, Json, Limits, Object};

/// Where the settings stand in a mail server's configuration file.
const TABLE: [&str; 2] = ["oauth", "client-registration"];

/// How large settings may be. An administrator wrote them, so that this only stops accidents.
const LIMITS: Limits = Limits {
    bytes: 1 << 20,
    depth: 16,
    values: 100_000,
    members: 10_000,
    string: 1 << 16,
};

/// One mistake or warning about the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingFinding {
    /// The key's path, such as `oauth.client-registration.require`.
    pub path: String,
    /// What is wrong, in one sentence.
    pub message: String,
    /// What would be right, if there is more to say than the message does.
    pub allowed: Option<String>,
    /// An error or a warning.
    pub severity: Severity,
}

/// Every mistake in the settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the settings are wrong in {} places", .0.len())]
pub struct SettingsError(pub Vec<SettingFinding>);

/// Reads settings: TOML, or JSON if the text starts with a brace, which no TOML document does.
pub(crate) fn compile(text: &str) -> Result<(Policy, Vec<SettingFinding>), SettingsError> {
    let root = if text.trim_start().starts_with('{') {
        json(text)?
    } else {
        toml(text)?
    };

    let mut findings = Vec::new();
    let policy = match table(&root, &mut findings) {
        Some(table) => Policy::read_table(table, &TABLE.join("."), &mut findings),
        None => Policy::default(),
    };
    settings::relations(&policy, &mut findings);
    if findings.iter().any(|f| f.severity == Severity::Error) {
        findings.retain(|f| f.severity == Severity::Error);
        return Err(SettingsError(findings));
    }
    Ok((policy, findings))
}

/// Reads the terms of an API key: a JSON object.
pub(crate) fn terms(text: &str) -> Result<Terms, SettingsError> {
    let object = json(text)?;
    let mut findings = Vec::new();
    let terms = Terms::read_table(&object, "", &mut findings);
    if findings.is_empty() {
        Ok(terms)
    } else {
        Err(SettingsError(findings))
    }
}

/// Finds the one table that is Gatepost's; the rest of the file is the mail server's.
fn table<'a>(root: &'a Object<'a>, findings: &mut Vec<SettingFinding>) -> Option<&'a Object<'a>> {
    let mut object = root;
    for (depth, key) in TABLE.iter().enumerate() {
        match object.member(key) {
            Some(Json::Object(inner)) => object = inner,
            Some(_) => {
                findings.push(SettingFinding {
                    path: TABLE[..=depth].join("."),
                    message: "This must be a table.".to_owned(),
                    allowed: None,
                    severity: Severity::Error,
                });
                return None;
            }
            None => {
                if root.iter().next().is_some() {
                    findings.push(SettingFinding {
                        path: TABLE.join("."),
                        message: "The table is missing, so that the defaults are in force."
                            .to_owned(),
                        allowed: None,
                        severity: Severity::Warning,
                    });
                }
                return None;
            }
        }
    }
    Some(object)
}

fn json(text: &str) -> Result<Object<'_>, SettingsError> {
    let mut findings = Findings::default();
    document::read(text.as_bytes(), &LIMITS, &mut findings).ok_or_else(|| {
        let findings = findings.into_diagnostics().into_iter();
        SettingsError(
            findings
                .map(|d| SettingFinding {
                    path: d.pointer,
                    message: d.message.into_owned(),
                    allowed: None,
                    severity: Severity::Error,
                })
                .collect(),
        )
    })
}

fn toml(text: &str) -> Result<Object<'static>, SettingsError> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let line = error
            .span()
            .and_then(|span| text.get(..span.start))
            .map_or(1, |before| before.matches('\n').count() + 1);
        SettingsError(vec![SettingFinding {
            path: String::new(),
            message: format!("Line {line} is not TOML: {}.", error.message()),
            allowed: None,
            severity: Severity::Error,
        }])
    })?;
    Ok(object_from(table))
}

fn object_from(table: toml::Table) -> Object<'static> {
    table
        .into_iter()
        .map(|(key, value)| (key.into(), json_from(value)))
        .collect()
}

fn json_from(value: toml::Value) -> Json<'static> {
    match value {
        toml::Value::String(text) => Json::Text(text.into()),
        toml::Value::Integer(number) => u64::try_from(number).map_or(Json::Number, Json::Integer),
        toml::Value::Float(_) | toml::Value::Datetime(_) => Json::Number,
        toml::Value::Boolean(flag) => Json::Bool(flag),
        toml::Value::Array(items) => Json::Array(items.into_iter().map(json_from).collect()),
        toml::Value::Table(table) => Json::Object(object_from(table)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(text: &str) -> Vec<(String, Severity)> {
        let list = match compile(text) {
            Ok((_, warnings)) => warnings,
            Err(SettingsError(errors)) => errors,
        };
        list.into_iter().map(|f| (f.path, f.severity)).collect()
    }

    #[test]
    fn what_is_found() {
        use Severity::{Error, Warning};
        let table: &[(&str, &[(&str, Severity)])] = &[
            ("", &[]),
            ("{}", &[]),
            ("[oauth.client-registration]\nrequire = false\n", &[]),
            (
                r#"{"oauth":{"client-registration":{"require":false}}}"#,
                &[],
            ),
            (
                "[server]\nx = 1\n",
                &[("oauth.client-registration", Warning)],
            ),
            (
                "[oauth]\nexpiry = 1\n",
                &[("oauth.client-registration", Warning)],
            ),
            ("oauth = 1\n", &[("oauth", Error)]),
            (
                "[oauth]\nclient-registration = 1\n",
                &[("oauth.client-registration", Error)],
            ),
            ("[oauth", &[("", Error)]),
            ("{", &[("", Error)]),
            (
                "[oauth.client-registration]\nrequired = true\nanonymous = 1\nmax-redirect-uris = -1\n",
                &[
                    ("oauth.client-registration.required", Error),
                    ("oauth.client-registration.anonymous", Error),
                    ("oauth.client-registration.max-redirect-uris", Error),
                ],
            ),
            (
                r#"{"oauth":{"client-registration":{"require":true,"require":false}}}"#,
                &[("/oauth/client-registration/require", Error)],
            ),
            (
                "[oauth.client-registration]\nregistration-endpoint = \"http://mail.example.com/\"\n",
                &[("oauth.client-registration.registration-endpoint", Error)],
            ),
            (
                "[oauth.client-registration]\nscopes = [\"a\"]\ndefault-scopes = [\"b\"]\n",
                &[("oauth.client-registration.default-scopes", Error)],
            ),
            ("[oauth.client-registration]\nanonymous = true\n", &[]),
            (
                "[oauth.client-registration]\nanonymous = true\nmax-anonymous-clients = 0\n",
                &[("oauth.client-registration.anonymous", Warning)],
            ),
            (
                "[oauth.client-registration]\nanonymous = true\nmax-anonymous-clients = 0\nmax-clients = 1\n",
                &[],
            ),
            (
                "[oauth.client-registration]\nanonymous = true\nmax-anonymous-clients = 0\nstatic-client = 'mail'\n",
                &[],
            ),
            (
                "[oauth.client-registration]\nanonymous = true\nmax-anonymous-clients = 0\nstateless = 'anonymous'\nclient-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']\n",
                &[],
            ),
            (
                "[oauth.client-registration]\nstateless = 'public'\nrequire-software-statement = true\n",
                &[
                    ("oauth.client-registration.stateless", Error),
                    (
                        "oauth.client-registration.require-software-statement",
                        Error,
                    ),
                ],
            ),
            (
                "[oauth.client-registration]\nanonymous = true\nprovisional-lifetime = 3599\n",
                &[("oauth.client-registration.provisional-lifetime", Error)],
            ),
            (
                "[oauth.client-registration]\nanonymous = true\nprovisional-lifetime = 3600\n",
                &[],
            ),
            (
                "[oauth.client-registration]\naddress-window = 0\nipv4-prefix = 33\nipv6-prefix = 129\n",
                &[
                    ("oauth.client-registration.address-window", Error),
                    ("oauth.client-registration.ipv4-prefix", Error),
                    ("oauth.client-registration.ipv6-prefix", Error),
                ],
            ),
            (
                "[oauth.client-registration]\naddress-window = 1\nipv4-prefix = 32\nipv6-prefix = 128\n",
                &[],
            ),
            (
                "[oauth.client-registration]\nipv4-prefix = 0\nipv6-prefix = 0\n",
                &[
                    ("oauth.client-registration.ipv4-prefix", Error),
                    ("oauth.client-registration.ipv6-prefix", Error),
                ],
            ),
            (
                "[oauth.client-registration]\nanonymous = true\nanonymous-terms = { grant-types = ['authorization_code'], scope = [] }\n",
                &[
                    ("oauth.client-registration.anonymous-terms", Error),
                    ("oauth.client-registration.anonymous-terms.scope", Error),
                ],
            ),
            (
                "[oauth.client-registration]\nauth-methods = ['private_key_jwt']\npkce = 'public'\n",
                &[
                    ("oauth.client-registration.auth-methods", Warning),
                    ("oauth.client-registration.pkce", Warning),
                ],
            ),
            (
                "[oauth.client-registration]\nauth-methods = ['private_key_jwt']\nissuer = 'https://mail.example.com'\n",
                &[],
            ),
            (
                "[oauth.client-registration]\nauth-methods = ['private_key_jwt']\ntoken-endpoint = 'https://mail.example.com/t'\n",
                &[],
            ),
            (
                "[oauth.client-registration]\nauth-methods = ['private_key_jwt']\nissuer = 'https://mail.example.com'\nsigning-algs = ['ES512']\n",
                &[("oauth.client-registration.signing-algs", Error)],
            ),
            (
                "[oauth.client-registration]\nanonymous = true\nmax-clients = 1\ngrant-types = ['authorization_code']\n",
                &[("oauth.client-registration.anonymous", Error)],
            ),
            (
                "[oauth.client-registration]\nanonymous = true\nmax-clients = 1\nauth-methods = ['client_secret_basic']\n",
                &[("oauth.client-registration.anonymous", Error)],
            ),
            (
                "[oauth.client-registration]\nrequire = true\n",
                &[("oauth.client-registration.require", Warning)],
            ),
        ];
        for (text, expected) in table {
            let found = findings(text);
            let mut found: Vec<_> = found.iter().map(|(p, s)| (p.as_str(), *s)).collect();
            let mut expected = expected.to_vec();
            found.sort_by_key(|(path, _)| path.to_owned());
            expected.sort_by_key(|(path, _)| path.to_owned());
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn both_notations_mean_the_same() {
        let (from_toml, _) = compile(
            "[oauth.client-registration]\nanonymous = true\nscopes = ['mail', 'files']\nmax-clients = 5\n",
        )
        .unwrap();
        let (from_json, _) = compile(
            r#"{"oauth": {"client-registration": {"anonymous": true, "scopes": ["mail", "files"], "max-clients": 5}}}"#,
        )
        .unwrap();
        assert_eq!(format!("{from_toml:?}"), format!("{from_json:?}"));
        assert_ne!(format!("{from_toml:?}"), format!("{:?}", Policy::default()));
    }
}
