//! What is remembered of sign-ins.

use super::given::{add_account, done, secret};
use crate::directory::Directory;
use crate::secret::SecretHash;
use crate::sign_in::{GUESS_WINDOW, PLACE_REMEMBERED, SignInPast};

pub(super) async fn wrong_guesses(directory: &dyn Directory) {
    let hash = |first: u8, last: u8| {
        let mut bytes = [first; 32];
        bytes[31] = last;
        SecretHash::from_bytes(&bytes).expect("it is as long as a hash")
    };
    let (name, counted_alike, other) = (hash(1, 1), hash(1, 2), hash(2, 1));
    let guesses = async |name, now| {
        let past = done(directory.sign_in_past(name, secret(), now).await);
        assert!(!past.is_known_place);
        past.wrong_guesses
    };
    assert_eq!(guesses(name, 10_000).await, 0);
    for now in [10_000, 10_001, 10_000 + GUESS_WINDOW - 1] {
        done(directory.note_wrong_guess(name, now).await);
    }
    assert_eq!(guesses(name, 10_000 + GUESS_WINDOW - 1).await, 3);
    assert_eq!(guesses(counted_alike, 10_002).await, 3);
    assert_eq!(guesses(other, 10_002).await, 0);
    let later = 10_000 + GUESS_WINDOW;
    assert_eq!(guesses(name, later).await, 0, "the window is over");
    done(directory.note_wrong_guess(name, later).await);
    assert_eq!(guesses(name, later).await, 1, "the count starts over");
    assert_eq!(guesses(name, 10_000).await, 0, "the clock was set back");
    done(directory.note_wrong_guess(name, 10_000).await);
    assert_eq!(guesses(name, 10_001).await, 1, "and another window begins");
    let one = directory.note_wrong_guess(other, 10_000);
    let two = directory.note_wrong_guess(other, 10_000);
    for noted in <[_; 2]>::from(tokio::join!(one, two)) {
        done(noted);
    }
    assert_eq!(guesses(other, 10_000).await, 2, "at once");
    done(directory.forget(0, 10_000 + GUESS_WINDOW).await);
    for name in [name, other] {
        assert_eq!(guesses(name, 10_001).await, 0, "it is forgotten");
    }
}

pub(super) async fn known_places(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await;
    let (name, place) = (secret(), secret());
    let is_known = async |place, now| {
        let past = done(directory.sign_in_past(name, place, now).await);
        let SignInPast {
            wrong_guesses,
            is_known_place,
        } = past;
        assert_eq!(wrong_guesses, 0);
        is_known_place
    };
    assert!(!is_known(place, 1_000).await);
    done(directory.note_place(alice.id, name, place, 1_000).await);
    done(directory.note_place(alice.id, name, place, 2_000).await);
    assert!(is_known(place, 2_000 + PLACE_REMEMBERED - 1).await);
    assert!(!is_known(place, 2_000 + PLACE_REMEMBERED).await);
    let of_another = done(directory.sign_in_past(secret(), place, 2_000).await);
    assert!(!of_another.is_known_place, "another's, there");

    let more: Vec<_> = (0..20).map(|_| secret()).collect();
    for (at, place) in more.iter().enumerate() {
        assert!(is_known(more[0], 3_000).await || at == 0);
        let now = 3_000 + at as u64;
        done(directory.note_place(alice.id, name, *place, now).await);
    }
    assert!(!is_known(place, 3_000).await, "it was used longest ago");
    for place in &more {
        assert!(is_known(*place, 3_000).await);
    }
    done(directory.note_place(alice.id, name, place, 1_000).await);
    assert!(
        !is_known(place, 3_000).await,
        "there are twenty that were used since"
    );
    done(directory.forget(0, 3_001 + PLACE_REMEMBERED).await);
    assert!(!is_known(more[1], 3_001).await, "it is forgotten");
    assert!(is_known(more[2], 3_001).await);
    assert!(done(directory.remove_account("alice").await));
    assert!(!is_known(more[2], 3_001).await, "it goes with the account");
    done(directory.note_place(alice.id, name, place, 4_000).await);
    assert!(!is_known(place, 4_000).await, "there is no such account");
}
