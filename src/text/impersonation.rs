//! Finds names that imitate a protected one (RFC 7591 §5). An administrator lists the names that no
//! client can register; a name that looks the same counts as the same.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use unicode_security::skeleton;

use url::form_urlencoded;

use crate::diagnostic::{Findings, Place, rule};

/// The names that no client can register.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProtectedNames(Vec<ProtectedName>);

impl ProtectedNames {
    pub(crate) const fn new(names: Vec<ProtectedName>) -> Self {
        Self(names)
    }

    /// Protects one more name.
    pub(crate) fn add(&mut self, name: ProtectedName) {
        if !self.0.contains(&name) {
            self.0.push(name);
        }
    }

    /// Whether a name that people will see looks like a protected one, or contains one as a word. A
    /// name that is encoded as in a URI is read as it is decoded, too.
    pub(crate) fn are_imitated_by(&self, name: &str) -> bool {
        let imitates = |name: &str| {
            let looks = looks(name);
            let mut protected = self.0.iter();
            protected.any(|protected| looks.iter().any(|words| protected.is_among(words)))
        };
        !self.0.is_empty() && (imitates(name) || name.contains('%') && imitates(&decoded(name)))
    }

    /// Checks a name that people will see.
    pub(crate) fn permit(&self, name: &str, place: Place<'_>, findings: &mut Findings) -> bool {
        let is_imitation = self.are_imitated_by(name);
        if is_imitation {
            findings.error(&rule::CLIENT_NAME_PROTECTED, place);
        }
        !is_imitation
    }
}

/// Decodes a name as a part of a query (RFC 3986 §2.1). What separates its parameters separates words.
fn decoded(name: &str) -> String {
    let parts = form_urlencoded::parse(name.as_bytes());
    let parts = parts.flat_map(|(name, value)| [name, value]);
    Vec::from_iter(parts).join(" ")
}

/// The [`looks`] of a protected name, each without what separates its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ProtectedName(Vec<String>);

impl ProtectedName {
    /// Makes a protected name; `None` if it has no letter and no digit.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let looks: Vec<_> = looks(name).iter().map(|words| words.concat()).collect();
        let visible = looks.iter().all(|look| !look.is_empty());
        visible.then_some(Self(looks))
    }

    /// Whether consecutive words are this name, whatever separates them: `Out look` is `Outlook`,
    /// but `Outlooks` is not.
    fn is_among(&self, words: &[String]) -> bool {
        (0..words.len()).any(|start| self.0.iter().any(|look| begins(&words[start..], look)))
    }
}

fn begins(words: &[String], look: &str) -> bool {
    let mut rest = look;
    for word in words {
        match rest.strip_prefix(word.as_str()) {
            Some("") => return true,
            Some(left) => rest = left,
            None => return false,
        }
    }
    false
}

/// Returns the words of a name by their look (UTS 39 §4): as they are written, in lower case and in
/// capitals.
///
/// One look is not enough, because letters can look alike in one case and not in the other:
/// Cyrillic `Н` looks like a Latin `H`, but `н` does not look like an `h`, and a small `l` looks
/// like a capital `I`. So differences of case are removed before the skeleton is computed, and
/// after it.
fn looks(name: &str) -> Vec<Vec<String>> {
    // NFKC would turn these signs into letters that belong to the word before them.
    let written: String = name.replace(['™', '℠'], " ").nfkc().collect();
    let small = folded(written.chars());
    let capital = written.chars().flat_map(char::to_uppercase).collect();
    let mut looks = Vec::from([written, small, capital].map(|text: String| {
        let look = folded(skeleton(&text));
        // Some small letters have a skeleton that their capitals do not have: that of `m` is `rn`.
        words(&folded(skeleton(&look)))
    }));
    looks.dedup();
    looks
}

/// Removes differences of case.
fn folded(text: impl Iterator<Item = char>) -> String {
    text.flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
        .collect()
}

/// Returns the runs of letters and digits, without combining marks.
fn words(text: &str) -> Vec<String> {
    text.chars()
        .filter(|c| c.is_alphanumeric() || !is_combining_mark(*c))
        .collect::<String>()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imitations() {
        for (protected, name, permitted) in [
            // The same name.
            ("Thunderbird", "Thunderbird", false),
            ("Thunderbird", "thunderBIRD", false),
            ("Thunderbird", "Thunder bird", false),
            ("Thunderbird", "T.h.u.n.d.e.r-b i r d", false),
            ("Thunderbird", "Thunder\u{200c}bird", false),
            ("Apple Mail", "AppleMail", false),
            ("Apple-Mail", "apple mail™", false),
            ("straße", "STRASSE", false),
            ("Яндекс", "ЯНДЕКС", false),
            // Among other words.
            ("Thunderbird", "Thunderbird for Android", false),
            ("Thunderbird", "Mozilla (Thunderbird)", false),
            ("Apple Mail", "The Apple Mail app", false),
            ("Apple Mail", "The \"Apple\" Mail-App", false),
            ("security", "in-security", false),
            // What looks like it.
            ("Outlook", "0utlook", false),
            ("Outlook", "Оutlооk", false),
            ("Outlook", "ОUTLООK", false),
            ("OUTLOOK", "Оutlооk", false),
            ("Outlook", "ΟUΤLΟΟK", false),
            ("Outlook", "𝐎𝐮𝐭𝐥𝐨𝐨𝐤", false),
            ("Outlook", "ＯＵＴＬＯＯＫ", false),
            ("Outlook", "Ⓞⓤⓣⓛⓞⓞⓚ", false),
            ("Outlook", "Out|ook", false),
            ("Outlook", "OutIook", false),
            ("Outlook", "Out1ook", false),
            ("Outlook", "Öutlöök", false),
            ("Outlook", "O\u{332}utlo\u{335}ok", false),
            ("Outlook", "Outløøk", false),
            ("Outlook", "Get Оutlооk now", false),
            ("Mail", "Mai1", false),
            ("Mail", "MAlL", false),
            ("Mail", "МАІL", false),
            ("Mail", "rnail", false),
            ("mail", "ⅿail", false),
            ("IMAP", "lMAP", false),
            ("Thunderbird", "Thunderblrd", false),
            ("Яндекс", "яHДЕКC", false),
            ("PayPal", "раураl", false),
            ("中文邮件", "中 文邮件", false),
            // Encoded as in a URI.
            ("Apple Mail", "Apple%20Mail", false),
            ("Apple Mail", "100%+Apple+Mail", false),
            ("Apple Mail", "name=Apple%20&x=1", true),
            ("Apple Mail", "name=Apple%20Mail&x=1", false),
            ("Outlook", "%4Futlook", false),
            ("Outlook", "%D0%9Eutlook", false),
            ("Outlook", "100% Look out", true),
            // Names of hosts.
            ("mail.example.org", "mail.example.org", false),
            ("mail.example.org", "MAIL.EXAMPLE.ORG", false),
            (
                "mail.example.org",
                "https://mail.example.org/sign-in",
                false,
            ),
            ("mail.example.org", "mail.examp1e.org", false),
            ("mail.example.org", "mail.example.com", true),
            ("mail.example.org", "Example Mail", true),
            // Other names.
            ("Thunderbird", "Thunderbirds", true),
            ("Thunderbird", "MyThunderbird", true),
            ("Thunderbird", "Thunder", true),
            ("Thunderbird", "Thunder and bird", true),
            ("Apple Mail", "Mail Apple", true),
            ("Apple Mail", "Pineapple Mail", true),
            ("Apple Mail", "Apple Mailer", true),
            ("security", "insecurity", true),
            ("Mail", "Mais\u{301}", true),
            ("Mail", "Mail\u{301}s", true),
            ("Outlook", "Look out", true),
            ("Яндекс", "Индекс", true),
            ("Outlook", "!!!", true),
            ("Outlook", "☃", true),
        ] {
            let protected = ProtectedNames::new(vec![ProtectedName::new(protected).unwrap()]);
            let mut findings = Findings::default();
            let found = protected.permit(name, Place::Document, &mut findings);
            assert_eq!(found, permitted, "{protected:?} {name}");
            assert_eq!(findings.has_errors(), !permitted, "{protected:?} {name}");
        }
    }
}
