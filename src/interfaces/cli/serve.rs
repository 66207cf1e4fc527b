//! `serve`: an archive that runs until it is told to stop.

use std::io::ErrorKind;
use std::path::Path;

use actix_web::dev::ServerHandle;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use super::control::{self, Control};
use super::output::print;
use super::{Failure, runtime};
use crate::app::{Archive, OpenError};
use crate::config::Config;
use crate::interfaces::http::extract::guard::ControlSecret;
use crate::interfaces::http::{reachable, server};
use crate::interfaces::messages::Language;
use crate::telemetry;

/// Serves until SIGINT or SIGTERM, then finishes what runs and closes the archive.
///
/// # Errors
/// The folder cannot be opened or the address not bound.
pub(crate) fn run(config: Config, language: Language) -> Result<(), Failure> {
    let serving = start_logged(config)?;
    let address = serving.base().to_owned();
    let listening = language.pick("Kho đang phục vụ tại", "The archive is at");
    print(&format!("{listening} {address}  ({address}/api/docs)"));
    serving.wait_for_stop_signal()
}

/// Starts logging and the archive.
///
/// # Errors
/// As [`Serving::start`].
pub(crate) fn start_logged(config: Config) -> Result<Serving, Failure> {
    telemetry::start_logging(&config.log).map_err(Failure::inside)?;
    Serving::start(config)
}

/// An archive that serves in the background of this process until dropped.
pub(crate) struct Serving {
    runtime: Runtime,
    archive: Archive,
    handle: ServerHandle,
    answering: Option<JoinHandle<std::io::Result<()>>>,
    base: String,
    control: Control,
    #[expect(dead_code, reason = "removes the file when dropped")]
    written: Option<control::Written>,
}

impl Serving {
    /// Opens the data folder and begins to answer.
    ///
    /// # Errors
    /// The folder cannot be opened or the address not bound.
    pub(crate) fn start(config: Config) -> Result<Self, Failure> {
        let runtime = runtime::start()?;
        let data = config.storage.data_dir.clone();
        let bind = config.server.bind.clone();
        let archive = runtime
            .block_on(Archive::start(config))
            .map_err(|error| opening_failed(error, &data))?;
        let secret = ControlSecret::new(&archive.clock);
        let started = runtime.block_on(async {
            let running = server::start(&archive, &secret)?;
            let handle = running.handle();
            let base = running.base.as_str().to_owned();
            let address = running.addresses.first().copied().map(reachable);
            Ok((handle, base, address, tokio::spawn(running.finished())))
        });
        let (handle, base, address, answering) =
            started.map_err(|error| Failure::Listen { bind, error })?;
        let address = address.ok_or_else(|| Failure::inside("no address was bound"))?;
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
        Ok(Self {
            runtime,
            archive,
            handle,
            answering: Some(answering),
            base,
            control,
            written,
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

    /// Waits for SIGINT or SIGTERM, or for the server to fail by itself.
    ///
    /// # Errors
    /// The server failed.
    pub(crate) fn wait_for_stop_signal(mut self) -> Result<(), Failure> {
        let Some(answering) = self.answering.take() else {
            return Ok(());
        };
        let outcome = self.runtime.block_on(async {
            tokio::select! {
                ended = answering => ended.map_err(Failure::inside),
                stopped = stop_signal() => {
                    tracing::info!("stopping: running requests are finished first");
                    Ok(stopped)
                }
            }
        });
        outcome?.map_err(|error| Failure::io("server", error))
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.runtime.block_on(async {
            self.handle.stop(true).await;
            self.archive.close().await;
        });
    }
}

async fn stop_signal() -> std::io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        _ = terminate.recv() => Ok(()),
        interrupted = tokio::signal::ctrl_c() => interrupted,
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
