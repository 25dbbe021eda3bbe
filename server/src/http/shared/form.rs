//! What is sent in the form `application/x-www-form-urlencoded`.

use std::borrow::Cow;

use url::form_urlencoded;

/// The parameters of a request, decoded.
///
/// They are read the way the plugin reads them: one without a value is as if left out (RFC 6749
/// §3.1). Whether one stands twice is the plugin's to find.
pub(in crate::http) struct Parameters<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Parameters<'a> {
    pub(in crate::http) fn read(encoded: &'a [u8]) -> Self {
        let all = form_urlencoded::parse(encoded);
        Self(all.filter(|(_, value)| !value.is_empty()).collect())
    }

    pub(in crate::http) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(in crate::http) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(known, _)| known == name);
        named.map(|(_, value)| value.as_ref())
    }

    /// These parameters alone, in the form they arrived in.
    pub(in crate::http) fn only(&self, names: &[&str]) -> String {
        self.encoded(|name| names.contains(&name))
    }

    /// The parameters but for these, in the form they arrived in.
    pub(in crate::http) fn without(&self, names: &[&str]) -> String {
        self.encoded(|name| !names.contains(&name))
    }

    fn encoded(&self, is_wanted: impl Fn(&str) -> bool) -> String {
        let wanted = self.0.iter().filter(|(name, _)| is_wanted(name));
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(wanted)
            .finish()
    }
}

/// A URI with these parameters added to its query.
pub(in crate::http) fn with_query(uri: &str, parameters: &[(&str, &str)]) -> String {
    let joint = if uri.contains('?') { '&' } else { '?' };
    format!("{uri}{joint}{}", encode(parameters))
}

pub(in crate::http) fn encode(parameters: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters() {
        let read = Parameters::read(b"a=1&b=&resource=x&c=x+y%2Bz&resource=y");
        assert_eq!(read.get("a"), Some("1"));
        assert_eq!(read.get("b"), None);
        assert_eq!(read.get("c"), Some("x y+z"));
        assert_eq!(read.all("resource").collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(
            read.without(&["a"]),
            "resource=x&c=x+y%2Bz&resource=y",
            "in their order"
        );
        assert_eq!(
            read.only(&["resource", "a"]),
            "a=1&resource=x&resource=y",
            "in their order"
        );
    }

    #[test]
    fn a_query_is_added_to() {
        let parameters = &[("code", "a b"), ("state", "&")];
        for (uri, expected) in [
            ("com.example:/cb", "com.example:/cb?code=a+b&state=%26"),
            ("https://a/cb?x=1", "https://a/cb?x=1&code=a+b&state=%26"),
        ] {
            assert_eq!(with_query(uri, parameters), expected);
        }
    }
}
