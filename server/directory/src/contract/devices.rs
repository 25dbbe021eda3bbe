//! Devices without a browser.

use gatepost_plugin::Effect;

use super::given::{add_account, attempt, decide, done, new_grant, new_token, secret};
use crate::directory::Directory;
use crate::error::{DecideError, DirectoryError};
use crate::grant::{Change, Device, Exchange, Poll, TokenKind};

pub(super) async fn devices(directory: &dyn Directory) {
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
    assert!(done(directory.add_device(denied.clone()).await));
    assert!(!done(directory.deny_device(denied.user_code, 2_000).await));
    assert!(done(directory.deny_device(denied.user_code, 1_000).await));
    assert!(!done(directory.deny_device(denied.user_code, 1_000).await));
    let poll = done(directory.poll_device(denied.device_code, "tv", 1_000).await);
    assert_eq!(poll, Poll::Denied);
    assert!(done(directory.device(denied.user_code, 1_000).await).is_none());
    assert!(done(directory.remove_account("alice").await));
}
