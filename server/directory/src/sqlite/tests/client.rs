use super::*;

#[test]
fn what_is_registered_is_counted() {
    let (_folder, directory, runtime) = fresh();
    let key = NewKey {
        terms: Some("{}".into()),
        ..new_key(Some("alice"), None)
    };
    let hash = key.hash;
    runtime
        .block_on(directory.add_key(key))
        .expect("it is added");
    let key = runtime
        .block_on(directory.live_key(hash, 0))
        .expect("the directory can be read")
        .expect("it is live");
    assert_eq!(key.terms.as_deref(), Some("{}"));
    let alice = |network, window_start| {
        let account = key.account.as_ref().expect("it has one").id;
        registrant(Some((key.id, account)), Some(network), window_start)
    };
    let stranger = |network| registrant(None, network, 7_200);
    let counts = |inquiry: &Inquiry| {
        let facts = runtime.block_on(directory.facts(inquiry));
        let usage = facts.expect("the directory can be read").usage;
        [
            usage.total_clients,
            usage.anonymous_clients,
            usage.account_clients,
            usage.key_registrations,
            usage.address_registrations,
            usage.wider_registrations,
        ]
    };
    let of = |total, anonymous, account, key, address| {
        [
            Some(total),
            Some(anonymous),
            Some(account),
            Some(key),
            Some(address),
            None,
        ]
    };
    let do_now = |effect, inquiry| {
        runtime
            .block_on(carry_out(&directory, effect, inquiry))
            .expect("it is done");
    };

    assert_eq!(counts(&alice("a", 7_200)), of(0, 0, 0, 0, 0));
    do_now(store_effect("1"), alice("a", 7_200));
    do_now(store_effect("2"), alice("b", 7_200));
    do_now(share_effect("3"), stranger(Some("a")));
    assert_eq!(counts(&alice("a", 7_200)), of(3, 1, 2, 2, 2));
    assert_eq!(counts(&alice("b", 7_200)), of(3, 1, 2, 2, 1));
    assert_eq!(counts(&alice("a", 10_800)), of(3, 1, 2, 2, 0));
    assert_eq!(
        counts(&stranger(Some("a"))),
        [Some(3), Some(1), None, None, Some(2), Some(1)],
        "no account, nothing to count"
    );
    assert_eq!(
        counts(&stranger(None))[4],
        None,
        "no address, nothing to count"
    );

    do_now(share_effect("3"), stranger(Some("a")));
    assert_eq!(
        counts(&alice("a", 7_200)),
        of(3, 1, 2, 2, 2),
        "it was there already"
    );
    assert_eq!(
        counts(&stranger(Some("b")))[4..],
        [Some(1), Some(1)],
        "two networks in a wider one"
    );
    do_now(store_effect("4"), Inquiry::default());
    assert_eq!(
        counts(&alice("a", 7_200)),
        of(4, 1, 2, 2, 2),
        "by an administrator"
    );
    for client_id in ["1", "3", "4"] {
        do_now(Effect::Remove(client_id.into()), Inquiry::default());
    }
    assert_eq!(counts(&alice("a", 7_200)), of(1, 0, 1, 2, 2));

    runtime
        .block_on(directory.forget(7_200, 0))
        .expect("it is done");
    assert_eq!(counts(&alice("a", 7_200))[4], Some(2));
    runtime
        .block_on(directory.forget(7_201, 0))
        .expect("it is done");
    assert_eq!(counts(&alice("a", 7_200))[4], Some(0));
}

#[test]
fn a_client_id_is_never_given_to_another_client() {
    let (_folder, directory, runtime) = fresh();
    let do_now = |effect| runtime.block_on(carry_out(&directory, effect, Inquiry::default()));
    let about = Inquiry {
        client_id: Some("a".into()),
        ..Inquiry::default()
    };
    let stored = || {
        let facts = runtime.block_on(directory.facts(&about));
        facts.expect("the directory can be read").record
    };
    let exists = DirectoryError::ClientExists;
    let missing = DirectoryError::NoSuchClient;
    for (effect, done, then) in [
        (Effect::Replace(record("a", "0")), Err(&missing), None),
        (Effect::Remove("a".into()), Err(&missing), None),
        (Effect::Store(record("a", "1")), Ok(()), Some("1")),
        (Effect::Store(record("a", "2")), Err(&exists), Some("1")),
        (Effect::Share(record("a", "2")), Ok(()), Some("1")),
        (Effect::Replace(record("a", "3")), Ok(()), Some("3")),
        (Effect::None, Ok(()), Some("3")),
        (Effect::Remove("a".into()), Ok(()), None),
        (Effect::Share(record("a", "4")), Ok(()), Some("4")),
    ] {
        let name = format!("{effect:?}");
        assert_eq!(do_now(effect), done.map_err(Clone::clone), "{name}");
        assert_eq!(stored().as_deref(), then, "{name}");
    }
}

#[test]
fn clients_are_listed_page_by_page() {
    let (_folder, directory, runtime) = fresh();
    for client_id in ["a", "b", "c"] {
        runtime
            .block_on(carry_out(
                &directory,
                store_effect(client_id),
                Inquiry::default(),
            ))
            .expect("it is stored");
    }
    let page = |after| {
        let search = Search {
            after,
            ..Search::all(2, 0)
        };
        runtime
            .block_on(directory.clients(&search))
            .expect("the directory can be read")
    };
    let first = page(None);
    assert_eq!(first.len(), 2);
    let second = page(Some(first[1].place));
    let [c] = &second[..] else {
        panic!("{second:?}")
    };
    assert_eq!((&*c.client_id, &*c.record, c.users), ("c", "{}", 0));
    assert_eq!(c.activity.last_used, None);
    assert_eq!(c.activity.authorised_at, None);
    assert!(page(Some(c.place)).is_empty());
}
