//! Devices that wait for a user, in an SQLite file.

use rusqlite::{Connection, OptionalExtension, Result, Row, params};

use super::grant;
use super::row::{hash, number, optional};
use crate::grant::{
    Admission, Device, MOST_DEVICES, MOST_DEVICES_OF_NETWORK, NewGrant, NewToken, Poll, SLOW_DOWN,
    TokenKind,
};
use crate::secret::SecretHash;

/// A user code is one device's.
pub(super) fn insert(connection: &Connection, device: &Device, now: u64) -> Result<Admission> {
    if is_full(connection, &device.network)? {
        connection.execute(
            "DELETE FROM device_request WHERE expires_at <= ?1",
            [now.cast_signed()],
        )?;
        if is_full(connection, &device.network)? {
            return Ok(Admission::TooMany);
        }
    }
    let added = connection.execute(
        "INSERT INTO device_request (device_code, user_code, client_id, parameters, interval, expires_at,
                                     network)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO NOTHING",
        params![
            device.device_code.bytes(),
            device.user_code.bytes(),
            device.client_id,
            device.parameters,
            device.interval.cast_signed(),
            device.expires_at.cast_signed(),
            device.network,
        ],
    )?;
    Ok(match added {
        0 => Admission::CodeTaken,
        _ => Admission::Added,
    })
}

/// Whether as many devices wait as may, of this network or in all. Those that have expired are among them.
fn is_full(connection: &Connection, network: &str) -> Result<bool> {
    connection
        .prepare_cached(
            "SELECT (SELECT count(*) FROM device_request WHERE network = ?1) >= ?2
                 OR (SELECT count(*) FROM device_request) >= ?3",
        )?
        .query_row(
            params![network, MOST_DEVICES_OF_NETWORK, MOST_DEVICES],
            |row| row.get(0),
        )
}

/// The one that waits with this user code.
pub(super) fn waiting(
    connection: &Connection,
    user_code: SecretHash,
    now: u64,
) -> Result<Option<Device>> {
    connection
        .prepare_cached(
            "SELECT device_code, user_code, client_id, parameters, interval, expires_at, network
             FROM device_request
             WHERE user_code = ?1 AND expires_at > ?2 AND NOT denied",
        )?
        .query_row(params![user_code.bytes(), now.cast_signed()], device)
        .optional()
}

fn device(row: &Row<'_>) -> Result<Device> {
    Ok(Device {
        device_code: hash(row, 0)?,
        user_code: hash(row, 1)?,
        client_id: row.get(2)?,
        parameters: row.get(3)?,
        interval: number(row, 4)?,
        expires_at: number(row, 5)?,
        network: row.get(6)?,
    })
}

/// From here on, the device code is a token. Says whether one waited.
pub(super) fn approve(
    connection: &Connection,
    user_code: SecretHash,
    granted: &NewGrant,
    now: u64,
) -> Result<bool> {
    let Some(device) = waiting(connection, user_code, now)? else {
        return Ok(false);
    };
    let id = grant::insert(connection, granted)?;
    let token = NewToken {
        hash: device.device_code,
        kind: TokenKind::DeviceCode,
        data: String::new(),
        issued_at: now,
        expires_at: device.expires_at,
    };
    grant::issue(connection, id, &token, None)?;
    connection.execute(
        "DELETE FROM device_request WHERE user_code = ?1",
        [user_code.bytes()],
    )?;
    Ok(true)
}

/// Says whether one waited.
pub(super) fn deny(connection: &Connection, user_code: SecretHash, now: u64) -> Result<bool> {
    let denied = connection.execute(
        "UPDATE device_request SET denied = 1
         WHERE user_code = ?1 AND expires_at > ?2 AND NOT denied",
        params![user_code.bytes(), now.cast_signed()],
    )?;
    Ok(denied == 1)
}

pub(super) fn poll(
    connection: &Connection,
    device_code: SecretHash,
    client_id: &str,
    now: u64,
) -> Result<Poll> {
    if let Some(token) = grant::token(connection, device_code)? {
        return Ok(Poll::of(token, client_id, now));
    }
    let found = connection
        .prepare_cached(
            "SELECT interval, expires_at, polled_at, denied FROM device_request
             WHERE device_code = ?1 AND client_id = ?2",
        )?
        .query_row(params![device_code.bytes(), client_id], |row| {
            let denied: bool = row.get(3)?;
            Ok((number(row, 0)?, number(row, 1)?, optional(row, 2)?, denied))
        })
        .optional()?;
    let Some((interval, expires_at, polled_at, denied)) = found else {
        return Ok(Poll::Gone);
    };
    if expires_at <= now {
        return Ok(Poll::Expired);
    }
    if denied {
        return Ok(Poll::Denied);
    }
    let is_too_soon = polled_at.is_some_and(|at| now < at + interval);
    let longer = if is_too_soon { SLOW_DOWN } else { 0 };
    connection
        .prepare_cached(
            "UPDATE device_request SET polled_at = ?2, interval = interval + ?3
             WHERE device_code = ?1",
        )?
        .execute(params![
            device_code.bytes(),
            now.cast_signed(),
            longer.cast_signed()
        ])?;
    Ok(match is_too_soon {
        true => Poll::SlowDown,
        false => Poll::Pending,
    })
}
