//! Connections from addresses of their own. Each address of 127.0.0.0/8 is this machine's, and to the server each is a
//! network of its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use tokio::net::TcpSocket;
use tokio::runtime::{Builder, Runtime};

thread_local! {
    // The standard library connects from no particular address.
    static RUNTIME: Runtime = Builder::new_current_thread()
        .enable_io()
        .build()
        .expect("a runtime can be made");
}

/// Connects from this address, and waits no longer than so for whatever is read.
pub fn connect(from: Ipv4Addr, to: SocketAddr, patience: Duration) -> io::Result<TcpStream> {
    let stream = RUNTIME.with(|runtime| {
        runtime.block_on(async {
            let socket = TcpSocket::new_v4()?;
            socket.set_reuseaddr(true)?;
            socket.bind((from, 0).into())?;
            socket.connect(to).await?.into_std()
        })
    })?;
    stream.set_nonblocking(false)?;
    // What is sent in two pieces does not wait for an acknowledgement of the first.
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    Ok(stream)
}
