//! Starts and stops the HTTP server.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, rt, web};

use super::client_address::TrustedProxies;
use super::extract::guard::ControlSecret;
use super::frame::compression;
use super::health::ReadinessGate;
use super::records::Records;
use super::tls::Tls;
use super::upload::slots::UploadSlots;
use super::{BaseAddress, authentication, frame, reachable, routes, uploads};
use crate::app::Archive;
use crate::memory;

/// A server that listens. Await [`Running::finished`] to serve.
pub struct Running {
    /// Where programs on this machine reach it without TLS.
    pub local: SocketAddr,
    /// The address links are built from.
    pub base: BaseAddress,
    server: Server,
}

impl Running {
    /// Serves until stopped.
    ///
    /// # Errors
    /// When the sockets fail.
    pub async fn finished(self) -> std::io::Result<()> {
        self.server.await
    }

    /// Stops the server: running requests get the configured time to finish.
    pub fn handle(&self) -> ServerHandle {
        self.server.handle()
    }
}

/// How it listens.
#[derive(Default)]
pub struct Listening {
    /// Sockets that were bound for this process; empty: `server.bind` is bound.
    pub sockets: Vec<TcpListener>,
    /// Speaks TLS with this certificate.
    pub tls: Option<Tls>,
    /// Whether requests should be sent here yet.
    pub gate: ReadinessGate,
}

/// The sockets handed over, or one bound to the configured address, each of which ends connections
/// whose reader does not read.
fn bound_sockets(
    sockets: Vec<TcpListener>,
    settings: &crate::config::Server,
) -> std::io::Result<Vec<TcpListener>> {
    let sockets = if sockets.is_empty() {
        vec![TcpListener::bind(&settings.bind)?]
    } else {
        sockets
    };
    for socket in &sockets {
        end_connections_without_reader(socket, settings.write_timeout_seconds)?;
    }
    Ok(sockets)
}

/// The address of the first socket.
fn address_of(sockets: &[TcpListener]) -> std::io::Result<SocketAddr> {
    sockets.first().map_or_else(
        || Err(std::io::ErrorKind::AddrNotAvailable.into()),
        TcpListener::local_addr,
    )
}

/// Binds the configured address and starts answering. `pages` registers the pages for people. Must run inside a tokio
/// runtime.
///
/// # Errors
/// When the address cannot be bound.
pub fn start(
    archive: &Archive,
    control: &ControlSecret,
    listening: Listening,
    pages: fn(&mut web::ServiceConfig),
) -> std::io::Result<Running> {
    let settings = archive.config.server.clone();
    let Listening { sockets, tls, gate } = listening;
    let sockets = bound_sockets(sockets, &settings)?;
    let bound = address_of(&sockets)?;
    let scheme = if tls.is_some() { "https" } else { "http" };
    let base = BaseAddress::new(&settings.public_address, scheme, bound);
    let served = archive.clone();
    let address = base.clone();
    let control = web::Data::new(control.clone());
    let gate = web::Data::new(gate);
    let slots = web::Data::new(UploadSlots::new(
        archive.config.intake.max_uploads_of_caller,
    ));
    let proxies = web::Data::new(TrustedProxies::new(&settings.trusted_proxies));
    let factory = move || {
        // Called once on the thread of each worker.
        rt::spawn(memory::give_back());
        App::new()
            .app_data(control.clone())
            .app_data(gate.clone())
            .app_data(proxies.clone())
            .app_data(slots.clone())
            .configure(|config| provide(&served, &address, config))
            .configure(routes)
            .configure(pages)
            .wrap(from_fn(authentication::authenticate))
            .wrap(from_fn(uploads::protocol::speak))
            .wrap(from_fn(compression::only_generated_text))
            .wrap(Compress::default())
            .wrap(from_fn(frame::frame))
    };
    let mut server = HttpServer::new(factory)
        .tcp_nodelay(true)
        .keep_alive(Duration::from_secs(settings.keep_alive_seconds))
        .client_request_timeout(Duration::from_secs(settings.header_timeout_seconds))
        .client_disconnect_timeout(Duration::from_secs(5))
        .shutdown_timeout(settings.shutdown_seconds)
        .disable_signals();
    let mut local = reachable(bound);
    if let Some(tls) = tls {
        let tls = tls.server_config().map_err(std::io::Error::other)?;
        for socket in sockets {
            server = server.listen_rustls_0_23(socket, tls.clone())?;
        }
        // Commands on this machine speak plain HTTP, on a port that only this machine reaches.
        let socket = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        local = socket.local_addr()?;
        server = server.listen(socket)?;
    } else {
        for socket in sockets {
            server = server.listen(socket)?;
        }
    }
    if settings.workers > 0 {
        server = server.workers(settings.workers);
    }
    Ok(Running {
        local,
        base,
        server: server.run(),
    })
}

fn records(archive: &Archive, base: &BaseAddress) -> Records {
    let vocabularies = Arc::clone(&archive.vocabularies);
    Records::new(archive.delivery.clone(), vocabularies, base.clone())
}

/// Ends a connection whose client reads nothing of a response for this long. The framework has no such
/// timeout: it waits for the socket without end and keeps the response in memory. Accepted sockets
/// inherit `TCP_USER_TIMEOUT`, which also counts the time with a window of zero (tcp(7)).
#[cfg(target_os = "linux")]
fn end_connections_without_reader(
    listener: &std::net::TcpListener,
    seconds: u64,
) -> std::io::Result<()> {
    let milliseconds = u32::try_from(seconds.saturating_mul(1000)).unwrap_or(u32::MAX);
    rustix::net::sockopt::set_tcp_user_timeout(listener, milliseconds)?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn end_connections_without_reader(_: &std::net::TcpListener, _: u64) -> std::io::Result<()> {
    Ok(())
}

/// Registers the data that handlers extract.
fn provide(archive: &Archive, base: &BaseAddress, config: &mut web::ServiceConfig) {
    config
        .app_data(web::Data::new(base.clone()))
        .app_data(web::Data::new(records(archive, base)))
        .app_data(web::Data::new(archive.clone()))
        .app_data(web::Data::from(Arc::clone(&archive.config)))
        .app_data(web::Data::from(Arc::clone(&archive.metrics)))
        .app_data(web::Data::from(Arc::clone(&archive.vocabularies)))
        .app_data(web::Data::from(Arc::clone(&archive.tokens)))
        .app_data(web::Data::new(archive.intake.clone()))
        .app_data(web::Data::new(archive.curation.clone()))
        .app_data(web::Data::new(archive.history.clone()))
        .app_data(web::Data::new(archive.bulk.clone()))
        .app_data(web::Data::new(archive.sharing.clone()))
        .app_data(web::Data::new(archive.delivery.clone()))
        .app_data(web::Data::new(archive.jobs.clone()))
        .app_data(web::Data::from(Arc::clone(&archive.search)))
        .app_data(web::Data::new(archive.feeds.clone()))
        .app_data(web::Data::new(archive.saved_searches.clone()))
        .app_data(web::Data::new(archive.staging.clone()));
}
