//! Grants, and the codes and tokens that were issued with them.

use gatepost_plugin::{Assertion, Effect};

use super::given::{
    add_account, attempt, decide, done, grant, new_grant, new_token, secret, store,
};
use crate::directory::Directory;
use crate::error::{DecideError, DirectoryError};
use crate::grant::{Change, Exchange, REMEMBERED, TokenKind};
use crate::principal::AccountId;
use crate::secret::SecretHash;

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
    let exchange = async |spent, issued, now| done(directory.exchange(spent, issued, 0, now).await);
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

/// A refresh token whose answer was lost is good for one exchange more.
pub(super) async fn an_answer_that_was_lost(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await;
    // What is done with the tokens of the first answer, and what comes of the second exchange.
    for (name, use_of_first, at, expected) in [
        ("nothing", Use::None, 1_029, Exchange::Repeated),
        (
            "nothing, in the same second",
            Use::None,
            1_000,
            Exchange::Repeated,
        ),
        (
            "nothing, but it is too late",
            Use::None,
            1_030,
            Exchange::Reused,
        ),
        (
            "the access token is presented",
            Use::PresentAccess,
            1_001,
            Exchange::Reused,
        ),
        (
            "the refresh token is presented",
            Use::PresentRefresh,
            1_001,
            Exchange::Reused,
        ),
        (
            "the refresh token is exchanged",
            Use::ExchangeRefresh,
            1_001,
            Exchange::Reused,
        ),
        (
            "the access token is ended",
            Use::EndAccess,
            1_001,
            Exchange::Reused,
        ),
    ] {
        let mut lost = Rotation::begin(directory, alice.id, 30).await;
        let token = async |hash| done(directory.token(hash).await);
        let access = token(lost.access).await.expect("it was issued");
        assert!(
            access.is_awaited(1_029) && !access.is_awaited(1_030),
            "{name}"
        );
        match use_of_first {
            Use::None => {}
            Use::PresentAccess => done(directory.present(lost.access).await),
            Use::PresentRefresh => done(directory.present(lost.refresh).await),
            Use::ExchangeRefresh => {
                let exchanged = directory
                    .exchange(lost.refresh, Vec::new(), 30, 1_000)
                    .await;
                assert_eq!(done(exchanged), Exchange::Done, "{name}");
            }
            Use::EndAccess => done(directory.end_token(lost.access).await),
        }
        if !matches!(use_of_first, Use::None) {
            let refresh = token(lost.refresh).await.expect("it is remembered");
            assert!(!refresh.is_awaited(1_000), "{name}: it is noted once");
        }
        let (access, refresh) = (lost.access, lost.refresh);
        assert_eq!(lost.again(directory, 30, at).await, expected, "{name}");
        let is_repeated = expected == Exchange::Repeated;
        assert!(token(access).await.is_none(), "{name}: it is gone");
        let ended = token(refresh).await;
        assert_eq!(ended.is_some(), is_repeated, "{name}: it is remembered");
        assert!(ended.is_none_or(|token| token.is_spent), "{name}");
        // Too late.
        done(directory.present(refresh).await);
        for hash in [lost.access, lost.refresh] {
            let found = token(hash).await;
            assert_eq!(found.is_some(), is_repeated, "{name}: the new one");
            assert!(!found.is_some_and(|token| token.is_awaited(at)), "{name}");
        }
        if is_repeated {
            let (access, refresh) = (lost.access, lost.refresh);
            let third = lost.again(directory, 30, at).await;
            assert_eq!(third, Exchange::Reused, "{name}: a third time");
            for hash in [lost.spent, access, refresh] {
                assert!(token(hash).await.is_none(), "{name}: the grant has ended");
            }
        }
    }

    // Whoever has the refresh token of the answer that was lost is not who lost it.
    let mut lost = Rotation::begin(directory, alice.id, 30).await;
    let (access, refresh) = (lost.access, lost.refresh);
    assert_eq!(lost.again(directory, 30, 1_001).await, Exchange::Repeated);
    let found = directory.exchange(refresh, Vec::new(), 30, 1_001).await;
    assert_eq!(done(found), Exchange::Reused);
    for hash in [access, refresh, lost.access, lost.refresh] {
        assert!(
            done(directory.token(hash).await).is_none(),
            "the grant has ended"
        );
    }

    // The tokens of the grant that were issued before are good.
    let mut lost = Rotation::begin(directory, alice.id, 30).await;
    let earlier = lost.first_access;
    assert_eq!(lost.again(directory, 30, 1_010).await, Exchange::Repeated);
    assert!(done(directory.token(earlier).await).is_some());
    // What the repetition gave can be lost as well.
    let mut next = lost.go_on(directory, 30, 1_020).await;
    assert_eq!(next.again(directory, 30, 1_049).await, Exchange::Repeated);

    let mut off = Rotation::begin(directory, alice.id, 0).await;
    let access = done(directory.token(off.access).await).expect("it was issued");
    assert!(!access.is_awaited(1_000), "there is nothing to note");
    assert_eq!(off.again(directory, 0, 1_000).await, Exchange::Reused);
    assert!(done(directory.remove_account("alice").await));
}

enum Use {
    None,
    PresentAccess,
    PresentRefresh,
    ExchangeRefresh,
    EndAccess,
}

/// A refresh token that was exchanged at 1,000, and what was issued for it.
struct Rotation {
    first_access: SecretHash,
    spent: SecretHash,
    access: SecretHash,
    refresh: SecretHash,
}

impl Rotation {
    async fn begin(directory: &dyn Directory, account: AccountId, repeatable_for: u64) -> Self {
        let (code, first_access, spent) = (secret(), secret(), secret());
        grant(directory, "mail", Some(account), code, TokenKind::Code).await;
        let issued = vec![
            new_token(first_access, TokenKind::Access),
            new_token(spent, TokenKind::Refresh),
        ];
        let exchanged = directory.exchange(code, issued, 0, 1_000).await;
        assert_eq!(done(exchanged), Exchange::Done);
        let begun = Self {
            first_access,
            spent: secret(),
            access: first_access,
            refresh: spent,
        };
        begun.go_on(directory, repeatable_for, 1_000).await
    }

    /// Exchanges the refresh token that was issued last.
    async fn go_on(&self, directory: &dyn Directory, repeatable_for: u64, now: u64) -> Self {
        let mut next = Self {
            spent: self.refresh,
            ..*self
        };
        assert_eq!(
            next.again(directory, repeatable_for, now).await,
            Exchange::Done
        );
        next
    }

    /// Exchanges the spent refresh token.
    async fn again(
        &mut self,
        directory: &dyn Directory,
        repeatable_for: u64,
        now: u64,
    ) -> Exchange {
        (self.access, self.refresh) = (secret(), secret());
        let issued = vec![
            new_token(self.access, TokenKind::Access),
            new_token(self.refresh, TokenKind::Refresh),
        ];
        done(
            directory
                .exchange(self.spent, issued, repeatable_for, now)
                .await,
        )
    }
}

/// Of two who exchange a spent refresh token once more, one succeeds; and one who does it while somebody presents
/// what was issued first is not let through beside him.
pub(super) async fn once_more_at_once(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await;
    for round in 0..20 {
        let lost = Rotation::begin(directory, alice.id, 30).await;
        let (one, two) = (secret(), secret());
        let next = |hash| vec![new_token(hash, TokenKind::Refresh)];
        let again = directory.exchange(lost.spent, next(one), 30, 1_001);
        match round % 2 {
            0 => {
                let other = directory.exchange(lost.spent, next(two), 30, 1_001);
                let (again, other) = tokio::join!(again, other);
                let mut both = [done(again), done(other)];
                both.sort_by_key(|exchange| *exchange == Exchange::Reused);
                assert_eq!(both, [Exchange::Repeated, Exchange::Reused]);
                for token in [one, two] {
                    assert!(
                        done(directory.token(token).await).is_none(),
                        "the grant ended"
                    );
                }
            }
            _ => {
                let (again, ()) = tokio::join!(again, async {
                    done(directory.present(lost.access).await);
                });
                let is_there = done(directory.token(lost.access).await).is_some();
                assert!(!is_there, "{again:?}");
                let found = done(directory.token(one).await).is_some();
                assert_eq!(done(again) == Exchange::Repeated, found);
            }
        }
    }
    assert!(done(directory.remove_account("alice").await));
}

/// Who answers the same form twice grants once.
pub(super) async fn a_code_is_issued_once(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await;
    let code = secret();
    let again = async || {
        let granted = Change::Grant {
            grant: new_grant("mail", Some(alice.id)),
            tokens: vec![new_token(code, TokenKind::Code)],
        };
        attempt(directory, None, Effect::None, vec![granted]).await
    };
    let (one, two) = tokio::join!(again(), again());
    for answer in [&one, &two] {
        let before = Err(DecideError::Directory(DirectoryError::GrantedBefore));
        assert!(answer.is_ok() || *answer == before, "{answer:?}");
    }
    assert_ne!(one.is_ok(), two.is_ok());
    assert_eq!(done(directory.grants(alice.id, 1_000).await).len(), 1);
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
        let exchanged = directory.exchange(first, next(second), 0, 1_001).await;
        assert_eq!(done(exchanged), Exchange::Done);
        let client = directory.exchange(second, next(third), 0, 1_002);
        match round % 2 {
            0 => {
                let thief = directory.exchange(first, Vec::new(), 0, 1_002);
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
