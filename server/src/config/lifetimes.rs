//! How long what is issued is good for: the table `[oauth.tokens]`.

use crate::config::section::Section;

/// How long what is issued is good for, in seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lifetimes {
    /// An authorization code.
    pub code: u64,
    /// An access token.
    pub access_token: u64,
    /// A refresh token that is not used.
    pub refresh_token: u64,
    /// How long a refresh token may be exchanged once more after it was, if the answer was lost; 0: not at
    /// all.
    pub refresh_token_grace: u64,
    /// A device code, and the code that goes with it.
    pub device_code: u64,
    /// A browser's sign-in.
    pub session: u64,
}

/// What draft-ietf-mailmaint-oauth-public §3.4 and §3.8 ask for at least.
impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            code: 600,
            access_token: 3600,
            refresh_token: 60 * DAY,
            refresh_token_grace: 30,
            device_code: 900,
            session: 8 * HOUR,
        }
    }
}

impl Lifetimes {
    pub(super) fn read(tokens: &mut Section) -> Self {
        let mut lifetimes = Self::default();
        for (key, range, unit, lifetime) in [
            ("code-lifetime", 60..=3600, 1, &mut lifetimes.code),
            (
                "access-token-lifetime",
                60..=604_800,
                1,
                &mut lifetimes.access_token,
            ),
            (
                "refresh-token-idle-days",
                30..=3650,
                DAY,
                &mut lifetimes.refresh_token,
            ),
            (
                "refresh-token-grace",
                0..=300,
                1,
                &mut lifetimes.refresh_token_grace,
            ),
            (
                "device-code-lifetime",
                60..=3600,
                1,
                &mut lifetimes.device_code,
            ),
            (
                "session-lifetime-hours",
                1..=720,
                HOUR,
                &mut lifetimes.session,
            ),
        ] {
            if let Some(number) = tokens.number(key, range) {
                *lifetime = u64::from(number) * unit;
            }
        }
        lifetimes
    }
}

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_are_read_in_the_units_of_their_names() {
        let read = |text: &str| {
            let mut section = Section::root(text.parse().expect("the case is TOML"));
            let lifetimes = Lifetimes::read(&mut section);
            section.into_result().map(|()| lifetimes)
        };
        assert_eq!(read("").ok(), Some(Lifetimes::default()));
        let all = read(
            "code-lifetime = 60\naccess-token-lifetime = 61\nrefresh-token-idle-days = 30\n\
             refresh-token-grace = 0\ndevice-code-lifetime = 62\nsession-lifetime-hours = 1",
        );
        let expected = Lifetimes {
            code: 60,
            access_token: 61,
            refresh_token: 2_592_000,
            refresh_token_grace: 0,
            device_code: 62,
            session: 3600,
        };
        assert_eq!(all.ok(), Some(expected));
        for wrong in [
            "code-lifetime = 59",
            "code-lifetime = 3601",
            "refresh-token-idle-days = 29",
            "refresh-token-grace = 301",
            "session-lifetime-hours = 0",
            "session-lifetime = 1",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
