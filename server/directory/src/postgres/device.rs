//! Devices that wait for a user.

use tokio_postgres::Error;

use super::grant;
use super::link::Link;
use super::row::{hash, number, optional};
use crate::grant::{
    Admission, Device, MOST_DEVICES, MOST_DEVICES_OF_NETWORK, NewGrant, NewToken, Poll, SLOW_DOWN,
    TokenKind,
};
use crate::secret::SecretHash;

/// Within a transaction. A user code is one device's.
pub(super) async fn insert(link: &Link, device: &Device, now: u64) -> Result<Admission, Error> {
    // One at a time, on whichever server, so that none is added beside the last that may.
    link.row_if_any("SELECT pg_advisory_xact_lock($1)::TEXT", &[&ADDING])
        .await?;
    if is_full(link, &device.network).await? {
        link.execute(
            "DELETE FROM device_request WHERE expires_at <= $1",
            &[&now.cast_signed()],
        )
        .await?;
        if is_full(link, &device.network).await? {
            return Ok(Admission::TooMany);
        }
    }
    let added = link
        .execute(
            "INSERT INTO device_request (device_code, user_code, client_id, parameters, wait, expires_at,
                                         network)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
            &[
                &device.device_code.bytes(),
                &device.user_code.bytes(),
                &device.client_id,
                &device.parameters,
                &device.interval.cast_signed(),
                &device.expires_at.cast_signed(),
                &device.network,
            ],
        )
        .await?;
    Ok(match added {
        0 => Admission::CodeTaken,
        _ => Admission::Added,
    })
}

/// Nobody else takes the lock with this number: `device` in ASCII.
const ADDING: i64 = 0x6465_7669_6365;

/// Whether as many devices wait as may, of this network or in all. Those that have expired are among them.
async fn is_full(link: &Link, network: &str) -> Result<bool, Error> {
    let row = link
        .row(
            "SELECT (SELECT count(*) FROM device_request WHERE network = $1) >= $2
                 OR (SELECT count(*) FROM device_request) >= $3",
            &[&network, &MOST_DEVICES_OF_NETWORK, &MOST_DEVICES],
        )
        .await?;
    Ok(row.get(0))
}

/// The one that waits with this user code.
pub(super) async fn waiting(
    link: &Link,
    user_code: SecretHash,
    now: u64,
) -> Result<Option<Device>, Error> {
    let found = link
        .row_if_any(
            "SELECT device_code, user_code, client_id, parameters, wait, expires_at, network
             FROM device_request WHERE user_code = $1 AND expires_at > $2 AND NOT denied",
            &[&user_code.bytes(), &now.cast_signed()],
        )
        .await?;
    Ok(found.map(|row| Device {
        device_code: hash(&row, 0),
        user_code: hash(&row, 1),
        client_id: row.get(2),
        parameters: row.get(3),
        interval: number(&row, 4),
        expires_at: number(&row, 5),
        network: row.get(6),
    }))
}

/// From here on, the device code is a token. Says whether one waited.
pub(super) async fn approve(
    link: &Link,
    user_code: SecretHash,
    granted: &NewGrant,
    now: u64,
) -> Result<bool, Error> {
    let Some(device) = waiting(link, user_code, now).await? else {
        return Ok(false);
    };
    let removed = link
        .execute(
            "DELETE FROM device_request WHERE user_code = $1 AND NOT denied",
            &[&user_code.bytes()],
        )
        .await?;
    if removed == 0 {
        return Ok(false);
    }
    let id = grant::insert(link, granted).await?;
    let token = NewToken {
        hash: device.device_code,
        kind: TokenKind::DeviceCode,
        data: String::new(),
        issued_at: now,
        expires_at: device.expires_at,
    };
    grant::issue(link, id, &token, None).await?;
    Ok(true)
}

/// Says whether one waited.
pub(super) async fn deny(link: &Link, user_code: SecretHash, now: u64) -> Result<bool, Error> {
    let denied = link
        .execute(
            "UPDATE device_request SET denied = TRUE
             WHERE user_code = $1 AND expires_at > $2 AND NOT denied",
            &[&user_code.bytes(), &now.cast_signed()],
        )
        .await?;
    Ok(denied == 1)
}

/// Within a transaction.
pub(super) async fn poll(
    link: &Link,
    device_code: SecretHash,
    client_id: &str,
    now: u64,
) -> Result<Poll, Error> {
    if let Some(token) = grant::token(link, device_code).await? {
        return Ok(Poll::of(token, client_id, now));
    }
    let found = link
        .row_if_any(
            "SELECT wait, expires_at, polled_at, denied FROM device_request
             WHERE device_code = $1 AND client_id = $2 FOR UPDATE",
            &[&device_code.bytes(), &client_id],
        )
        .await?;
    let Some(row) = found else {
        return Ok(Poll::Gone);
    };
    if number(&row, 1) <= now {
        return Ok(Poll::Expired);
    }
    if row.get(3) {
        return Ok(Poll::Denied);
    }
    let is_too_soon = optional(&row, 2).is_some_and(|at| now < at + number(&row, 0));
    let longer = if is_too_soon { SLOW_DOWN } else { 0 };
    link.execute(
        "UPDATE device_request SET polled_at = $2, wait = wait + $3 WHERE device_code = $1",
        &[
            &device_code.bytes(),
            &now.cast_signed(),
            &longer.cast_signed(),
        ],
    )
    .await?;
    Ok(match is_too_soon {
        true => Poll::SlowDown,
        false => Poll::Pending,
    })
}
