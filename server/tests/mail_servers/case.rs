//! What a mail program tries, and what becomes of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

#[derive(Clone, Copy, Debug)]
pub enum Mechanism {
    /// RFC 7628
    OauthBearer,
    /// What was there before it.
    Xoauth2,
}

impl Mechanism {
    pub const BOTH: [Self; 2] = [Self::OauthBearer, Self::Xoauth2];

    pub const fn name(self) -> &'static str {
        match self {
            Self::OauthBearer => "OAUTHBEARER",
            Self::Xoauth2 => "XOAUTH2",
        }
    }

    /// The initial response, as it is sent.
    pub fn response(self, user: &str, token: &str) -> String {
        STANDARD.encode(match self {
            Self::OauthBearer => {
                let user = user.replace('=', "=3D").replace(',', "=2C");
                format!("n,a={user},\x01host=localhost\x01port=143\x01auth=Bearer {token}\x01\x01")
            }
            Self::Xoauth2 => format!("user={user}\x01auth=Bearer {token}\x01\x01"),
        })
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Allowed,
    Refused,
    /// It may be tried again.
    Undecided,
}

pub struct Case {
    pub name: &'static str,
    pub user: String,
    pub token: String,
    pub expected: Verdict,
}

impl Case {
    pub fn new(name: &'static str, user: &str, token: &str, expected: Verdict) -> Self {
        Self {
            name,
            user: user.to_owned(),
            token: token.to_owned(),
            expected,
        }
    }
}

/// Tries each case with both mechanisms.
pub fn hold(cases: &[Case], sign_in: impl Fn(Mechanism, &str, &str) -> Verdict) {
    for Case {
        name,
        user,
        token,
        expected,
    } in cases
    {
        for mechanism in Mechanism::BOTH {
            assert_eq!(
                sign_in(mechanism, user, token),
                *expected,
                "{name}, {mechanism:?}"
            );
        }
    }
}
