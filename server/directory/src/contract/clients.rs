//! Clients, and what became of them.

use std::sync::Arc;

use gatepost_plugin::Effect;

use super::given::{
    add_account, attempt, decide, decide_for, done, grant, new_grant, new_token, registration_key,
    secret, store,
};
use crate::client::{
    Abandoned, Inquiry, Judge, Listing, Order, RegisteredBy, Registrant, Search, Sort, State, Wider,
};
use crate::directory::Directory;
use crate::error::{DecideError, DirectoryError};
use crate::grant::{Change, TokenKind};
use crate::transfer::Line;

pub(super) async fn search(directory: &dyn Directory) {
    for (client_id, document) in [
        ("first", r#"{"metadata":{"client_name":"Blue \"Mail\""}}"#),
        (
            "second",
            r#"{"metadata":{"client_name#de":"Red 100% Mail","redirect_uris":["https://a_b.example/"],
                "jwks":{"keys":[{"kid":"\u0000 \\u0000"}]}},
                "client_secret":{"sha256":"HASH"}}"#,
        ),
        ("third", "{}"),
    ] {
        decide(directory, store(client_id, document), Vec::new()).await;
    }
    let found = async |order, text: Option<&str>, after, limit| -> Vec<String> {
        let search = Search {
            order,
            text: text.map(str::to_owned),
            after,
            ..Search::all(limit, 0)
        };
        let entries = done(directory.clients(&search).await);
        entries.into_iter().map(|entry| entry.client_id).collect()
    };
    let all = ["first", "second", "third"];
    let (oldest, newest) = (Order::OldestFirst, Order::NewestFirst);
    assert_eq!(found(oldest, None, None, 9).await, all);
    assert_eq!(found(newest, None, None, 2).await, ["third", "second"]);
    assert_eq!(
        found(oldest, Some("MAIL"), None, 9).await,
        ["first", "second"]
    );
    assert_eq!(found(oldest, Some("100%"), None, 9).await, ["second"]);
    assert_eq!(found(oldest, Some("_"), None, 9).await, ["second"]);
    assert_eq!(
        found(oldest, Some("blue \"mail\""), None, 9).await,
        ["first"]
    );
    for unsearched in ["hash", "metadata", "a\0"] {
        assert!(found(oldest, Some(unsearched), None, 9).await.is_empty());
    }
    assert_eq!(found(oldest, Some("SECOND"), None, 9).await, ["second"]);
    assert!(
        found(oldest, Some("none of these"), None, 9)
            .await
            .is_empty()
    );
    let second = done(directory.client("second", 0).await).expect("it is there");
    assert_eq!(found(oldest, None, Some(second.place), 9).await, ["third"]);
    assert_eq!(found(newest, None, Some(second.place), 9).await, ["first"]);
    for nobody in ["fourth", "a\0"] {
        assert!(done(directory.client(nobody, 0).await).is_none());
        let inquiry = Inquiry {
            client_id: Some(nobody.into()),
            ..Inquiry::default()
        };
        assert!(done(directory.facts(&inquiry).await).record.is_none());
        assert!(done(directory.account(nobody).await).is_none());
    }
    for client_id in all {
        decide(directory, Effect::Remove(client_id.into()), Vec::new()).await;
    }
}

/// A record that is no JSON is listed with the others, and found by its id. What is handed out is without it, and says so.
pub(super) async fn a_record_that_is_damaged(directory: &dyn Directory) {
    for (client_id, document) in [
        ("first", r#"{"metadata":{"client_name":"Mail"}}"#),
        ("damaged", r#"{"metadata":{"client_na"#),
        ("last", r#"{"metadata":{"client_name":"Mail"}}"#),
    ] {
        decide(directory, store(client_id, document), Vec::new()).await;
    }
    let found = async |text: Option<&str>| -> Vec<String> {
        let search = Search {
            text: text.map(str::to_owned),
            ..Search::all(9, 0)
        };
        let entries = done(directory.clients(&search).await);
        entries.into_iter().map(|entry| entry.client_id).collect()
    };
    assert_eq!(found(None).await, ["first", "damaged", "last"]);
    assert_eq!(found(Some("mail")).await, ["first", "last"]);
    assert_eq!(found(Some("damaged")).await, ["damaged"]);
    let mut lines = Vec::new();
    let mut look = |line: &Line| {
        lines.push(line.clone());
        Ok(())
    };
    let unreadable = done(directory.export(&mut look).await);
    let [left_out] = &unreadable[..] else {
        panic!("{unreadable:?}")
    };
    assert_eq!(left_out.what, "client damaged");
    let clients = lines
        .iter()
        .filter(|line| matches!(line, Line::Client { .. }));
    assert_eq!(clients.count(), 2);
    assert!(!lines.iter().any(|line| matches!(line, Line::End { .. })));
    for client_id in ["first", "damaged", "last"] {
        decide(directory, Effect::Remove(client_id.into()), Vec::new()).await;
    }
}

/// Changes that come at once may be carried out together. One that fails leaves nothing behind and harms no other, and all that
/// are stored are counted.
pub(super) async fn a_crowd(directory: &dyn Directory) {
    let counted = async || {
        let inquiry = Inquiry {
            registrant: Some(Registrant::default()),
            ..Inquiry::default()
        };
        let usage = done(directory.facts(&inquiry).await).usage;
        usage.total_clients.expect("clients are counted")
    };
    let before = counted().await;
    let stored = |client_id| {
        let registrant = Some(Registrant::default());
        attempt(directory, registrant, store(client_id, "{}"), Vec::new())
    };
    // It stores one first, and fails.
    let failing = || {
        let end = Change::Grant {
            grant: new_grant("crowd-5", None),
            tokens: vec![new_token(secret(), TokenKind::Code); 2],
        };
        attempt(directory, None, store("crowd-5", "{}"), vec![end])
    };
    let unjudged = || {
        let judge: Judge = Arc::new(|_| Err(Abandoned));
        directory.decide(Inquiry::default(), judge)
    };
    let (one, two, three, again, failed, abandoned, four) = tokio::join!(
        stored("crowd-1"),
        stored("crowd-2"),
        stored("crowd-3"),
        stored("crowd-2"),
        failing(),
        unjudged(),
        stored("crowd-4"),
    );
    for decided in [one, three, four] {
        decided.expect("nothing is wrong with it");
    }
    let exists = DecideError::Directory(DirectoryError::ClientExists);
    let refused: Vec<DecideError> = [two, again].into_iter().filter_map(Result::err).collect();
    assert_eq!(refused, [exists]);
    assert!(failed.is_err());
    assert_eq!(abandoned.err(), Some(DecideError::Abandoned));
    assert_eq!(counted().await, before + 4);
    assert!(done(directory.client("crowd-5", 0).await).is_none());
    for client_id in ["crowd-1", "crowd-2", "crowd-3", "crowd-4"] {
        decide(directory, Effect::Remove(client_id.into()), Vec::new()).await;
    }
}

/// The names and the times of both counters are the same, and yet they are two.
pub(super) async fn registrations_are_counted_by_network(directory: &dyn Directory) {
    let from = |network: &str, window_start, wider| Registrant {
        network: Some(network.to_owned()),
        window_start,
        wider,
        ..Registrant::default()
    };
    let wider = |network: &str, window_start| {
        Some(Wider {
            network: network.to_owned(),
            window_start,
        })
    };
    let counted = async |registrant: Registrant| {
        let inquiry = Inquiry {
            registrant: Some(registrant),
            ..Inquiry::default()
        };
        let usage = done(directory.facts(&inquiry).await).usage;
        (usage.address_registrations, usage.wider_registrations)
    };
    for (client_id, network) in [("one", "a"), ("two", "b"), ("three", "b")] {
        let registrant = from(network, 7_200, wider("a", 7_200));
        decide_for(
            directory,
            Some(registrant),
            store(client_id, "{}"),
            Vec::new(),
        )
        .await;
    }
    let with_key = Some(from("a", 7_200, None));
    decide_for(directory, with_key, store("four", "{}"), Vec::new()).await;
    for (network, window, wider, expected) in [
        ("a", 7_200, wider("a", 7_200), (Some(2), Some(3))),
        ("b", 7_200, None, (Some(2), None)),
        ("c", 7_200, wider("a", 3_600), (Some(0), Some(0))),
        ("a", 3_600, wider("c", 7_200), (Some(0), Some(0))),
    ] {
        let registrant = from(network, window, wider);
        assert_eq!(counted(registrant).await, expected, "{network} {window}");
    }
    for client_id in ["one", "two", "three", "four"] {
        decide(directory, Effect::Remove(client_id.into()), Vec::new()).await;
    }
    done(directory.forget(7_201, 0).await);
    let registrant = from("a", 7_200, wider("a", 7_200));
    assert_eq!(counted(registrant).await, (Some(0), Some(0)));
}

/// The list of all clients, page by page.
pub(super) async fn a_list(directory: &dyn Directory) {
    let key = done(directory.add_key(registration_key()).await);
    let with_key = Some(Registrant {
        key: Some(key),
        network: Some("192.0.2.0/24".to_owned()),
        ..Registrant::default()
    });
    for (client_id, registrant, document) in [
        ("b", None, r#"{"metadata":{"client_name":"Zeta"}}"#),
        (
            "a",
            with_key,
            r#"{"metadata":{"client_name":"alpha","redirect_uris":["https://a.example/"]}}"#,
        ),
        ("stranger", Some(Registrant::default()), "{}"),
        (
            "shared",
            None,
            r#"{"registered_by":{"by":"stranger"},"metadata":{"client_name":"Beta"}}"#,
        ),
        (
            "https://site.example/",
            None,
            r#"{"registered_by":{"by":"document"}}"#,
        ),
        ("denied", None, r#"{"denied":true}"#),
        ("damaged", None, "no JSON"),
    ] {
        decide_for(
            directory,
            registrant,
            store(client_id, document),
            Vec::new(),
        )
        .await;
    }
    let listed = async |listing: Listing| {
        let listed = done(directory.list(&Listing { now: 0, ..listing }).await);
        let ids = listed.entries.into_iter().map(|entry| entry.client_id);
        (listed.total, ids.collect::<Vec<_>>())
    };
    let all = || Listing {
        limit: 9,
        ..Listing::default()
    };
    let newest = [
        "damaged",
        "https://site.example/",
        "shared",
        "stranger",
        "a",
        "b",
    ];
    let by = |by| Listing {
        by: Some(by),
        ..all()
    };
    let text = |text: &str| Listing {
        text: Some(text.to_owned()),
        ..all()
    };
    let sorted = |sort| Listing { sort, ..all() };
    for (name, listing, total, expected) in [
        ("all", all(), 6, &newest[..]),
        (
            "the second page",
            Listing {
                before: 2,
                limit: 3,
                ..all()
            },
            6,
            &newest[2..5],
        ),
        ("behind the last", Listing { before: 6, ..all() }, 6, &[]),
        (
            "by name",
            sorted(Sort::Name),
            6,
            &[
                "a",
                "shared",
                "damaged",
                "https://site.example/",
                "stranger",
                "b",
            ],
        ),
        (
            "by hand",
            by(RegisteredBy::Administrator),
            2,
            &["damaged", "b"],
        ),
        ("with a key", by(RegisteredBy::Key), 1, &["a"]),
        (
            "by nobody that is known",
            by(RegisteredBy::Stranger),
            2,
            &["shared", "stranger"],
        ),
        (
            "by their sites",
            by(RegisteredBy::Document),
            1,
            &["https://site.example/"],
        ),
        ("a name", text("ZETA"), 1, &["b"]),
        ("a redirect URI", text("a.example"), 1, &["a"]),
        ("nothing", text("none of these"), 0, &[]),
        ("a zero", text("a\0"), 0, &[]),
    ] {
        let found = listed(listing).await;
        assert_eq!(found.0, total, "{name}");
        assert_eq!(found.1, expected, "{name}");
    }

    // What becomes of a client is seen at once.
    grant(directory, "b", None, secret(), TokenKind::Access).await;
    let used = listed(sorted(Sort::LastUsed)).await.1;
    assert_eq!(used[0], "b");
    let unused = |since| Listing {
        unused_since: Some(since),
        ..all()
    };
    assert_eq!(listed(unused(1_001)).await.0, 6);
    assert_eq!(listed(unused(1_000)).await.0, 0);
    let disable = Change::Disable {
        client_id: "a".into(),
        is_disabled: true,
    };
    decide(directory, Effect::None, vec![disable]).await;
    let disabled = |is_disabled| Listing {
        is_disabled: Some(is_disabled),
        ..all()
    };
    assert_eq!(listed(disabled(true)).await, (1, vec!["a".to_owned()]));
    assert_eq!(listed(disabled(false)).await.0, 5);
    let renamed = Effect::Replace(gatepost_plugin::ClientRecord {
        client_id: "a".into(),
        document: r#"{"metadata":{"client_name":"Omega"}}"#.into(),
    });
    decide(directory, renamed, Vec::new()).await;
    assert_eq!(listed(text("omega")).await.1, ["a"]);
    assert_eq!(listed(text("a.example")).await.0, 0);

    let entry = done(directory.client("a", 0).await).expect("it is there");
    assert_eq!(entry.by, RegisteredBy::Key);
    assert!(entry.key.is_some());
    assert_eq!(entry.network.as_deref(), Some("192.0.2.0/24"));
    for client_id in [
        "a",
        "b",
        "stranger",
        "shared",
        "https://site.example/",
        "denied",
        "damaged",
    ] {
        decide(directory, Effect::Remove(client_id.into()), Vec::new()).await;
    }
    assert_eq!(listed(all()).await.0, 0);
}

pub(super) async fn how_many(directory: &dyn Directory) {
    const NOW: u64 = 1_500;
    let counts = async || done(directory.counts(NOW).await);
    let empty = counts().await;
    assert!(empty.by.iter().all(|(_, count)| *count == 0), "{empty:?}");
    assert_eq!(done(directory.fullest_account().await), None);
    let account = add_account(directory, "alice").await.id;
    let of_account = || Registrant {
        account: Some(account),
        ..Registrant::default()
    };
    let secret_until = |at: &str| {
        format!(
            r#"{{"client_secret":{{"expires_at":{at}}},"registered_by":{{"by":"administrator"}}}}"#
        )
    };
    for (client_id, registrant, document) in [
        ("used", None, "{}"),
        ("never", Some(Registrant::default()), "{}"),
        ("waits", Some(of_account()), r#"{"waiting_since":1000}"#),
        ("over", Some(of_account()), &secret_until("1500")),
        ("later", None, &secret_until("1501")),
        ("no end", None, &secret_until("0")),
        ("odd", None, &secret_until(r#""x""#)),
        (
            "both",
            None,
            r#"{"waiting_since":1000,"client_secret":{"expires_at":1}}"#,
        ),
        ("denied", None, r#"{"denied":true,"waiting_since":1000}"#),
        ("damaged", None, "no JSON"),
    ] {
        decide_for(
            directory,
            registrant,
            store(client_id, document),
            Vec::new(),
        )
        .await;
    }
    grant(directory, "used", None, secret(), TokenKind::Access).await;
    let disable = Change::Disable {
        client_id: "both".into(),
        is_disabled: true,
    };
    decide(directory, Effect::None, vec![disable]).await;

    let found = counts().await;
    for (state, expected) in [
        (State::Disabled, &["both"][..]),
        (State::Waiting, &["waits"]),
        (State::SecretExpired, &["over"]),
        (
            State::NeverUsed,
            &["damaged", "odd", "no end", "later", "never"],
        ),
        (State::Used, &["used"]),
    ] {
        let listing = Listing {
            state: Some(state),
            limit: 9,
            now: NOW,
            ..Listing::default()
        };
        let listed = done(directory.list(&listing).await);
        let ids = listed.entries.iter().map(|entry| &*entry.client_id);
        assert_eq!(ids.collect::<Vec<_>>(), expected, "{state:?}");
        assert_eq!(listed.total, expected.len() as u64, "{state:?}");
        assert_eq!(found.of(state), listed.total, "{state:?}");
    }
    for (by, count) in &found.by {
        let listing = Listing {
            by: Some(*by),
            now: NOW,
            ..Listing::default()
        };
        let listed = done(directory.list(&listing).await);
        assert_eq!(listed.total, *count, "{by:?}");
    }
    let all = |counts: &[u64]| counts.iter().sum::<u64>();
    let by: Vec<u64> = found.by.iter().map(|(_, count)| *count).collect();
    let states: Vec<u64> = found.states.iter().map(|(_, count)| *count).collect();
    assert_eq!((all(&by), all(&states)), (9, 9), "{found:?}");
    assert_eq!(
        (found.clients, found.anonymous_clients),
        (10, 3),
        "as usage"
    );
    let fullest = done(directory.fullest_account().await);
    assert_eq!(fullest, Some(("alice".to_owned(), 2)));

    // What is written anew is counted anew.
    let approved = Effect::Replace(gatepost_plugin::ClientRecord {
        client_id: "waits".into(),
        document: r#"{"approved_at":1000}"#.into(),
    });
    decide(directory, approved, Vec::new()).await;
    assert_eq!(counts().await.of(State::Waiting), 0);
    for client_id in [
        "used", "never", "waits", "over", "later", "no end", "odd", "both", "denied", "damaged",
    ] {
        decide(directory, Effect::Remove(client_id.into()), Vec::new()).await;
    }
    assert_eq!(counts().await, empty);
    assert!(done(directory.remove_account("alice").await));
}

pub(super) async fn who_gives_way(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await.id;
    let stranger = |network: &str| {
        Some(Registrant {
            wider: Some(Wider {
                network: network.to_owned(),
                window_start: 0,
            }),
            ..Registrant::default()
        })
    };
    let key = done(directory.add_key(registration_key()).await);
    let with_key = Some(Registrant {
        key: Some(key),
        ..Registrant::default()
    });
    for (client_id, registrant) in [
        ("other", stranger("b")),
        ("authorised", stranger("a")),
        ("disabled", stranger("a")),
        ("first", stranger("a")),
        ("with a key", with_key.clone()),
        ("with the key", with_key.clone()),
        ("with this key", with_key),
        ("second", stranger("a")),
        ("by hand", None),
        ("third", stranger("a")),
    ] {
        decide_for(directory, registrant, store(client_id, "{}"), Vec::new()).await;
    }
    grant(
        directory,
        "authorised",
        Some(alice),
        secret(),
        TokenKind::Access,
    )
    .await;
    let disable = Change::Disable {
        client_id: "disabled".into(),
        is_disabled: true,
    };
    decide(directory, Effect::None, vec![disable]).await;
    let found = async |until, limit| done(directory.provisional(until, limit).await);
    assert!(found(999, 9).await.is_empty(), "they are too young");
    assert_eq!(found(1_000, 9).await, ["first", "second", "third"]);
    assert_eq!(found(1_000, 2).await, ["first", "second"]);
    for client_id in ["first", "third", "second"] {
        decide(directory, Effect::Remove(client_id.into()), Vec::new()).await;
    }
    assert_eq!(found(1_000, 9).await, ["other"]);
    for client_id in [
        "other",
        "authorised",
        "disabled",
        "with a key",
        "with the key",
        "with this key",
        "by hand",
    ] {
        decide(directory, Effect::Remove(client_id.into()), Vec::new()).await;
    }
    assert!(found(1_000, 9).await.is_empty());
    for account in ["alice", "carol"] {
        assert!(done(directory.remove_account(account).await));
    }
}

pub(super) async fn a_client_outlives_whoever_registered_it(directory: &dyn Directory) {
    let account = add_account(directory, "carol").await.id;
    let key = registration_key();
    let hash = key.hash;
    let id = done(directory.add_key(key).await);
    let registrant = Registrant {
        key: Some(id),
        account: Some(account),
        ..Registrant::default()
    };
    decide_for(directory, Some(registrant), store("mail", "{}"), Vec::new()).await;
    let origin = async || {
        let mut origin = None;
        let mut look = |line: &Line| {
            if let Line::Client { account, key, .. } = line {
                origin = Some((account.clone(), key.as_ref().map(|hash| hash.0)));
            }
            Ok(())
        };
        done(directory.export(&mut look).await);
        origin.expect("there is one client")
    };
    let owner = async || {
        let entry = done(directory.client("mail", 1_000).await);
        entry.expect("it is there").owner
    };
    assert_eq!(owner().await.as_deref(), Some("carol"));
    assert_eq!(origin().await, (Some("carol".into()), Some(hash)));

    assert!(done(directory.remove_account("carol").await));
    add_account(directory, "carol").await;
    done(directory.add_key(registration_key()).await);
    assert_eq!(
        owner().await,
        None,
        "whoever is called so now did not do it"
    );
    assert_eq!(origin().await, (None, None));
    decide(directory, Effect::Remove("mail".into()), Vec::new()).await;
    assert!(done(directory.remove_account("carol").await));
}

pub(super) async fn what_became_of_a_client(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await;
    decide(directory, store("mail", "{}"), Vec::new()).await;
    let entry = async || done(directory.client("mail", 1_500).await).expect("it is there");
    let before = entry().await;
    assert_eq!((before.users, before.activity.refresh_tokens), (0, Some(0)));
    assert_eq!(before.activity.authorised_at, None);

    let own = secret();
    grant(directory, "mail", None, own, TokenKind::Access).await;
    let after = entry().await;
    assert_eq!(after.activity.last_used, Some(1_000));
    assert_eq!(after.activity.authorised_at, None, "no user did");
    for _ in 0..2 {
        grant(
            directory,
            "mail",
            Some(alice.id),
            secret(),
            TokenKind::Refresh,
        )
        .await;
    }
    let after = entry().await;
    assert_eq!(after.activity.authorised_at, Some(1_000));
    assert_eq!((after.users, after.activity.refresh_tokens), (1, Some(2)));
    for (counts_tokens, refresh_tokens) in [(true, Some(2)), (false, None)] {
        let about = Inquiry {
            client_id: Some("mail".into()),
            counts_tokens,
            now: 1_500,
            ..Inquiry::default()
        };
        let facts = done(directory.facts(&about).await);
        assert_eq!(facts.activity.refresh_tokens, refresh_tokens);
        assert_eq!(facts.record.as_deref(), Some("{}"));
    }

    let disable = Change::Disable {
        client_id: "mail".into(),
        is_disabled: true,
    };
    decide(directory, Effect::None, vec![disable]).await;
    assert!(entry().await.is_disabled);

    let other = secret();
    grant(directory, "other", Some(alice.id), other, TokenKind::Access).await;
    let end = Change::EndGrants {
        client_id: "mail".into(),
    };
    decide(directory, Effect::None, vec![end]).await;
    assert_eq!(entry().await.users, 0);
    assert!(done(directory.token(own).await).is_none());
    assert!(done(directory.token(other).await).is_some());
    decide(directory, Effect::Remove("mail".into()), Vec::new()).await;
    assert!(done(directory.remove_account("alice").await));
}

/// The ids and records of clients of a version that did not list in which state they are.
pub(crate) const EARLIER: [(&str, &str); 5] = [
    ("waits", r#"{"waiting_since":1000}"#),
    ("over", r#"{"client_secret":{"expires_at":1500}}"#),
    ("later", r#"{"client_secret":{"expires_at":1501}}"#),
    ("plain", "{}"),
    ("damaged", "no JSON"),
];

/// The list is filtered by their states after the upgrade.
pub(crate) async fn earlier_ones_have_their_states(directory: &dyn Directory) {
    for (state, expected) in [
        (State::Waiting, &["waits"][..]),
        (State::SecretExpired, &["over"]),
        (State::NeverUsed, &["damaged", "plain", "later"]),
    ] {
        let listing = Listing {
            state: Some(state),
            limit: 9,
            now: 1_500,
            ..Listing::default()
        };
        let listed = done(directory.list(&listing).await);
        let ids = listed.entries.iter().map(|entry| &*entry.client_id);
        assert_eq!(ids.collect::<Vec<_>>(), expected, "{state:?}");
    }
}
