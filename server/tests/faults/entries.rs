//! Every entry of the server that takes bytes before the plugin does, each as a function that fails if they do what they
//! may not. A fuzzer calls it with bytes of its own, a test with those that fuzzers have found and kept in `fuzz/corpus`.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use gatepost_server::config::{Config, ConfigError};
use gatepost_server::observe::audit::{Bounds, Entry, History};
use gatepost_server::observe::event::Filter;
use gatepost_server::origin::place::Peer;
use gatepost_server::origin::proxies::{Forwarding, Proxies, Untold, Way};

/// The entries, by the names of their targets and corpora.
pub const ENTRIES: &[(&str, fn(&[u8]))] = &[
    ("audit_line", audit_line),
    ("audit_log", audit_log),
    ("configuration", configuration),
    ("forwarded", forwarded),
];

const PROXY: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));

/// A header that says where a request comes from, in lines. What a client has written before a proxy adds its own
/// words changes nothing, and a header of somebody who is no proxy is not believed.
fn forwarded(bytes: &[u8]) {
    for (header, step) in [
        (Forwarding::XForwardedFor, "192.0.2.7"),
        (Forwarding::Forwarded, "for=192.0.2.7"),
    ] {
        let proxies = Proxies {
            trusted: vec!["10.0.0.0/8".parse().expect("a network")],
            way: Some(Way::Header(header)),
        };
        let name = match header {
            Forwarding::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            Forwarding::Forwarded => HeaderName::from_static("forwarded"),
        };
        let mut headers = HeaderMap::new();
        for line in bytes.split(|byte| *byte == b'\n') {
            if let Ok(value) = HeaderValue::from_bytes(line) {
                headers.append(&name, value);
            }
        }
        let stranger: IpAddr = [192, 0, 2, 9].into();
        let told = proxies.origin(Peer::Direct(stranger), &headers);
        assert_eq!(
            told,
            if headers.is_empty() {
                Ok(stranger)
            } else {
                Err(Untold::Undeclared)
            }
        );

        if let Ok(origin) = proxies.origin(Peer::Direct(PROXY), &headers) {
            let is_named = headers
                .values()
                .any(|value| names(value.as_bytes(), origin));
            assert!(is_named || headers.is_empty(), "{origin}");
        }
        // The proxy adds the client's address at the end: in a line of its own, or in the last one.
        let client: IpAddr = [192, 0, 2, 7].into();
        let mut beside = headers.clone();
        beside.append(&name, HeaderValue::from_static(step));
        assert_eq!(proxies.origin(Peer::Direct(PROXY), &beside), Ok(client));
        let mut steps: Vec<&[u8]> = headers.values().map(HeaderValue::as_bytes).collect();
        steps.push(step.as_bytes());
        let joined = steps.join(&b", "[..]);
        let value = HeaderValue::from_bytes(&joined).expect("its parts are values");
        let told = proxies.origin(Peer::Direct(PROXY), &HeaderMap::from_iter([(name, value)]));
        // A quote that does not end may hide the step, and nobody else's.
        assert!(
            told == Ok(client) || told == Err(Untold::Unreadable),
            "{told:?}"
        );
    }
}

/// Whether an address is in a text, with a port or without.
fn names(text: &[u8], address: IpAddr) -> bool {
    let text = String::from_utf8_lossy(text);
    text.split(|c: char| !c.is_ascii_hexdigit() && c != ':' && c != '.')
        .any(|part| {
            let without_port = part.rsplit_once(':').map_or(part, |(before, _)| before);
            [part, without_port].iter().any(|part| {
                part.parse::<IpAddr>()
                    .is_ok_and(|found| found.to_canonical() == address)
            })
        })
}

/// A configuration file: it is taken, or every mistake has a place in it.
fn configuration(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    // A plugin in a file would be loaded.
    if text.contains("plugin") || text.contains('\\') {
        return;
    }
    match Config::from_text(Path::new("gatepost.toml"), text.to_owned()) {
        Ok(config) => {
            let url = config.public_url(config.listen);
            assert!(url.at("/x").starts_with("http"));
        }
        Err(error) => {
            assert!(error.to_string().contains("gatepost.toml"));
            let ConfigError::Mistakes { file, mistakes } = error else {
                return;
            };
            assert!(!mistakes.is_empty());
            let file = file.expect("it has one");
            for mistake in &mistakes {
                assert!(
                    mistake
                        .span
                        .as_ref()
                        .is_none_or(|span| file.text.get(span.clone()).is_some())
                );
            }
            for hidden in file.secrets(&mistakes) {
                assert!(file.text.get(hidden).is_some());
            }
        }
    }
}

/// A line of the audit log.
fn audit_line(bytes: &[u8]) {
    match Entry::read(bytes) {
        Ok(Entry::Decision(line)) => {
            line.operation();
            line.facts();
        }
        Ok(Entry::Event(event)) => {
            event.client();
            event.reason();
            event.advice();
        }
        _ => {}
    }
}

/// An audit log, which may end anywhere: what can be read of it is found.
fn audit_log(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("there is a folder for temporary files");
    let path = folder.path().join("audit.jsonl");
    std::fs::write(&path, bytes).expect("the folder is new");
    let history = History::of(&path);
    let bounds = Bounds {
        events: 100,
        bytes: 1 << 20,
        time: Duration::from_secs(10),
    };
    let found = history
        .find(&Filter::default(), None, &bounds)
        .expect("it can be read");
    let events = bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| matches!(Entry::read(line), Ok(Entry::Event(_))));
    assert!(found.events.len() <= events.count());
    history.decisions(&bounds).expect("it can be read");
}
