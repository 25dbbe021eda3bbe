use super::*;

fn findings(text: &str) -> Vec<(String, Severity)> {
    let list = match compile(text) {
        Ok(compiled) => compiled.warnings,
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
            "[oauth.client-registration]\nanonymous = true\nmax-anonymous-clients = 9\nmax-anonymous-registrations-per-wider-network = 9\n",
            &[],
        ),
        (
            "[oauth.client-registration]\nanonymous = true\nmax-anonymous-clients = 9\nmax-anonymous-registrations-per-wider-network = 10\n",
            &[(
                "oauth.client-registration.max-anonymous-registrations-per-wider-network",
                Warning,
            )],
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
        ("[oauth.client-registration]\nrequire = true\n", &[]),
        ("[oauth.client-registration]\napproval = 'off'\n", &[]),
        (
            "[oauth.client-registration]\nrequire = true\napproval = 'all'\n",
            &[],
        ),
        (
            "[oauth.client-registration]\nrequire = true\nanonymous = true\napproval = 'anonymous'\n",
            &[],
        ),
        (
            "[oauth.client-registration]\nrequire = true\napproval = 'anonymous'\n",
            &[("oauth.client-registration.approval", Warning)],
        ),
        (
            "[oauth.client-registration]\napproval = 'all'\n",
            &[("oauth.client-registration.approval", Error)],
        ),
        (
            "[oauth.client-registration]\nanonymous = true\napproval = 'anonymous'\n",
            &[("oauth.client-registration.approval", Error)],
        ),
        (
            "[oauth.client-registration]\nrequire = true\napproval = 'all'\nstateless = 'anonymous'\nclient-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']\n",
            &[("oauth.client-registration.approval", Error)],
        ),
        (
            "[oauth.client-registration]\nrequire = true\napproval = 'anonymous'\nstateless = 'public'\nclient-id-keys = ['AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA']\n",
            &[("oauth.client-registration.approval", Error)],
        ),
        (
            "[oauth.client-registration]\nrequire = true\nanonymous = true\napproval = 'anonymous'\nshare-identical = 'public'\n",
            &[("oauth.client-registration.approval", Error)],
        ),
        (
            "[oauth.client-registration]\nrequire = true\napproval = 'all'\nshare-identical = 'public'\n",
            &[],
        ),
        (
            "[oauth.client-registration]\nrequire = true\napproval = 'all'\nstatic-client = 'mail'\n",
            &[("oauth.client-registration.approval", Error)],
        ),
        (
            "[oauth.client-registration]\nrequire = true\napproval = 'all'\nopen-client = true\n",
            &[("oauth.client-registration.approval", Error)],
        ),
        (
            "[oauth.client-registration]\nrequire = true\napproval = 'all'\nclient-id-metadata-documents = true\n",
            &[("oauth.client-registration.approval", Error)],
        ),
        (
            "[oauth.client-registration]\nrequire = true\napproval = 'all'\nclient-id-metadata-documents = true\nclient-id-metadata-document-hosts = ['a.example']\n",
            &[],
        ),
        (
            "[oauth.client-registration]\nrequire = true\napproval = true\n",
            &[("oauth.client-registration.approval", Error)],
        ),
        (
            "[oauth.client-registration]\napproval = 'all'\nopen-client = true\n",
            &[
                ("oauth.client-registration.approval", Error),
                ("oauth.client-registration.approval", Error),
            ],
        ),
    ];
    for (text, expected) in table {
        let found = findings(text);
        let mut found: Vec<_> = found.iter().map(|(p, s)| (p.as_str(), *s)).collect();
        let mut expected = expected.to_vec();
        // Settings without a mistake always have a warning about `require`.
        if !text.contains("require = true") && expected.iter().all(|(_, s)| *s == Warning) {
            expected.push(("oauth.client-registration.require", Warning));
        }
        found.sort_by_key(|(path, _)| path.to_owned());
        expected.sort_by_key(|(path, _)| path.to_owned());
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn both_notations_mean_the_same() {
    let from_toml = compile(
        "[oauth.client-registration]\nanonymous = true\nscopes = ['mail', 'files']\nmax-clients = 5\n",
    )
    .unwrap().policy;
    let from_json = compile(
        r#"{"oauth": {"client-registration": {"anonymous": true, "scopes": ["mail", "files"], "max-clients": 5}}}"#,
    )
    .unwrap().policy;
    assert_eq!(format!("{from_toml:?}"), format!("{from_json:?}"));
    assert_ne!(format!("{from_toml:?}"), format!("{:?}", Policy::default()));
}
