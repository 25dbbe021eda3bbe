//! Grants, and the codes and tokens that were issued with them.

use gatepost_plugin::{Assertion, Effect};

use super::given::{add_account, decide, done, grant, new_token, secret, store};
use crate::directory::Directory;
use crate::grant::{Exchange, REMEMBERED, TokenKind};

pub(super) async fn a_code_is_good_for_one_use(directory: &dyn Directory) {
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
pub(super) async fn a_thief_and_a_client_at_once(directory: &dyn Directory) {
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

pub(super) async fn a_grant_ends_with_its_client_and_its_account(directory: &dyn Directory) {
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

pub(super) async fn what_is_over_is_forgotten(directory: &dyn Directory) {
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
