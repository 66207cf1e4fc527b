//! Starts and stops the HTTP server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::{Server, ServerHandle};
use actix_web::middleware::{Compress, from_fn};
use actix_web::{App, HttpServer, rt, web};

use super::client_address::TrustedProxies;
use super::extract::guard::ControlSecret;
use super::frame::compression;
use super::upload::slots::UploadSlots;
use super::{BaseAddress, authentication, frame, routes};
use crate::app::Archive;
use crate::memory;

/// A server that listens. Await [`Running::finished`] to serve.
pub struct Running {
    /// The bound addresses; the port is the real one when 0 was requested.
    pub addresses: Vec<SocketAddr>,
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

/// Binds the configured address and starts answering. Must run inside a tokio runtime.
///
/// # Errors
/// When the address cannot be bound.
pub fn start(archive: &Archive, control: &ControlSecret) -> std::io::Result<Running> {
    let settings = archive.config.server.clone();
    let listener = std::net::TcpListener::bind(&settings.bind)?;
    end_connections_without_reader(&listener, settings.write_timeout_seconds)?;
    let bound = listener.local_addr()?;
    let base = BaseAddress::new(&settings.public_address, bound);
    let (served, control, data) = (archive.clone(), control.clone(), base.clone());
    let data = web::Data::new(data);
    let control = web::Data::new(control);
    let slots = web::Data::new(UploadSlots::new(
        archive.config.intake.max_uploads_of_caller,
    ));
    let proxies = web::Data::new(TrustedProxies::new(&settings.trusted_proxies));
    let factory = move || {
        // Called once on the thread of each worker.
        rt::spawn(memory::give_back());
        App::new()
            .app_data(data.clone())
            .app_data(control.clone())
            .app_data(proxies.clone())
            .app_data(slots.clone())
            .configure(|config| provide(&served, config))
            .configure(routes)
            .wrap(from_fn(authentication::authenticate))
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
        .disable_signals()
        .listen(listener)?;
    if settings.workers > 0 {
        server = server.workers(settings.workers);
    }
    Ok(Running {
        addresses: server.addrs(),
        base,
        server: server.run(),
    })
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
fn provide(archive: &Archive, config: &mut web::ServiceConfig) {
    config
        .app_data(web::Data::new(archive.clone()))
        .app_data(web::Data::from(Arc::clone(&archive.config)))
        .app_data(web::Data::from(Arc::clone(&archive.metrics)))
        .app_data(web::Data::from(Arc::clone(&archive.vocabularies)))
        .app_data(web::Data::from(Arc::clone(&archive.accounts)))
        .app_data(web::Data::new(archive.intake.clone()))
        .app_data(web::Data::new(archive.curation.clone()))
        .app_data(web::Data::new(archive.sharing.clone()))
        .app_data(web::Data::new(archive.delivery.clone()))
        .app_data(web::Data::new(archive.jobs.clone()))
        .app_data(web::Data::from(Arc::clone(&archive.search)))
        .app_data(web::Data::new(archive.feeds.clone()))
        .app_data(web::Data::new(archive.saved_searches.clone()))
        .app_data(web::Data::new(archive.staging.clone()));
}
