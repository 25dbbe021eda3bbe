//! Software statements (RFC 7591 §2.3).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::diagnostic::{Findings, Place, rule};
use crate::document::{self, Json, Limits, Object};

use super::value::SIGNING_ALGORITHMS;

/// Judges a software statement. No issuer is trusted, so that one which is well-formed and signed
/// is refused as well, with the error that says so (requirements C1, C2).
pub(super) fn judge(jwt: &str, limits: &Limits, place: Place<'_>, findings: &mut Findings) {
    let mut parts = jwt.split('.');
    let (Some(header), Some(claims), Some(signature), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        findings.error(&rule::STATEMENT_SYNTAX, place);
        return;
    };
    let signed = URL_SAFE_NO_PAD
        .decode(signature)
        .is_ok_and(|s| !s.is_empty());
    let algorithm = member(header, "alg", limits);
    let issuer = member(claims, "iss", limits);
    let rule = match algorithm {
        Some(algorithm) if !SIGNING_ALGORITHMS.contains(&algorithm.as_str()) => {
            &rule::STATEMENT_ALGORITHM
        }
        Some(_) if signed && issuer.is_some() => &rule::STATEMENT_NOT_APPROVED,
        _ => &rule::STATEMENT_SYNTAX,
    };
    findings.error(rule, place);
}

/// A string member of a part of a JWT.
fn member(part: &str, name: &str, limits: &Limits) -> Option<String> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok()?;
    let object: Object<'_> = document::read(&bytes, limits, &mut Findings::default())?;
    match object.member(name) {
        Some(Json::Text(text)) => Some(text.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::config::Policy;

    use super::*;

    fn jwt(header: &str, claims: &str, signature: &str) -> String {
        [header, claims, signature]
            .map(|part| URL_SAFE_NO_PAD.encode(part))
            .join(".")
    }

    #[test]
    fn statements() {
        let es256 = r#"{"alg":"ES256"}"#;
        let issued = r#"{"iss":"https://vendor.example"}"#;
        for (statement, code) in [
            (jwt(es256, issued, "s"), "statement-not-approved"),
            (jwt(es256, "{}", "s"), "statement-syntax"),
            (jwt(es256, issued, ""), "statement-syntax"),
            (jwt(r#"{"alg":"none"}"#, issued, ""), "statement-algorithm"),
            (
                jwt(r#"{"alg":"HS256"}"#, issued, "s"),
                "statement-algorithm",
            ),
            (jwt("{}", issued, "s"), "statement-syntax"),
            (jwt(r#"{"alg":1}"#, issued, "s"), "statement-syntax"),
            (jwt("x", issued, "s"), "statement-syntax"),
            ("abc".to_owned(), "statement-syntax"),
            ("a.b.c".to_owned(), "statement-syntax"),
            ("a.b.c.d.e".to_owned(), "statement-syntax"),
            (String::new(), "statement-syntax"),
        ] {
            let mut findings = Findings::default();
            let limits = Policy::default().document_limits();
            judge(&statement, &limits, Place::Document, &mut findings);
            assert_eq!(findings.into_diagnostics()[0].code, code, "{statement}");
        }
    }
}
