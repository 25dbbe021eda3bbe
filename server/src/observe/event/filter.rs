//! Which events somebody wants to see.

use std::net::IpAddr;

use ipnet::IpNet;

use super::{Ending, Event};

/// Which events somebody wants to see: those that everything that is said here is true of.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The number of one.
    pub number: Option<String>,
    /// The id of the client, or a part of the name that it has, or says that it has.
    pub client: Option<String>,
    /// The account's name, in capital letters or small ones.
    pub account: Option<String>,
    /// An address, or a network such as `192.0.2.0/24`.
    pub address: Option<String>,
    /// What came of it.
    pub outcome: Option<Ending>,
    /// The code of a finding, or the error code of the answer.
    pub code: Option<String>,
    /// Why it was refused, in a word: each refused request has one reason, and may have several codes.
    pub reason: Option<String>,
    /// Not before this time, in seconds since 1970.
    pub since: Option<u64>,
    /// A text that is anywhere in it.
    pub text: Option<String>,
}

impl Filter {
    /// Whether an event is one of those.
    pub fn matches(&self, event: &Event) -> bool {
        let is_same = |wanted: &Option<String>, found: Option<&str>| match wanted {
            None => true,
            Some(wanted) => found.is_some_and(|found| found.eq_ignore_ascii_case(wanted)),
        };
        self.since.is_none_or(|since| event.at >= since)
            && self.outcome.is_none_or(|outcome| event.outcome == outcome)
            && is_same(&self.number, Some(&event.number))
            && is_same(&self.account, event.account.as_deref())
            && self
                .client
                .as_deref()
                .is_none_or(|client| is_of(event, client))
            && self
                .address
                .as_deref()
                .is_none_or(|place| is_from(event, place))
            && self.code.as_deref().is_none_or(|code| has(event, code))
            && self
                .reason
                .as_deref()
                .is_none_or(|reason| event.reason() == reason)
            && self.text.as_deref().is_none_or(|text| says(event, text))
    }
}

fn is_of(event: &Event, client: &str) -> bool {
    let ids = [&event.client_id, &event.asked_by].into_iter().flatten();
    let is_named = |name: &String| holds(name, client);
    // A longer id is there cut.
    let is_id = |id: &String| {
        id == client
            || id
                .strip_suffix('\u{2026}')
                .is_some_and(|part| client.starts_with(part))
    };
    let mut names = [&event.client_name, &event.claimed_name]
        .into_iter()
        .flatten();
    ids.clone().any(is_id) || names.any(is_named)
}

fn is_from(event: &Event, place: &str) -> bool {
    let Some(address) = &event.address else {
        return place.eq_ignore_ascii_case("unknown");
    };
    match (place.parse::<IpNet>(), address.parse::<IpAddr>()) {
        (Ok(network), Ok(address)) => network.contains(&address),
        _ => address == place,
    }
}

fn has(event: &Event, code: &str) -> bool {
    event.error.as_deref() == Some(code)
        || event.findings.iter().any(|finding| finding.code == code)
}

/// Whether a text is somewhere in what an event says.
fn says(event: &Event, text: &str) -> bool {
    let known = [
        &event.operation,
        &event.error,
        &event.description,
        &event.account,
        &event.address,
        &event.client_id,
        &event.client_name,
        &event.claimed_name,
        &event.asked_by,
    ];
    let known = known.into_iter().flatten();
    let values = event.differences.iter();
    let values = values.flat_map(|differ| {
        [&differ.what]
            .into_iter()
            .chain(&differ.asked)
            .chain(&differ.registered)
    });
    let found = event.findings.iter();
    let found = found.flat_map(|finding| [&finding.code, &finding.message, &finding.pointer]);
    [&event.number, &event.route, &event.method]
        .into_iter()
        .chain(known)
        .chain(values)
        .chain(found)
        .any(|said| holds(said, text))
}

/// Whether a text is in another one, in capital letters or small ones.
fn holds(text: &str, part: &str) -> bool {
    text.to_lowercase().contains(&part.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn which_events_are_wanted() {
        let event = Event::example();
        let some = |text: &str| Some(text.to_owned());
        let nothing = Filter::default;
        for (name, filter, expected) in [
            ("all", nothing(), true),
            (
                "number",
                Filter {
                    number: some("0A1B2C3D-1F"),
                    ..nothing()
                },
                true,
            ),
            (
                "its reason",
                Filter {
                    reason: some("redirect-uri-unregistered"),
                    ..nothing()
                },
                true,
            ),
            (
                "a code that is not its reason",
                Filter {
                    reason: some("invalid_request"),
                    ..nothing()
                },
                false,
            ),
            (
                "another number",
                Filter {
                    number: some("0a1b2c3d-1"),
                    ..nothing()
                },
                false,
            ),
            (
                "id",
                Filter {
                    client: some("gpc_1"),
                    ..nothing()
                },
                true,
            ),
            (
                "a part of an id",
                Filter {
                    client: some("gpc_"),
                    ..nothing()
                },
                false,
            ),
            (
                "name",
                Filter {
                    client: some("example m"),
                    ..nothing()
                },
                true,
            ),
            (
                "account",
                Filter {
                    account: some("Ann@Example.org"),
                    ..nothing()
                },
                true,
            ),
            (
                "a part of an account",
                Filter {
                    account: some("ann"),
                    ..nothing()
                },
                false,
            ),
            (
                "address",
                Filter {
                    address: some("192.0.2.7"),
                    ..nothing()
                },
                true,
            ),
            (
                "network",
                Filter {
                    address: some("192.0.2.0/24"),
                    ..nothing()
                },
                true,
            ),
            (
                "another network",
                Filter {
                    address: some("2001:db8::/32"),
                    ..nothing()
                },
                false,
            ),
            (
                "unknown",
                Filter {
                    address: some("unknown"),
                    ..nothing()
                },
                false,
            ),
            (
                "refused",
                Filter {
                    outcome: Some(Ending::Refused),
                    ..nothing()
                },
                true,
            ),
            (
                "accepted",
                Filter {
                    outcome: Some(Ending::Accepted),
                    ..nothing()
                },
                false,
            ),
            (
                "code",
                Filter {
                    code: some("redirect-uri-unregistered"),
                    ..nothing()
                },
                true,
            ),
            (
                "error code",
                Filter {
                    code: some("invalid_request"),
                    ..nothing()
                },
                true,
            ),
            (
                "another code",
                Filter {
                    code: some("redirect-uri"),
                    ..nothing()
                },
                false,
            ),
            (
                "since then",
                Filter {
                    since: Some(1000),
                    ..nothing()
                },
                true,
            ),
            (
                "later",
                Filter {
                    since: Some(1001),
                    ..nothing()
                },
                false,
            ),
            (
                "text",
                Filter {
                    text: some("OTHER.example"),
                    ..nothing()
                },
                true,
            ),
            (
                "no such text",
                Filter {
                    text: some("nowhere"),
                    ..nothing()
                },
                false,
            ),
            (
                "one is right, the other not",
                Filter {
                    client: some("gpc_1"),
                    account: some("bob"),
                    ..nothing()
                },
                false,
            ),
        ] {
            assert_eq!(filter.matches(&event), expected, "{name}");
        }
    }

    #[test]
    fn a_client_without_a_short_id_is_found() {
        let long = "x".repeat(1000);
        let cut = Event {
            client_id: Some(super::super::brief(&long, super::super::ID)),
            client_name: None,
            ..Event::example()
        };
        let filter = |client: &str| Filter {
            client: Some(client.to_owned()),
            ..Filter::default()
        };
        assert!(filter(&long).matches(&cut));
        assert!(!filter("xy").matches(&cut));
    }
}
