//! `POST /auth/device` (RFC 8628 §3.1): a device without a browser asks.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use gatepost_directory::secret::{Purpose, Secret, SecretHash};
use gatepost_directory::{Admission, Device};
use gatepost_plugin::{Endpoint, Operation};
use rand::TryRng;
use rand::rngs::{SysError, SysRng};
use serde_json::json;

use crate::http::oauth::fault::Fault;
use crate::http::oauth::request::{Form, resources};
use crate::http::oauth::{consult, request};
use crate::http::shared::app::App;
use crate::http::shared::form::{Parameters, encode};
use crate::http::shared::refusal;
use crate::http::shared::refusal::Refusal;
use crate::http::shared::{answer, session};
use crate::origin::place::Origin;

/// How long a device has to wait between two questions, in seconds.
const INTERVAL: u64 = 5;

/// How often another code is drawn if one is taken. Of 25,600 million, few are ever.
const DRAWS: u32 = 5;

/// What is kept of a request beside the client's id: what is decided on again when a user has agreed.
const KEPT: &[&str] = &["scope", "resource"];

/// How long what is kept may be, in bytes as it is encoded.
const LONGEST: usize = 4096;

/// How long a device is told to wait when too many wait for a user already, in seconds.
const LATER: u64 = 60;

pub(super) async fn authorize(
    State(app): State<Arc<App>>,
    Extension(origin): Extension<Origin>,
    form: Form,
) -> Result<Response, Fault> {
    let Form { headers, body, now } = form;
    let parameters = Parameters::read(&body);
    let asked = request::read(Endpoint::DeviceAuthorization, &headers, body.clone())?;
    let caller = session::caller(None, Some(origin));
    let network = match &caller.address {
        Some(address) => app
            .decider
            .network(address)
            .await
            .map_err(answer::refusal)?,
        None => None,
    };
    let client = consult::client(
        &app,
        caller,
        asked,
        Operation::AuthenticateAndAuthorize,
        now,
    )
    .await?;
    resources(&app, &parameters)?;

    // Who asks may have been said in the header.
    let named = encode(&[("client_id", &client.client_id)]);
    let others = parameters.only(KEPT);
    if named.len() + others.len() >= LONGEST {
        return Err(Fault::request("The scope and the resources are too long."));
    }
    let device_code = Secret::draw(Purpose::DeviceCode)?;
    let mut device = Device {
        device_code: device_code.hash(),
        user_code: device_code.hash(),
        client_id: client.client_id,
        parameters: match others.is_empty() {
            true => named,
            false => format!("{named}&{others}"),
        },
        network: network.unwrap_or_default(),
        interval: INTERVAL,
        expires_at: now + app.lifetimes.device_code,
    };
    for _ in 0..DRAWS {
        let user_code = UserCode::draw()?;
        device.user_code = user_code.hash();
        let directory = app.decider.directory();
        let admission = directory.add_device(device.clone(), now).await;
        match admission.map_err(|error| answer::refusal(error.into()))? {
            Admission::Added => {}
            Admission::CodeTaken => continue,
            Admission::TooMany => return Err(Refusal::TooMany(LATER).into()),
        }
        let page = app.public_url.at("/device");
        let shown = user_code.shown();
        return Ok(refusal::json(
            StatusCode::OK,
            &json!({
                "device_code": device_code.reveal(),
                "user_code": shown,
                "verification_uri": page,
                "verification_uri_complete": format!("{page}?user_code={shown}"),
                "expires_in": app.lifetimes.device_code,
                "interval": INTERVAL,
            }),
        ));
    }
    tracing::error!("no code for a user to type could be found that is not taken");
    Err(Refusal::Unavailable.into())
}

/// A code that a user reads on one device and types on another (RFC 8628 §6.1).
#[derive(Clone, PartialEq, Eq)]
pub(super) struct UserCode([u8; 8]);

impl UserCode {
    /// No vowels, so that no words come out; and no letter that is taken for a digit.
    const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";

    fn draw() -> Result<Self, SysError> {
        let mut letters = [0; 8];
        for letter in &mut letters {
            *letter = loop {
                let mut byte = [0];
                SysRng.try_fill_bytes(&mut byte)?;
                // A multiple of 20, so that no letter is more likely than another.
                if byte[0] < 240 {
                    break Self::LETTERS[usize::from(byte[0] % 20)];
                }
            };
        }
        Ok(Self(letters))
    }

    /// Reads what a user typed: in either case, with any dashes and spaces.
    pub(super) fn typed(text: &str) -> Option<Self> {
        let letters: Vec<u8> = text
            .bytes()
            .filter(|byte| !matches!(byte, b'-' | b' '))
            .map(|byte| byte.to_ascii_uppercase())
            .take(9)
            .collect();
        let letters: [u8; 8] = letters.try_into().ok()?;
        let is_code = letters.iter().all(|letter| Self::LETTERS.contains(letter));
        is_code.then_some(Self(letters))
    }

    /// As it is shown.
    pub(super) fn shown(&self) -> String {
        let (first, second) = self.0.split_at(4);
        let letters = |half: &[u8]| half.iter().copied().map(char::from).collect::<String>();
        format!("{}-{}", letters(first), letters(second))
    }

    pub(super) fn hash(&self) -> SecretHash {
        SecretHash::of(&self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_user_types() {
        for (text, expected) in [
            ("WDJB-MJHT", Some("WDJB-MJHT")),
            ("wdjbmjht", Some("WDJB-MJHT")),
            (" wd jb - mj ht ", Some("WDJB-MJHT")),
            ("WDJB-MJH", None),
            ("WDJB-MJHTT", None),
            ("ADJB-MJHT", None),
            ("WDJB_MJHT", None),
            ("", None),
            ("WDJB-MJHÉ", None),
        ] {
            let code = UserCode::typed(text).map(|code| code.shown());
            assert_eq!(code.as_deref(), expected, "{text}");
        }
        for _ in 0..100 {
            let code = UserCode::draw().expect("the operating system has randomness");
            assert!(UserCode::typed(&code.shown()) == Some(code));
        }
    }
}
