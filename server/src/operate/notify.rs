//! What a service manager is told.

use std::os::unix::net::UnixDatagram;

/// Tells systemd how things are, if it wants to know (sd_notify(3)).
pub(super) fn notify(state: &str) {
    let Some(address) = std::env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    let told = UnixDatagram::unbound().and_then(|socket| socket.send_to(state.as_bytes(), address));
    if let Err(error) = told {
        tracing::warn!(%error, "cannot tell the service manager");
    }
}
