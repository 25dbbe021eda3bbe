//! What the catalogue of rules is made of: a rule, and a flaw, which is a rule for redirect URIs and for
//! other URIs alike.

use super::error_code::ErrorCode;

/// One rule.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) code: &'static str,
    pub(crate) error: ErrorCode,
    pub(crate) reference: &'static str,
    pub(crate) message: &'static str,
}

/// What a URI is registered for, which decides the code and the error of a flaw in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// A redirect URI: `redirect-uri-…`, `invalid_redirect_uri`.
    Redirect,
    /// Any other URI: `uri-…`, `invalid_client_metadata`.
    Other,
}

/// A rule that holds for redirect URIs and for other URIs alike.
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

/// Makes a static of each rule, and a list of them all for tests.
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

/// Makes a static of each flaw, and a list of them all for tests.
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
