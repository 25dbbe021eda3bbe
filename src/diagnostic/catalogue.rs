//! The types of the catalogue of rules: a rule, and a flaw, which is one rule for redirect URIs and
//! another for all other URIs.

use super::error_code::ErrorCode;

/// A rule: its code, its error code, its source and its message.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) code: &'static str,
    pub(crate) error: ErrorCode,
    pub(crate) reference: &'static str,
    pub(crate) message: &'static str,
}

/// The purpose of a URI. The code and the error code of a flaw depend on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A redirect URI: `redirect-uri-…`, `invalid_redirect_uri`.
    Redirect,
    /// Any other URI: `uri-…`, `invalid_client_metadata`.
    Other,
}

/// A pair of rules with the same message: one for redirect URIs, one for all other URIs.
#[derive(Debug)]
pub(crate) struct Flaw {
    pub(super) redirect: Rule,
    pub(super) other: Rule,
}

impl Flaw {
    pub(crate) const fn rule(&'static self, role: Role) -> &'static Rule {
        match role {
            Role::Redirect => &self.redirect,
            Role::Other => &self.other,
        }
    }
}

/// Makes a static for each rule, and a list of all rules for the tests.
macro_rules! rules {
    (
        $all:ident;
        $($name:ident: $error:ident $(($of:expr))?, $code:literal, $reference:literal, $message:literal;)*
    ) => {
        $(
            pub(crate) static $name: $crate::diagnostic::catalogue::Rule = $crate::diagnostic::catalogue::Rule {
                code: $code,
                error: $crate::diagnostic::error_code::ErrorCode::$error $(($of))?,
                reference: $reference,
                message: $message,
            };
        )*

        #[cfg(test)]
        pub(super) static $all: &[&$crate::diagnostic::catalogue::Rule] = &[$(&$name),*];
    };
}

/// Makes a static for each flaw, and a list of all flaws for the tests.
macro_rules! flaws {
    ($all:ident; $($name:ident: $code:literal, $redirect:literal / $other:literal, $message:literal;)*) => {
        $(
            pub(crate) static $name: $crate::diagnostic::catalogue::Flaw = $crate::diagnostic::catalogue::Flaw {
                redirect: $crate::diagnostic::catalogue::Rule {
                    code: concat!("redirect-uri-", $code),
                    error: $crate::diagnostic::error_code::ErrorCode::InvalidRedirectUri,
                    reference: $redirect,
                    message: $message,
                },
                other: $crate::diagnostic::catalogue::Rule {
                    code: concat!("uri-", $code),
                    error: $crate::diagnostic::error_code::ErrorCode::InvalidClientMetadata,
                    reference: $other,
                    message: $message,
                },
            };
        )*

        #[cfg(test)]
        pub(super) static $all: &[&$crate::diagnostic::catalogue::Flaw] = &[$(&$name),*];
    };
}

pub(super) use {flaws, rules};
