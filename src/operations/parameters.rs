//! Reads the parameters of a request.

use std::borrow::Cow;

use url::form_urlencoded;

use crate::diagnostic::{Rule, rule};

/// The decoded parameters of a request. A parameter without a value means an absent one (RFC 6749
/// §3.1).
#[derive(Debug)]
pub(crate) struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

/// The maximum size of all parameters, in bytes, and their maximum number.
const MAX_BYTES: usize = 32_768;
const MAX_COUNT: usize = 100;

/// The parameters that a request may repeat (RFC 8707 §2, RFC 8693 §2.1).
const REPEATABLE: &[&str] = &["audience", "resource"];

impl<'a> Parameters<'a> {
    pub(crate) fn read(encoded: &'a [u8]) -> Result<Self, &'static Rule> {
        if encoded.len() > MAX_BYTES {
            return Err(&rule::PARAMETERS_TOO_MANY);
        }
        let mut parameters: Vec<(Cow<'_, str>, Cow<'_, str>)> = Vec::new();
        for (name, value) in form_urlencoded::parse(encoded) {
            if parameters.len() == MAX_COUNT {
                return Err(&rule::PARAMETERS_TOO_MANY);
            }
            // The parser replaces what is not UTF-8 with this character.
            if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
                return Err(&rule::PARAMETERS_ENCODING);
            }
            if value.is_empty() {
                continue;
            }
            let is_double = parameters.iter().any(|(known, _)| *known == name);
            if is_double && !REPEATABLE.contains(&name.as_ref()) {
                return Err(&rule::PARAMETER_TWICE);
            }
            parameters.push((name, value));
        }
        Ok(Self(parameters))
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters() {
        let many = "a=1&".to_owned()
            + &(0..MAX_COUNT)
                .map(|n| format!("p{n}=1&"))
                .collect::<String>();
        let most: String = (0..MAX_COUNT).map(|n| format!("p{n}=1&")).collect();
        let long = format!("a={}", "x".repeat(MAX_BYTES - 1));
        let longest = format!("a={}", "x".repeat(MAX_BYTES - 2));
        for (encoded, name, expected) in [
            ("", "a", Ok(None)),
            ("a=1&b=2", "b", Ok(Some("2"))),
            ("a=x+y%2Bz", "a", Ok(Some("x y+z"))),
            ("a=%C3%A9", "a", Ok(Some("é"))),
            ("%61=1", "a", Ok(Some("1"))),
            ("a=&b=2", "a", Ok(None)),
            ("a", "a", Ok(None)),
            ("a=&a=2", "a", Ok(Some("2"))),
            ("a=1&a=1", "a", Err("parameter-twice")),
            ("a=1&%61=2", "a", Err("parameter-twice")),
            ("x=1&x=2", "a", Err("parameter-twice")),
            ("resource=1&resource=2", "resource", Ok(Some("1"))),
            ("audience=1&audience=2", "audience", Ok(Some("1"))),
            ("a=%FF", "a", Err("parameters-encoding")),
            ("%FF=a", "a", Err("parameters-encoding")),
            (&many, "a", Err("parameters-too-many")),
            (&most, "p99", Ok(Some("1"))),
            (&long, "b", Err("parameters-too-many")),
            (&longest, "b", Ok(None)),
        ] {
            let found = Parameters::read(encoded.as_bytes());
            let found = found
                .as_ref()
                .map(|p| p.get(name))
                .map_err(|rule| rule.code);
            assert_eq!(found, expected, "{}", &encoded[..encoded.len().min(40)]);
        }
        let several = Parameters::read(b"resource=1&a=2&resource=3").unwrap();
        assert_eq!(several.all("resource").collect::<Vec<_>>(), ["1", "3"]);
    }
}
