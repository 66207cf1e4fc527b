//! What systemd gives and wants: bound sockets (`LISTEN_FDS`) and word of the state
//! (`NOTIFY_SOCKET`). Without systemd nothing happens.

use std::net::TcpListener;

use listenfd::ListenFd;
use sd_notify::NotifyState;

use super::Failure;

/// The sockets that systemd bound for this process; empty without socket activation.
///
/// # Errors
/// One of them is no TCP socket that listens.
pub(crate) fn sockets() -> Result<Vec<TcpListener>, Failure> {
    let mut given = ListenFd::from_env();
    let mut sockets = Vec::new();
    for index in 0..given.len() {
        let socket = given
            .take_tcp_listener(index)
            .map_err(|error| Failure::io("LISTEN_FDS", error))?;
        sockets.extend(socket);
    }
    Ok(sockets)
}

/// Whether systemd started this process and waits for word.
pub(crate) fn is_there() -> bool {
    std::env::var_os("NOTIFY_SOCKET").is_some()
}

/// The archive answers.
pub(crate) fn ready() {
    notify(NotifyState::Ready);
}

/// It finishes running requests and ends.
pub(crate) fn stopping() {
    notify(NotifyState::Stopping);
}

fn notify(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(false, &[state]) {
        tracing::warn!(%error, "the state cannot be sent to the service manager");
    }
}
