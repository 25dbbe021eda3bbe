//! Scopes (RFC 6749 §3.3): their syntax, and reducing a scope to the allowed tokens.

/// Whether a text is a scope token: one or more of `%x21 / %x23-5B / %x5D-7E` (RFC 6749 §3.3).
pub(crate) fn is_scope_token(token: &str) -> bool {
    !token.is_empty()
        && token
            .bytes()
            .all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

/// The scope that asks for refresh tokens, and for nothing that they give access to (OpenID Connect
/// Core 1.0 §11, draft-ietf-mailmaint-oauth-public §5.1).
const OFFLINE_ACCESS: &str = "offline_access";

/// Whether a scope token gives access to something (requirements A11).
pub(crate) fn gives_access(token: &str) -> bool {
    token != OFFLINE_ACCESS
}

/// A scope, reduced to the allowed tokens.
pub(crate) struct Cut<'s> {
    pub(crate) kept: Vec<&'s str>,
    /// Whether a token was left out.
    pub(crate) is_less: bool,
}

/// Reduces a requested scope to the allowed tokens, without duplicates; `None` if its syntax is
/// wrong.
pub(crate) fn cut(asked: &str, may_be_had: impl Fn(&str) -> bool) -> Option<Cut<'_>> {
    let mut cut = Cut {
        kept: Vec::new(),
        is_less: false,
    };
    for scope in asked.split(' ') {
        if !is_scope_token(scope) {
            return None;
        }
        if !may_be_had(scope) {
            cut.is_less = true;
        } else if !cut.kept.contains(&scope) {
            cut.kept.push(scope);
        }
    }
    Some(cut)
}
