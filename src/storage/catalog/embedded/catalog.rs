//! The embedded catalogue, running: the thread that writes, and the way to it.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use tokio::sync::mpsc;

use super::live::Shared;
use super::opening;
use super::options::Options;
use super::sealer::Sealer;
use super::writer::{Request, Writer};
use crate::storage::catalog::CatalogError;
use crate::storage::disk::{Disk, LocalDisk};

/// Requests that may wait for the writer before callers do.
const QUEUE: usize = 256;

/// The embedded catalogue, open.
#[derive(Debug)]
pub struct EmbeddedCatalog {
    pub(super) shared: Arc<Shared>,
    requests: Mutex<Option<mpsc::Sender<Request>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl EmbeddedCatalog {
    /// Opens the catalogue in `dir`, which is made if it is missing. Blocks while the index
    /// catches up with the journal.
    ///
    /// # Errors
    /// [`CatalogError::Io`] naming the lock when another process has it open;
    /// [`CatalogError::Damaged`], [`CatalogError::Lost`], [`CatalogError::NewerVersion`] when the
    /// journal is not whole; those of the file system.
    pub fn open(dir: &Path, options: Options) -> Result<Self, CatalogError> {
        let disk: Arc<dyn Disk> = Arc::new(LocalDisk);
        let opened = opening::open(&disk, dir, options)?;
        let shared = Arc::clone(&opened.shared);
        let sealer = Sealer::start(Arc::clone(&shared.journal)).map_err(CatalogError::Io)?;
        let writer = Writer::new(opened, Some(sealer));
        let (requests, queue) = mpsc::channel(QUEUE);
        let thread = std::thread::Builder::new()
            .name("catalog-writer".into())
            .spawn(move || writer.run(queue))
            .map_err(CatalogError::Io)?;
        Ok(Self {
            shared,
            requests: Mutex::new(Some(requests)),
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(super) async fn ask(&self, request: Request) -> Result<(), CatalogError> {
        let requests = self
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        let requests = requests.ok_or(CatalogError::Closed)?;
        requests
            .send(request)
            .await
            .map_err(|_| CatalogError::Closed)
    }

    pub(super) fn stop_writer(&self) -> Option<JoinHandle<()>> {
        drop(
            self.requests
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        self.thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }
}

impl Drop for EmbeddedCatalog {
    fn drop(&mut self) {
        if let Some(thread) = self.stop_writer() {
            let _ = thread.join();
        }
    }
}
