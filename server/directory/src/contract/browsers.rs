//! Browsers that signed in, and assertions that clients authenticated with.

use gatepost_plugin::Assertion;

use super::given::{add_account, done, grant, new_token, secret};
use crate::directory::Directory;
use crate::grant::{Exchange, MOST_SESSIONS, NewSession, TokenKind};
use crate::principal::{AccountChange, Ended};

pub(super) async fn sessions(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await;
    let token = secret();
    grant(
        directory,
        "webadmin",
        Some(alice.id),
        token,
        TokenKind::Access,
    )
    .await;
    let granted = done(directory.token(token).await)
        .expect("it was issued")
        .grant;
    let new = |grant| NewSession {
        hash: secret(),
        account: alice.id,
        grant,
        agent: "A browser".to_owned(),
        address: "192.0.2.1".to_owned(),
        created_at: 1_000,
        expires_at: 2_000,
    };
    let (plain, standing) = (new(None), new(Some(granted.id)));
    for session in [&plain, &standing] {
        done(directory.add_session(session.clone()).await);
    }
    let listed = done(directory.sessions(alice.id, 1_999).await);
    assert_eq!(listed.len(), 2);
    for session in [&plain, &standing] {
        let mut listed = listed.iter();
        let found = listed.find(|one| one.hash == session.hash);
        let found = found.expect("it is listed");
        assert_eq!(found.grant, session.grant);
        assert_eq!(found.agent, "A browser");
        assert_eq!(found.address, "192.0.2.1");
        assert_eq!(found.created_at, 1_000);
    }
    assert!(done(directory.sessions(alice.id, 2_000).await).is_empty());
    let live = async |hash, now| done(directory.session(hash, now).await);
    let found = live(plain.hash, 1_999).await.expect("it is live");
    assert_eq!((found.account.id, found.grant), (alice.id, None));
    let found = live(standing.hash, 1_999).await.expect("it is live");
    assert_eq!(found.grant.map(|grant| grant.id), Some(granted.id));
    assert!(live(plain.hash, 2_000).await.is_none(), "it expires");
    assert!(live(secret(), 1_000).await.is_none());
    assert!(done(directory.end_grant(granted.id).await));
    assert!(
        live(standing.hash, 1_000).await.is_none(),
        "it ends with its grant"
    );
    assert!(live(plain.hash, 1_000).await.is_some());

    let change = async |change| done(directory.change_account("alice", change).await);
    assert!(change(AccountChange::default()).await);
    assert!(
        live(plain.hash, 1_000).await.is_some(),
        "the password is the same"
    );
    for keeps_grants in [true, false] {
        let (kept, code, device, spent) = (secret(), secret(), secret(), secret());
        for (token, kind) in [
            (kept, TokenKind::Refresh),
            (code, TokenKind::Code),
            (device, TokenKind::DeviceCode),
            (spent, TokenKind::Code),
        ] {
            grant(directory, "mail", Some(alice.id), token, kind).await;
        }
        let issued = secret();
        let access = vec![new_token(issued, TokenKind::Access)];
        let exchanged = done(directory.exchange(spent, access, 0, 1_500).await);
        assert_eq!(exchanged, Exchange::Done);
        done(directory.end_session(plain.hash).await);
        done(directory.add_session(plain.clone()).await);
        let password = AccountChange {
            password_hash: Some("$other".into()),
            keeps_grants,
            ..AccountChange::default()
        };
        assert!(change(password).await);
        assert!(
            live(plain.hash, 1_000).await.is_none(),
            "a new password ends it"
        );
        for (name, token, expected) in [
            ("a refresh token", kept, keeps_grants),
            ("what was issued for a code", issued, keeps_grants),
            ("a code that nobody used yet", code, false),
            ("a device's code that nobody used yet", device, false),
        ] {
            let is_kept = done(directory.token(token).await).is_some();
            assert_eq!(is_kept, expected, "{name}, keeps grants: {keeps_grants}");
        }
    }
    let own = secret();
    let granted = async |token, account| {
        grant(directory, "mail", account, token, TokenKind::Refresh).await;
        let token = done(directory.token(token).await).expect("it was issued");
        token.grant.id
    };
    let (one, two) = (
        granted(secret(), Some(alice.id)).await,
        granted(secret(), Some(alice.id)).await,
    );
    granted(own, None).await;
    for grant in [None, Some(one)] {
        done(directory.add_session(new(grant)).await);
    }
    let ended = done(directory.sign_out("alice").await);
    let both = Ended {
        sessions: 2,
        grants: 2,
    };
    assert_eq!(ended, Some(both));
    for grant in [one, two] {
        assert!(!done(directory.end_grant(grant).await));
    }
    assert!(
        done(directory.token(own).await).is_some(),
        "the client's own"
    );
    done(directory.end_token(own).await);
    let ended = done(directory.sign_out("alice").await);
    assert_eq!(ended, Some(Ended::default()));
    assert_eq!(done(directory.sign_out("bob").await), None);
    done(directory.add_session(plain.clone()).await);
    done(directory.end_session(plain.hash).await);
    assert!(live(plain.hash, 1_000).await.is_none());
    assert!(done(directory.remove_account("alice").await));
}

pub(super) async fn only_so_many_sessions(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await;
    let bob = add_account(directory, "bob").await;
    let mut sessions = Vec::new();
    for number in 0..MOST_SESSIONS + 2 {
        let session = NewSession {
            hash: secret(),
            account: if number == 0 { bob.id } else { alice.id },
            grant: None,
            agent: String::new(),
            address: String::new(),
            created_at: 1_000 + number.cast_unsigned(),
            expires_at: 2_000,
        };
        sessions.push(session.hash);
        done(directory.add_session(session).await);
    }
    for (number, hash) in sessions.into_iter().enumerate() {
        let is_live = done(directory.session(hash, 1_500).await).is_some();
        assert_eq!(is_live, number != 1, "{number}: the oldest ends");
    }
    for name in ["alice", "bob"] {
        assert!(done(directory.remove_account(name).await));
    }
}

pub(super) async fn assertions(directory: &dyn Directory) {
    let assertion = Assertion {
        id: "once".into(),
        expires_at: 2_000,
    };
    assert!(done(directory.first_use("a", &assertion).await));
    assert!(!done(directory.first_use("a", &assertion).await));
    assert!(done(directory.first_use("b", &assertion).await));
    // However long an id is, little is kept of it.
    let long = |end: char| Assertion {
        id: format!("{}{end}", "x".repeat(30_000)),
        expires_at: 2_000,
    };
    for (end, is_first) in [('a', true), ('b', true), ('a', false)] {
        assert_eq!(done(directory.first_use("a", &long(end)).await), is_first);
    }
    // It is forgotten when it has expired, and clocks have had their time.
    for (now, is_first) in [(2_000, false), (2_599, false), (2_600, true)] {
        done(directory.forget(0, now).await);
        assert_eq!(done(directory.first_use("b", &assertion).await), is_first);
    }
    // Of one client no more are kept than there is room for.
    for number in 0..10_000 {
        let assertion = Assertion {
            id: number.to_string(),
            expires_at: 9_000,
        };
        assert!(done(directory.first_use("c", &assertion).await));
    }
    assert!(!done(directory.first_use("c", &assertion).await));
    assert!(done(directory.first_use("d", &assertion).await));
}
