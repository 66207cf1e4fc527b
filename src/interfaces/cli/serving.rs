//! An archive that serves in the background of this process.

use std::io::ErrorKind;
use std::path::Path;

use actix_web::dev::ServerHandle;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::JoinHandle;

use super::control::{self, Control};
use super::{Failure, runtime, service_manager};
use crate::app::{Archive, OpenError, Texts};
use crate::config::Config;
use crate::interfaces::drop_folders;
use crate::interfaces::http::extract::guard::ControlSecret;
use crate::interfaces::http::problem::reasons;
use crate::interfaces::http::server::{self, Listening};
use crate::interfaces::http::tls::{Tls, TlsError};
use crate::interfaces::messages::mail;
use crate::interfaces::portal;
use crate::storage::blocking;
use crate::telemetry::{self, error_chain};

/// Starts logging and the archive.
///
/// # Errors
/// As [`Serving::start`].
pub(crate) fn start_logged(config: Config, listening: Listening) -> Result<Serving, Failure> {
    telemetry::start_logging(&config.log).map_err(Failure::inside)?;
    Serving::start(config, listening)
}

/// An archive that serves in the background of this process until dropped.
pub(crate) struct Serving {
    runtime: Runtime,
    archive: Archive,
    handle: ServerHandle,
    answering: Option<JoinHandle<std::io::Result<()>>>,
    base: String,
    control: Control,
    tls: Option<Tls>,
    #[expect(dead_code, reason = "removes the file when dropped")]
    written: Option<control::Written>,
    /// Watches drop folders.
    watching: JoinHandle<()>,
}

/// What writes texts for people.
pub(super) fn texts() -> Texts {
    Texts {
        letters: mail::compose,
        refusals: reasons::words(),
    }
}

impl Serving {
    /// Opens the data folder and begins to answer.
    ///
    /// # Errors
    /// The folder cannot be opened, the address not bound, or the certificate not used.
    pub(crate) fn start(config: Config, mut listening: Listening) -> Result<Self, Failure> {
        let tls = Tls::of(&config.server).map_err(|error| unusable(&error))?;
        listening.tls.clone_from(&tls);
        let runtime = runtime::start()?;
        let data = config.storage.data_dir.clone();
        let bind = config.server.bind.clone();
        let archive = runtime
            .block_on(Archive::start(config, texts()))
            .map_err(|error| opening_failed(error, &data))?;
        let folders = &archive.config.drop_folders.folders;
        let folders = drop_folders::read(folders, &archive.vocabularies);
        let folders = folders.map_err(|error| Failure::Usage {
            vi: format!(
                "drop_folders.folders không dùng được: {}",
                error_chain(&error)
            ),
            en: format!(
                "drop_folders.folders cannot be used: {}",
                error_chain(&error)
            ),
        })?;
        let secret = ControlSecret::new(&archive.clock);
        let started = runtime.block_on(async {
            let running = server::start(&archive, &secret, listening, portal::routes)?;
            let handle = running.handle();
            let base = running.base.as_str().to_owned();
            let address = running.local;
            Ok((handle, base, address, tokio::spawn(running.finished())))
        });
        let (handle, base, address, answering) =
            started.map_err(|error| Failure::Listen { bind, error })?;
        let control = Control {
            address,
            secret: secret.as_text(),
        };
        let written = match control::write(&data, &control) {
            Ok(written) => Some(written),
            // On a full disk reading must go on all the same.
            Err(error) if error.kind() == ErrorKind::StorageFull => {
                tracing::warn!(%error, "commands on this machine will not find the archive");
                None
            }
            Err(error) => return Err(Failure::io(data.join("run").display(), error)),
        };
        let watching = runtime.spawn(drop_folders::watch(archive.clone(), folders));
        Ok(Self {
            runtime,
            archive,
            handle,
            answering: Some(answering),
            base,
            control,
            tls,
            written,
            watching,
        })
    }

    /// The public address.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Address and secret for commands on this machine.
    pub(crate) const fn control(&self) -> &Control {
        &self.control
    }

    /// Begins to listen to signals; those that come before the wait are not lost.
    ///
    /// # Errors
    /// The system does not let signals be handled.
    pub(crate) fn signals(&self) -> Result<Signals, Failure> {
        let _context = self.runtime.enter();
        Signals::new(self.tls.clone()).map_err(|error| Failure::io("signals", error))
    }

    /// Waits for SIGINT or SIGTERM, or for the server to fail by itself.
    ///
    /// # Errors
    /// The server failed.
    pub(crate) fn wait_for_stop_signal(mut self, mut signals: Signals) -> Result<(), Failure> {
        let Some(answering) = self.answering.take() else {
            return Ok(());
        };
        let outcome = self.runtime.block_on(async {
            tokio::select! {
                ended = answering => ended.map_err(Failure::inside),
                () = signals.stop() => {
                    tracing::info!("stopping: running requests are finished first");
                    service_manager::stopping();
                    Ok(Ok(()))
                }
            }
        });
        outcome?.map_err(|error| Failure::io("server", error))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.watching.abort();
        self.runtime.block_on(async {
            self.handle.stop(true).await;
            self.archive.close().await;
        });
    }
}

/// The signals that a server follows.
pub(crate) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// Only with a certificate to read again or under a service manager: a server in a terminal
    /// ends with it.
    hangup: Option<Signal>,
    tls: Option<Tls>,
}

impl Signals {
    fn new(tls: Option<Tls>) -> std::io::Result<Self> {
        let follows_hangup = tls.is_some() || service_manager::is_there();
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: follows_hangup
                .then(|| signal(SignalKind::hangup()))
                .transpose()?,
            tls,
        })
    }

    /// Reads the certificate again at each SIGHUP; ends at SIGTERM or SIGINT.
    async fn stop(&mut self) {
        loop {
            let hangup = async {
                match &mut self.hangup {
                    Some(hangup) => hangup.recv().await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = hangup => {}
            }
            if let Some(tls) = self.tls.clone() {
                match blocking(move || tls.reload()).await {
                    Ok(()) => tracing::info!("the certificate was read again"),
                    Err(error) => {
                        let error = error_chain(&error);
                        tracing::error!(%error, "the certificate stays as it was");
                    }
                }
            }
        }
    }
}

fn unusable(error: &TlsError) -> Failure {
    let why = error_chain(error);
    Failure::Usage {
        vi: format!("server.tls_certificate, server.tls_key không dùng được: {why}"),
        en: format!("server.tls_certificate, server.tls_key cannot be used: {why}"),
    }
}

/// Puts a failed opening into the words of the command line.
pub(crate) fn opening_failed(error: OpenError, data: &Path) -> Failure {
    match error {
        OpenError::InUse => Failure::InUse {
            folder: data.display().to_string(),
        },
        other => Failure::Opening {
            folder: data.display().to_string(),
            error: other,
        },
    }
}
