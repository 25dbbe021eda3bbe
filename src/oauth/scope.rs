//! Scopes (RFC 6749 §3.3): what one is, and cutting one to what may be had.

/// A scope token: `%x21 / %x23-5B / %x5D-7E`, one or more.
pub(crate) fn is_scope_token(token: &str) -> bool {
    !token.is_empty()
        && token
            .bytes()
            .all(|b| matches!(b, 0x21 | 0x23..=0x5B | 0x5D..=0x7E))
}

/// What is left of a scope.
pub(crate) struct Cut<'s> {
    pub(crate) kept: Vec<&'s str>,
    /// Whether something is gone.
    pub(crate) is_less: bool,
}

/// What may be had of the scope that is asked for, each once; `None` if it is no scope.
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
