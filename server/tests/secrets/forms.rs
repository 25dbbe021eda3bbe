//! The forms in which a secret may be told.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

/// All of them: as it is, percent-encoded, as a form is, escaped in JSON or HTML, in hex, and in base64 wherever it begins
/// in what was encoded.
pub fn of(secret: &str) -> Vec<Vec<u8>> {
    let core = core(secret);
    assert!(core.len() >= 12, "{secret} is found where it is not");
    let percent = |upper: bool| -> String {
        let encoded = core.bytes().map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                char::from(byte).to_string()
            }
            byte if upper => format!("%{byte:02X}"),
            byte => format!("%{byte:02x}"),
        });
        encoded.collect()
    };
    let hex: String = core.bytes().map(|byte| format!("{byte:02x}")).collect();
    let json = serde_json::to_string(core).expect("a text is JSON");
    let html = core
        .replace('&', "&#38;")
        .replace('"', "&#34;")
        .replace('<', "&#60;");
    let mut forms = vec![
        core.to_owned(),
        percent(true),
        percent(false),
        url::form_urlencoded::byte_serialize(core.as_bytes()).collect(),
        json.trim_matches('"').to_owned(),
        // As Rust shows a text.
        format!("{core:?}").trim_matches('"').to_owned(),
        html,
        hex.to_uppercase(),
        hex,
    ];
    for before in 0..3 {
        let bytes = [&b"\0\0"[..before], core.as_bytes()].concat();
        // The letters that depend on nothing but the secret.
        let first = (before * 8).div_ceil(6);
        let last = bytes.len() * 8 / 6;
        forms.extend(
            [&STANDARD, &URL_SAFE].map(|engine| engine.encode(&bytes)[first..last].to_owned()),
        );
    }
    let mut forms: Vec<Vec<u8>> = forms.into_iter().map(String::into_bytes).collect();
    forms.sort();
    forms.dedup();
    forms
}

/// What is secret of it: a prefix says only what it is for.
fn core(secret: &str) -> &str {
    match secret.split_once('_') {
        Some((prefix, rest)) if prefix.len() == 4 && prefix.starts_with("gp") => rest,
        Some((prefix, rest)) if prefix == "gpr" || prefix == "gps" => rest,
        _ => secret,
    }
}

#[test]
fn a_secret_is_found_in_each_form() {
    let secret = "mark p\u{e4}ss/w+\"ord";
    let found = |text: &str| {
        let bytes = text.as_bytes();
        of(secret)
            .iter()
            .any(|form| bytes.windows(form.len()).any(|w| w == form))
    };
    let basic = |id: &str| STANDARD.encode(format!("{id}:{secret}"));
    for told in [
        format!("a {secret} b"),
        "p=mark%20p%C3%A4ss%2Fw%2B%22ord".to_owned(),
        "p=mark+p%C3%A4ss%2Fw%2B%22ord&".to_owned(),
        format!("{:?}", secret),
        serde_json::to_string(secret).expect("it is JSON"),
        "mark p\u{e4}ss/w+&#34;ord".to_owned(),
        basic("a"),
        basic("ab"),
        basic("abc"),
        URL_SAFE.encode(format!("{secret} and more")),
        "6d61726b2070c3a473732f772b226f7264".to_owned(),
    ] {
        assert!(found(&told), "{told}");
    }
    assert!(!found("mark"));
    assert_eq!(core("gpak_abc"), "abc");
    assert_eq!(core("gps_abc"), "abc");
}
