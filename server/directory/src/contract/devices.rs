//! Devices without a browser.

use gatepost_plugin::Effect;

use super::given::{add_account, attempt, decide, done, new_grant, new_token, secret};
use crate::directory::Directory;
use crate::error::{DecideError, DirectoryError};
use crate::grant::{
    Admission, Change, Device, Exchange, MOST_DEVICES, MOST_DEVICES_OF_NETWORK, Poll, TokenKind,
};

pub(super) async fn devices(directory: &dyn Directory) {
    let alice = add_account(directory, "alice").await;
    let device = Device {
        device_code: secret(),
        user_code: secret(),
        client_id: "tv".into(),
        parameters: "client_id=tv".into(),
        network: "192.0.2.1".into(),
        interval: 5,
        expires_at: 2_000,
    };
    let add = async |device| done(directory.add_device(device, 1_000).await);
    assert_eq!(add(device.clone()).await, Admission::Added);
    let taken = Device {
        device_code: secret(),
        ..device.clone()
    };
    assert_eq!(add(taken).await, Admission::CodeTaken);
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
    let exchanged = done(
        directory
            .exchange(device.device_code, issued, 0, 1_100)
            .await,
    );
    assert_eq!(exchanged, Exchange::Done);
    assert!(done(directory.token(access).await).is_some());

    let denied = Device {
        device_code: secret(),
        user_code: secret(),
        ..device
    };
    assert_eq!(add(denied.clone()).await, Admission::Added);
    assert!(!done(directory.deny_device(denied.user_code, 2_000).await));
    assert!(done(directory.deny_device(denied.user_code, 1_000).await));
    assert!(!done(directory.deny_device(denied.user_code, 1_000).await));
    let poll = done(directory.poll_device(denied.device_code, "tv", 1_000).await);
    assert_eq!(poll, Poll::Denied);
    assert!(done(directory.device(denied.user_code, 1_000).await).is_none());
    assert!(done(directory.remove_account("alice").await));
}

pub(super) async fn only_so_many_devices_wait(directory: &dyn Directory) {
    done(directory.forget(0, u64::MAX >> 1).await);
    let add = async |network: &str, expires_at, now| {
        let device = Device {
            device_code: secret(),
            user_code: secret(),
            client_id: "tv".into(),
            parameters: "client_id=tv".into(),
            network: network.into(),
            interval: 5,
            expires_at,
        };
        done(directory.add_device(device, now).await)
    };
    for _ in 0..MOST_DEVICES_OF_NETWORK {
        assert_eq!(add("a", 2_000, 1_000).await, Admission::Added);
    }
    assert_eq!(add("a", 3_000, 1_999).await, Admission::TooMany);
    for network in ["b", ""] {
        assert_eq!(add(network, 3_000, 1_999).await, Admission::Added);
    }
    assert_eq!(
        add("a", 3_000, 2_000).await,
        Admission::Added,
        "those that have expired do not count"
    );
    // One of "b", one of nobody, one of "a".
    for number in 1..MOST_DEVICES / 8 {
        let network = |part| format!("network {number} {part}");
        let (a, b, c, d) = (network(1), network(2), network(3), network(4));
        let add = |network| add(network, 3_000, 2_000);
        let added = tokio::join!(
            add(&a),
            add(&b),
            add(&c),
            add(&d),
            add(&a),
            add(&b),
            add(&c),
            add(&d)
        );
        assert!(
            <[_; 8]>::from(added)
                .iter()
                .all(|admission| *admission == Admission::Added)
        );
    }
    for _ in 3..8 {
        assert_eq!(add("last", 3_000, 2_000).await, Admission::Added);
    }
    assert_eq!(add("c", 4_000, 2_999).await, Admission::TooMany, "in all");
    assert_eq!(add("c", 4_000, 3_000).await, Admission::Added);
    done(directory.forget(0, u64::MAX >> 1).await);
}
