//! How many grants there are, and how many tokens of each.

use gatepost_plugin::Effect;

use super::given::{add_account, decide, done, new_grant, new_token, secret};
use crate::directory::Directory;
use crate::grant::{
    Change, Exchange, MOST_ACCESS_TOKENS, MOST_GRANTS, MOST_SPENT_TOKENS, NewGrant, NewToken,
    TokenKind,
};
use crate::principal::AccountId;
use crate::secret::SecretHash;

pub(super) async fn grants(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await.id;
    let add = async |client_id: &str, account: Option<AccountId>, created_at| {
        let token = secret();
        let granted = Change::Grant {
            grant: NewGrant {
                created_at,
                ..new_grant(client_id, account)
            },
            tokens: vec![new_token(token, TokenKind::Refresh)],
        };
        decide(directory, Effect::None, vec![granted]).await;
        token
    };
    let is_there = async |token| done(directory.token(token).await).is_some();
    let other = add("mail", None, 1_000).await;
    for account in [Some(alice), None] {
        let client = |number: i64| match account {
            // Of an account, those of all clients are counted together.
            Some(_) => format!("mail {number}"),
            None => "program".to_owned(),
        };
        let mut first = add(&client(0), account, 1_000).await;
        let second = add(&client(1), account, 1_000).await;
        for number in 2..MOST_GRANTS {
            add(&client(number), account, 1_001).await;
        }
        let used = secret();
        let next = vec![new_token(used, TokenKind::Refresh)];
        let exchanged = directory.exchange(first, next, 0, 1_500).await;
        assert_eq!(done(exchanged), Exchange::Done);
        first = used;
        assert!(is_there(second).await);
        let last = add(&client(MOST_GRANTS), account, 1_600).await;
        assert!(!is_there(second).await, "it was used longest ago");
        assert!(is_there(first).await && is_there(last).await);
    }
    assert!(is_there(other).await, "another client's own");
    assert_eq!(
        done(directory.grants(alice, 1_500).await).len(),
        usize::try_from(MOST_GRANTS).expect("it is small")
    );
    assert!(done(directory.remove_account("alice").await));
    done(directory.forget(0, u64::MAX >> 1).await);
}

pub(super) async fn tokens_of_a_grant(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await.id;
    let mut refresh = secret();
    let granted = Change::Grant {
        grant: new_grant("mail", Some(alice)),
        tokens: vec![new_token(refresh, TokenKind::Refresh)],
    };
    decide(directory, Effect::None, vec![granted]).await;
    let (mut spent, mut access): (Vec<SecretHash>, Vec<SecretHash>) = (Vec::new(), Vec::new());
    for number in 0..2 * MOST_ACCESS_TOKENS {
        let now = 1_000 + number.cast_unsigned();
        let issued = [
            (TokenKind::Access, secret()),
            (TokenKind::Refresh, secret()),
        ];
        let tokens = issued.map(|(kind, hash)| NewToken {
            issued_at: now,
            ..new_token(hash, kind)
        });
        let exchanged = directory.exchange(refresh, tokens.to_vec(), 0, now).await;
        assert_eq!(done(exchanged), Exchange::Done);
        spent.push(refresh);
        access.push(issued[0].1);
        refresh = issued[1].1;
    }
    let known = async |tokens: &[SecretHash]| {
        let mut known = Vec::new();
        for token in tokens {
            known.push(done(directory.token(*token).await).is_some());
        }
        known
    };
    let last = |tokens: &[SecretHash], most: i64| {
        let forgotten = tokens.len() - usize::try_from(most).expect("it is small");
        (0..tokens.len())
            .map(|at| at >= forgotten)
            .collect::<Vec<_>>()
    };
    assert_eq!(known(&spent).await, last(&spent, MOST_SPENT_TOKENS));
    assert_eq!(known(&access).await, last(&access, MOST_ACCESS_TOKENS));

    // One that is forgotten is not known to be reused, and the grant goes on.
    let forgotten = directory.exchange(spent[0], Vec::new(), 0, 1_500).await;
    assert_eq!(done(forgotten), Exchange::Gone);
    assert!(done(directory.token(refresh).await).is_some());
    let remembered = spent[spent.len() - 32];
    let reused = directory.exchange(remembered, Vec::new(), 0, 1_500).await;
    assert_eq!(done(reused), Exchange::Reused);
    assert!(done(directory.token(refresh).await).is_none());
    assert!(done(directory.remove_account("alice").await));
}
