//! The documents that decisions are measured with.

/// A public client that says no more than it has to.
pub const SMALL: &[u8] = br#"{
  "client_name": "Example Mail",
  "redirect_uris": ["http://127.0.0.1/callback"],
  "token_endpoint_auth_method": "none",
  "grant_types": ["authorization_code", "refresh_token"]
}"#;

/// What a desktop mail client sends, with its name in the languages of its users.
pub const MAIL: &[u8] = r#"{
  "client_name": "Example Mail",
  "client_name#de": "Beispielpost",
  "client_name#fr": "Courriel d’exemple",
  "client_name#ja": "メールの例",
  "client_name#ar": "بريد المثال",
  "client_name#ru": "Пример почты",
  "client_uri": "https://www.example.com/mail",
  "logo_uri": "https://www.example.com/mail/logo.png",
  "tos_uri": "https://www.example.com/terms",
  "policy_uri": "https://www.example.com/privacy",
  "redirect_uris": ["http://127.0.0.1/callback", "http://[::1]/callback", "com.example.mail:/callback"],
  "token_endpoint_auth_method": "none",
  "grant_types": ["authorization_code", "refresh_token"],
  "response_types": ["code"],
  "scope": "urn:ietf:params:oauth:scope:mail urn:ietf:params:oauth:scope:contacts offline_access",
  "software_id": "com.example.mail",
  "software_version": "4.2.1"
}"#
.as_bytes();

/// The hostile extreme: 64 KiB of redirect URIs, names and keys, each with a mistake.
pub fn hostile() -> Vec<u8> {
    let mut document = String::from(r#"{"redirect_uris":["#);
    for n in 0..9 {
        document.push_str(&format!(
            r#""https://u@xn--{n}.a.example.com:0/{}","#,
            "%2e/".repeat(480)
        ));
    }
    document.push_str(r#""javascript:0"],"jwks":{"keys":["#);
    for n in 0..10 {
        document.push_str(&format!(
            r#"{{"kty":"RSA","kid":"{n}","d":"{}"}},"#,
            "A".repeat(1500)
        ));
    }
    document.push_str(r#"{}]}"#);
    let mut n = 0;
    while document.len() < 65_000 {
        document.push_str(&format!(
            r#","client_name#a{n}":"{}""#,
            "e\u{301}\u{202e}".repeat(60)
        ));
        n += 1;
    }
    document.push('}');
    assert!(document.len() <= 65_536);
    document.into_bytes()
}
