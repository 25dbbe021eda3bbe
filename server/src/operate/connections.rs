//! Connections, from the first byte to the last.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};

use crate::config::Limits;
use crate::observe::watch::Watch;
use crate::operate::linger::Lingering;
use crate::operate::notify::notify;
use crate::operate::places::{Holder, Place, Places};
use crate::operate::stop::Stop;
use crate::operate::tls::Tls;
use crate::origin::place::{Network, Peer};
use crate::origin::proxies::Proxies;

/// How long a connection may be kept, however busy it is. It is also what bounds a client that
/// does not take its answers.
const CONNECTION_AGE: Duration = Duration::from_secs(600);

/// How long a request's head may be, in bytes.
const HEAD_LIMIT: usize = 32 << 10;

/// How connections come in.
pub(super) struct Entrance {
    limits: Limits,
    proxies: Proxies,
    places: Arc<Places>,
    /// What is behind it, if connections are encrypted.
    pub(super) tls: Option<Tls>,
    watch: Arc<Watch>,
}

impl Entrance {
    pub(super) fn new(
        limits: &Limits,
        proxies: Proxies,
        tls: Option<Tls>,
        watch: Arc<Watch>,
    ) -> Self {
        Self {
            limits: limits.clone(),
            proxies,
            places: Places::new(limits.connections as usize),
            tls,
            watch,
        }
    }

    /// Who holds the place of a connection.
    fn holder(&self, peer: Peer) -> Holder {
        match peer {
            Peer::Direct(address) if self.proxies.trust(address) => Holder::Proxy,
            Peer::Direct(address) => Holder::Network(Network::of(address)),
            Peer::Announced(origin) => Holder::Network(origin.network()),
        }
    }
}

/// Takes connections until told to stop, then lets those that are busy finish.
pub(super) async fn accept(
    listener: TcpListener,
    router: Router,
    entrance: &Arc<Entrance>,
    mut stop: Stop,
) {
    let (stopping, told) = watch::channel(());
    // Each connection holds one end, and the other end hears when there are none left.
    let (alive, mut ended) = mpsc::channel::<Infallible>(1);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stop.asked() => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let router = router.clone();
                let told = told.clone();
                let alive = alive.clone();
                let entrance = Arc::clone(entrance);
                tokio::spawn(async move {
                    enter(stream, peer, router, &entrance, told).await;
                    drop(alive);
                });
            }
            Err(error) => {
                // The usual reason is that there are too many open files, and that passes.
                tracing::warn!(%error, "cannot accept a connection");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    drop(alive);
    notify("STOPPING=1");
    tracing::info!("stopping: no new connections, finishing the requests in flight");
    let _ = stopping.send(());
    let drain = entrance.limits.drain;
    if tokio::time::timeout(drain, ended.recv()).await.is_err() {
        tracing::warn!("stopping although some requests are not finished");
    }
}

/// Lets a connection in: past a proxy that says where it comes from, and through TLS. Both take no
/// longer than a request's head may.
async fn enter(
    mut stream: TcpStream,
    address: SocketAddr,
    router: Router,
    entrance: &Entrance,
    told: watch::Receiver<()>,
) {
    let Entrance {
        limits,
        proxies,
        tls,
        watch,
        places,
    } = entrance;
    let _connected = watch.metrics.connected();
    // An answer is written at once, there is nothing to wait for.
    let _ = stream.set_nodelay(true);
    let peer = if proxies.announce(address.ip()) {
        let announced = proxies.announced(&mut stream, address.ip());
        match tokio::time::timeout(limits.head, announced).await {
            Ok(Some(origin)) => Peer::Announced(origin),
            // A trusted proxy that does not say it, or something else on its machine.
            Ok(None) | Err(_) => return,
        }
    } else {
        Peer::Direct(address.ip().to_canonical())
    };
    let Some(place) = places.take(entrance.holder(peer)).map(Arc::new) else {
        return;
    };
    let served = async {
        match tls {
            None => attend(stream, peer, &place, router, limits, told).await,
            Some(tls) => {
                let handshake = tls.acceptor().accept(stream);
                if let Ok(Ok(stream)) = tokio::time::timeout(limits.head, handshake).await {
                    attend(stream, peer, &place, router, limits, told).await;
                }
            }
        }
    };
    tokio::select! {
        () = served => {}
        () = place.lost() => {}
    }
}

/// Serves one connection for as long as it may last.
async fn attend(
    stream: impl AsyncRead + AsyncWrite + Unpin,
    peer: Peer,
    place: &Arc<Place>,
    router: Router,
    limits: &Limits,
    mut told: watch::Receiver<()>,
) {
    let router = TowerToHyperService::new(router);
    let service = service_fn(|mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        let place = Arc::clone(place);
        let answer = router.call(request);
        async move {
            place.is_busy(true);
            let answer = answer.await;
            place.is_busy(false);
            answer
        }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(limits.head)
            .max_buf_size(HEAD_LIMIT)
            .serve_connection(TokioIo::new(Lingering::new(stream)), service)
    );
    tokio::select! {
        // That a client went away, or talks no HTTP, is its own business.
        _ = connection.as_mut() => return,
        _ = told.changed() => {}
        () = tokio::time::sleep(CONNECTION_AGE) => {}
    }
    connection.as_mut().graceful_shutdown();
    let _ = tokio::time::timeout(limits.request, connection).await;
}
