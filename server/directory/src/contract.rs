//! What every directory has to do, whatever it is kept in.

use std::sync::Arc;

use gatepost_plugin::{Assertion, ClientRecord, Decision, Effect, Outcome, Response};

use crate::client::{Inquiry, Judge, Order, Registrant, Search, Verdict};
use crate::directory::Directory;
use crate::error::{DecideError, DirectoryError};
use crate::grant::{
    Change, Device, Exchange, NewGrant, NewSession, NewToken, Poll, REMEMBERED, TokenKind,
};
use crate::permission::Permission;
use crate::principal::{
    Account, AccountChange, AccountEntry, AccountId, KeyId, NewAccount, NewKey,
};
use crate::secret::{Purpose, Secret, SecretHash};
use crate::transfer::Line;

/// All of it, on a directory that is empty.
pub(crate) async fn holds(directory: &dyn Directory) {
    accounts(directory).await;
    keys(directory).await;
    search(directory).await;
    a_client_outlives_whoever_registered_it(directory).await;
    a_code_is_good_for_one_use(directory).await;
    a_thief_and_a_client_at_once(directory).await;
    a_grant_ends_with_its_client_and_its_account(directory).await;
    what_became_of_a_client(directory).await;
    devices(directory).await;
    sessions(directory).await;
    assertions(directory).await;
    what_is_over_is_forgotten(directory).await;
}

async fn accounts(directory: &dyn Directory) {
    assert!(done(directory.account("alice").await).is_none());
    let alice = add_account(directory, "alice").await;
    assert_eq!(alice.permissions, ["authenticate"]);
    let another = NewAccount {
        password_hash: "$other".into(),
        ..new_account("alice")
    };
    assert!(!done(directory.add_account(another).await), "there is one");
    let change = AccountChange {
        permissions: Some(vec![Permission::OauthClientOverride]),
        ..AccountChange::default()
    };
    assert!(done(
        directory.change_account("alice", change.clone()).await
    ));
    assert!(!done(directory.change_account("bob", change).await));
    let entry = done(directory.account("alice").await).expect("there is one");
    assert_eq!(entry.account.permissions, ["oauth-client-override"]);
    assert_eq!(entry.password_hash.as_deref(), Some("$hash"), "it stays");
    assert_eq!(entry.account.id, alice.id);
    assert_eq!(
        done(directory.holders(Permission::OauthClientOverride, 0).await),
        ["alice"]
    );

    let bob = add_account(directory, "bob").await;
    let names = |page: Vec<AccountEntry>| -> Vec<String> {
        page.into_iter().map(|entry| entry.account.name).collect()
    };
    assert_eq!(names(done(directory.accounts("", 1).await)), ["alice"]);
    assert_eq!(names(done(directory.accounts("alice", 9).await)), ["bob"]);
    assert!(done(directory.remove_account("bob").await));
    assert!(!done(directory.remove_account("bob").await));
    let another_bob = add_account(directory, "bob").await;
    assert_ne!(another_bob.id, bob.id, "whoever was bob is not this one");
    assert!(done(directory.remove_account("bob").await));
    assert!(done(directory.remove_account("alice").await));
}

async fn keys(directory: &dyn Directory) {
    assert!(done(directory.is_new().await));
    add_account(directory, "somebody").await;
    let first = new_account("somebody");
    let added = directory.add_first(first, vec![registration_key()]).await;
    assert!(!done(added), "the account is somebody's");
    assert!(done(directory.is_new().await));
    assert!(done(directory.remove_account("somebody").await));

    let key = registration_key();
    let hash = key.hash;
    let id = done(directory.add_key(key).await);
    assert!(!done(directory.is_new().await));
    let live = done(directory.live_key(hash, 1_999).await).expect("it is live");
    assert_eq!((live.id, live.terms.as_deref()), (id, Some("{}")));
    assert_eq!(
        live.permissions,
        ["authenticate", "oauth-client-registration"]
    );
    let account = live.account.expect("it has one");
    assert_eq!((&*account.name, account.permissions.len()), ("carol", 0));
    assert!(
        done(directory.live_key(hash, 2_000).await).is_none(),
        "it expires"
    );

    let before = KeyId::numbered(i64::MIN);
    let listed = done(directory.keys(before, 9).await);
    let [entry] = &listed[..] else {
        panic!("{listed:?}")
    };
    assert_eq!((&*entry.name, entry.revoked_at), ("test", None));
    assert!(done(directory.keys(id, 9).await).is_empty());
    assert!(done(directory.revoke_key(id, 1_500).await));
    assert!(
        done(directory.live_key(hash, 1_999).await).is_none(),
        "it is revoked"
    );
    assert!(
        done(directory.revoke_key(id, 1_600).await),
        "once more is no mistake"
    );
    let listed = done(directory.keys(before, 9).await);
    assert_eq!(listed[0].revoked_at, Some(1_500));
    assert_eq!(
        listed[0].last_used_at,
        Some(1_999),
        "that it was used is noted"
    );
    assert!(!done(
        directory.revoke_key(KeyId::numbered(-1), 1_500).await
    ));
    assert!(done(directory.remove_account("carol").await));
    assert!(
        done(directory.keys(before, 9).await).is_empty(),
        "its keys go with it"
    );

    assert!(!done(directory.is_new().await), "there was one");
    let first = new_account("somebody");
    assert!(!done(
        directory.add_first(first, vec![registration_key()]).await
    ));
    assert!(done(directory.account("somebody").await).is_none());
    let next = done(directory.add_key(registration_key()).await);
    assert_ne!(next, id, "what is known of the other key is not its");
    assert!(done(directory.remove_account("carol").await));
}

fn registration_key() -> NewKey {
    NewKey {
        hash: secret(),
        name: "test".into(),
        account: Some("carol".into()),
        permissions: Permission::REGISTRATION.to_vec(),
        terms: Some("{}".into()),
        created_at: 1_000,
        expires_at: Some(2_000),
    }
}

async fn search(directory: &dyn Directory) {
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

async fn a_client_outlives_whoever_registered_it(directory: &dyn Directory) {
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

async fn a_code_is_good_for_one_use(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await;
    let (code, access, refresh) = (secret(), secret(), secret());
    grant(directory, "mail", Some(alice.id), code, TokenKind::Code).await;
    let token = done(directory.token(code).await).expect("it was issued");
    assert_eq!((token.kind, token.is_spent), (TokenKind::Code, false));
    assert_eq!((token.issued_at, token.expires_at), (1_000, 2_000));
    assert_eq!(&*token.data, "data");
    assert_eq!(&*token.grant.client_id, "mail");
    assert_eq!(&*token.grant.scope, "a b");
    assert_eq!(&*token.grant.resources, "https://mail.example/");
    assert_eq!(
        token.grant.account.map(|account| account.id),
        Some(alice.id)
    );

    let issued = || {
        vec![
            new_token(access, TokenKind::Access),
            new_token(refresh, TokenKind::Refresh),
        ]
    };
    let exchange = async |spent, issued, now| done(directory.exchange(spent, issued, now).await);
    assert_eq!(exchange(secret(), Vec::new(), 1_500).await, Exchange::Gone);
    assert_eq!(
        exchange(code, Vec::new(), 2_000).await,
        Exchange::Gone,
        "it expires"
    );
    assert_eq!(exchange(code, issued(), 1_999).await, Exchange::Done);
    assert!(
        done(directory.token(code).await)
            .expect("it is remembered")
            .is_spent
    );
    let grant = done(directory.token(refresh).await)
        .expect("it was issued")
        .grant;
    assert_eq!(grant.last_used_at, 1_999);
    assert_eq!(grant.id, token.grant.id);

    let again = secret();
    let next = vec![new_token(again, TokenKind::Refresh)];
    assert_eq!(exchange(refresh, next, 1_999).await, Exchange::Done);
    assert_eq!(exchange(refresh, Vec::new(), 1_999).await, Exchange::Reused);
    for token in [code, access, refresh, again] {
        assert!(
            done(directory.token(token).await).is_none(),
            "all of it ended"
        );
    }
    assert_eq!(exchange(refresh, Vec::new(), 1_999).await, Exchange::Gone);
    assert!(done(directory.remove_account("alice").await));
}

/// Whoever uses what was used before ends the grant, also while its client goes on or is deleted.
async fn a_thief_and_a_client_at_once(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await;
    for round in 0..20 {
        decide(directory, store("mail", "{}"), Vec::new()).await;
        let (first, second, third) = (secret(), secret(), secret());
        grant(directory, "mail", Some(alice.id), first, TokenKind::Refresh).await;
        let next = |hash| vec![new_token(hash, TokenKind::Refresh)];
        let exchanged = directory.exchange(first, next(second), 1_001).await;
        assert_eq!(done(exchanged), Exchange::Done);
        let client = directory.exchange(second, next(third), 1_002);
        match round % 2 {
            0 => {
                let thief = directory.exchange(first, Vec::new(), 1_002);
                let (client, thief) = tokio::join!(client, thief);
                let order = (done(client), done(thief));
                assert!(matches!(
                    order,
                    (Exchange::Done | Exchange::Gone, Exchange::Reused)
                ));
                decide(directory, Effect::Remove("mail".into()), Vec::new()).await;
            }
            _ => {
                let removed = decide(directory, Effect::Remove("mail".into()), Vec::new());
                let (client, ()) = tokio::join!(client, removed);
                assert!(matches!(done(client), Exchange::Done | Exchange::Gone));
            }
        }
        for token in [first, second, third] {
            assert!(done(directory.token(token).await).is_none());
        }
    }
    assert!(done(directory.remove_account("alice").await));
}

async fn a_grant_ends_with_its_client_and_its_account(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await;
    decide(directory, store("mail", "{}"), Vec::new()).await;
    let (of_mail, of_other) = (secret(), secret());
    grant(
        directory,
        "mail",
        Some(alice.id),
        of_mail,
        TokenKind::Access,
    )
    .await;
    grant(
        directory,
        "other",
        Some(alice.id),
        of_other,
        TokenKind::Access,
    )
    .await;
    let listed = async |now| -> Vec<String> {
        let grants = done(directory.grants(alice.id, now).await);
        grants.into_iter().map(|grant| grant.client_id).collect()
    };
    assert_eq!(listed(1_000).await, ["other", "mail"], "the latest first");
    assert!(
        listed(2_000).await.is_empty(),
        "nothing stands for them any more"
    );
    decide(directory, Effect::Remove("mail".into()), Vec::new()).await;
    assert!(done(directory.token(of_mail).await).is_none());
    let other = done(directory.token(of_other).await)
        .expect("it stays")
        .grant;
    assert!(done(directory.end_grant(other.id).await));
    assert!(!done(directory.end_grant(other.id).await));
    assert!(done(directory.token(of_other).await).is_none());

    let (third, own) = (secret(), secret());
    grant(directory, "third", Some(alice.id), third, TokenKind::Access).await;
    grant(directory, "third", None, own, TokenKind::Access).await;
    assert!(done(directory.remove_account("alice").await));
    assert!(done(directory.token(third).await).is_none());
    let token = done(directory.token(own).await).expect("it is the client's own");
    assert_eq!(token.grant.account, None);
    done(directory.end_token(own).await);
    assert!(done(directory.token(own).await).is_none());
}

async fn what_became_of_a_client(directory: &dyn Directory) {
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
    let about = Inquiry {
        client_id: Some("mail".into()),
        registrant: None,
        revision: None,
        now: 1_500,
    };
    let facts = done(directory.facts(&about).await);
    assert_eq!(facts.activity.refresh_tokens, Some(2));
    assert_eq!(facts.record.as_deref(), Some("{}"));

    let disable = Change::Disable {
        client_id: "mail".into(),
        is_disabled: true,
    };
    decide(directory, Effect::None, vec![disable]).await;
    assert!(entry().await.is_disabled);
    decide(directory, Effect::Remove("mail".into()), Vec::new()).await;
    assert!(done(directory.remove_account("alice").await));
}

async fn devices(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await;
    let device = Device {
        device_code: secret(),
        user_code: secret(),
        client_id: "tv".into(),
        parameters: "client_id=tv".into(),
        interval: 5,
        expires_at: 2_000,
    };
    assert!(done(directory.add_device(device.clone()).await));
    let taken = Device {
        device_code: secret(),
        ..device.clone()
    };
    assert!(
        !done(directory.add_device(taken).await),
        "the user code is taken"
    );
    let code = device.device_code;
    let poll = async |now| done(directory.poll_device(code, "tv", now).await);
    assert_eq!(poll(1_000).await, Poll::Pending);
    assert_eq!(poll(1_004).await, Poll::SlowDown);
    assert_eq!(poll(1_013).await, Poll::SlowDown, "it is ten seconds now");
    assert_eq!(poll(1_028).await, Poll::Pending, "and then fifteen");
    assert_eq!(poll(2_000).await, Poll::Expired);
    let others = done(directory.poll_device(code, "radio", 1_029).await);
    assert_eq!(others, Poll::Gone);
    let waiting = done(directory.device(device.user_code, 1_999).await);
    assert_eq!(waiting.map(|found| found.client_id), Some("tv".into()));
    assert!(done(directory.device(device.user_code, 2_000).await).is_none());
    assert!(done(directory.device(secret(), 1_999).await).is_none());

    let approve = Change::ApproveDevice {
        user_code: device.user_code,
        grant: new_grant("tv", Some(alice.id)),
    };
    decide(directory, Effect::None, vec![approve.clone()]).await;
    let again = attempt(directory, None, Effect::None, vec![approve.clone()]).await;
    assert!(matches!(
        again,
        Err(DecideError::Directory(DirectoryError::NoSuchDevice))
    ));
    assert!(!done(directory.deny_device(device.user_code, 1_100).await));
    let Poll::Approved(token) = poll(1_100).await else {
        panic!("it was approved")
    };
    assert_eq!(poll(2_000).await, Poll::Expired);
    let others = done(directory.poll_device(code, "radio", 1_100).await);
    assert_eq!(others, Poll::Gone);
    assert_eq!(token.kind, TokenKind::DeviceCode);
    assert_eq!(token.expires_at, 2_000);
    assert!(done(directory.device(device.user_code, 1_100).await).is_none());
    let access = secret();
    let issued = vec![new_token(access, TokenKind::Access)];
    let exchanged = done(directory.exchange(device.device_code, issued, 1_100).await);
    assert_eq!(exchanged, Exchange::Done);
    assert!(done(directory.token(access).await).is_some());

    let denied = Device {
        device_code: secret(),
        user_code: secret(),
        ..device
    };
    assert!(done(directory.add_device(denied.clone()).await));
    assert!(!done(directory.deny_device(denied.user_code, 2_000).await));
    assert!(done(directory.deny_device(denied.user_code, 1_000).await));
    assert!(!done(directory.deny_device(denied.user_code, 1_000).await));
    let poll = done(directory.poll_device(denied.device_code, "tv", 1_000).await);
    assert_eq!(poll, Poll::Denied);
    assert!(done(directory.device(denied.user_code, 1_000).await).is_none());
    assert!(done(directory.remove_account("alice").await));
}

async fn sessions(directory: &dyn Directory) {
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
        created_at: 1_000,
        expires_at: 2_000,
    };
    let (plain, standing) = (new(None), new(Some(granted.id)));
    for session in [&plain, &standing] {
        done(directory.add_session(session.clone()).await);
    }
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
    let password = AccountChange {
        password_hash: Some("$other".into()),
        ..AccountChange::default()
    };
    assert!(change(password).await);
    assert!(
        live(plain.hash, 1_000).await.is_none(),
        "a new password ends it"
    );
    done(directory.add_session(plain.clone()).await);
    done(directory.end_session(plain.hash).await);
    assert!(live(plain.hash, 1_000).await.is_none());
    assert!(done(directory.remove_account("alice").await));
}

async fn assertions(directory: &dyn Directory) {
    let assertion = Assertion {
        id: "once".into(),
        expires_at: 2_000,
    };
    assert!(done(directory.first_use("a", &assertion).await));
    assert!(!done(directory.first_use("a", &assertion).await));
    assert!(done(directory.first_use("b", &assertion).await));
}

async fn what_is_over_is_forgotten(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await;
    let token = secret();
    grant(directory, "mail", Some(alice.id), token, TokenKind::Refresh).await;
    let granted = done(directory.token(token).await)
        .expect("it was issued")
        .grant;
    let last = 2_000 + REMEMBERED;
    done(directory.forget(0, last - 1).await);
    assert!(done(directory.token(token).await).is_some());
    done(directory.forget(0, last).await);
    assert!(done(directory.token(token).await).is_none());
    assert!(!done(directory.end_grant(granted.id).await), "it went too");
    let assertion = Assertion {
        id: "once".into(),
        expires_at: 2_000,
    };
    assert!(done(directory.first_use("a", &assertion).await));
    assert!(done(directory.remove_account("alice").await));
}

fn done<T>(result: Result<T, DirectoryError>) -> T {
    result.expect("the directory does its part")
}

fn secret() -> SecretHash {
    let secret = Secret::draw(Purpose::Code);
    secret.expect("there is randomness").hash()
}

fn new_account(name: &str) -> NewAccount {
    NewAccount {
        name: name.into(),
        password_hash: "$hash".into(),
        permissions: vec![Permission::Authenticate],
        created_at: 1_000,
    }
}

async fn add_account(directory: &dyn Directory, name: &str) -> Account {
    assert!(done(directory.add_account(new_account(name)).await));
    let entry = done(directory.account(name).await).expect("it was added");
    entry.account
}

fn new_grant(client_id: &str, account: Option<AccountId>) -> NewGrant {
    NewGrant {
        client_id: client_id.into(),
        account,
        scope: "a b".into(),
        resources: "https://mail.example/".into(),
        created_at: 1_000,
    }
}

fn new_token(hash: SecretHash, kind: TokenKind) -> NewToken {
    NewToken {
        hash,
        kind,
        data: "data".into(),
        issued_at: 1_000,
        expires_at: 2_000,
    }
}

async fn grant(
    directory: &dyn Directory,
    client_id: &str,
    account: Option<AccountId>,
    token: SecretHash,
    kind: TokenKind,
) {
    let granted = Change::Grant {
        grant: new_grant(client_id, account),
        tokens: vec![new_token(token, kind)],
    };
    decide(directory, Effect::None, vec![granted]).await;
}

fn store(client_id: &str, document: &str) -> Effect {
    Effect::Store(ClientRecord {
        client_id: client_id.into(),
        document: document.into(),
    })
}

/// A decision that has this done.
pub(crate) fn accepting(effect: Effect) -> Decision {
    Decision {
        outcome: Outcome::Accept,
        response: Response {
            status: 200,
            headers: Vec::new(),
            body: String::new(),
        },
        effect,
        diagnostics: Vec::new(),
        fetches: Vec::new(),
        client: None,
    }
}

/// Has something decided, whatever the facts are.
async fn decide(directory: &dyn Directory, effect: Effect, changes: Vec<Change>) {
    decide_for(directory, None, effect, changes).await;
}

async fn decide_for(
    directory: &dyn Directory,
    registrant: Option<Registrant>,
    effect: Effect,
    changes: Vec<Change>,
) {
    let decided = attempt(directory, registrant, effect, changes).await;
    decided.expect("the directory does its part");
}

async fn attempt(
    directory: &dyn Directory,
    registrant: Option<Registrant>,
    effect: Effect,
    changes: Vec<Change>,
) -> Result<Decision, DecideError> {
    let verdict = Verdict {
        decision: accepting(effect),
        changes,
    };
    let judge: Judge = Arc::new(move |_| Ok(verdict.clone()));
    let inquiry = Inquiry {
        registrant,
        now: 1_000,
        ..Inquiry::default()
    };
    directory.decide(inquiry, judge).await
}
