//! The catalogue that needs nothing else to be running.
//!
//! **The journal is the truth, sled is its index.** A commit is a line per write in an append-only
//! [`journal`], synced once for all that are committed together; sled only knows where to find
//! things in it. Why: sled 0.34 does not sync what it flushes, can be left unreadable by `kill -9`
//! and has no repair; an append-only file of checksummed lines has none of this, and its loss of
//! an unacknowledged tail is the only thing a crash can do to it.
//!
//! ```text
//! DIR/lock       one process at a time; number of the session
//! DIR/journal/   00000000000000000001.ndjson.zst … one line per write, sealed when closed
//! DIR/index/     sled; deleting it is always harmless
//! DIR/ballast    occupies space for the index to use on a full disk
//! ```
//!
//! - [`plan`] checks change sets and turns them into lines and index changes; [`effects`] says
//!   what a line does to the index, the same for commits, replay, rebuild and verification.
//! - [`writer`] is the one thread that commits, in groups; [`port`] answers readers.
//! - [`live`] opens the index again when sled fails; [`recovery`] brings the index level with the journal at start.
//!
//! Reading a work is one look-up in sled, one read of its line, a checksum and a parse. Ceiling:
//! about 300,000 works, and one process.

mod ballast;
mod effects;
mod index;
mod journal;
mod leases;
mod live;
mod plan;
mod port;
mod reader;
mod recovery;
mod salvage;
mod sealer;
mod session;
mod verify;
mod writer;

use std::fs;
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot, watch};

pub use salvage::{Salvage, discard_after_damage};
pub use verify::Verification;

use self::ballast::Ballast;
use self::journal::Journal;
use self::journal::append::Appender;
use self::leases::Leases;
use self::live::{Live, Shared};
use self::sealer::Sealer;
use self::session::Session;
use self::writer::{Request, Writer};
use super::{CatalogError, EventNumber};

/// Requests that may wait for the writer before callers do.
const QUEUE: usize = 256;

/// Settings of the embedded catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Length at which a journal segment is closed, in bytes.
    pub segment_bytes: u64,
    /// Free space below which commits are refused, so that the index can still be written. As
    /// much again is occupied in advance, so that it can be opened on a disk that others filled.
    pub reserve_bytes: u64,
    /// Memory sled may use for its cache, in bytes.
    pub cache_bytes: u64,
}

impl Default for Options {
    fn default() -> Self {
        const MIB: u64 = 1024 * 1024;
        Self {
            segment_bytes: 64 * MIB,
            reserve_bytes: 32 * MIB,
            cache_bytes: 64 * MIB,
        }
    }
}

/// The embedded catalogue, open.
#[derive(Debug)]
pub struct EmbeddedCatalog {
    shared: Arc<Shared>,
    requests: Mutex<Option<mpsc::Sender<Request>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl EmbeddedCatalog {
    /// Opens the catalogue in `dir`, which is made if it is missing. Blocks while the index is
    /// brought level with the journal.
    ///
    /// # Errors
    /// [`CatalogError::Io`] naming the lock when another process has it open;
    /// [`CatalogError::Damaged`] when the journal is; those of the file system.
    pub fn open(dir: &Path, options: Options) -> Result<Self, CatalogError> {
        fs::create_dir_all(dir).map_err(CatalogError::Io)?;
        let session = Session::begin(dir).map_err(CatalogError::Io)?;
        let journal = Arc::new(Journal::open(&dir.join("journal"))?);
        let ballast = Ballast::new(dir, options.reserve_bytes);
        let free = writer::free_bytes(dir).map_err(CatalogError::Io)?;
        if free < options.reserve_bytes {
            ballast.release();
        }
        let trust_index = !session.after_power_loss;
        let recovered = recovery::recover(dir, &journal, trust_index, &options)?;
        let appender =
            Appender::open(Arc::clone(&journal), recovered.end).map_err(CatalogError::Io)?;
        journal::sync_dir(dir).map_err(CatalogError::Io)?;
        ballast.hold(free);
        let shared = Arc::new(Shared {
            dir: dir.to_owned(),
            options,
            journal: Arc::clone(&journal),
            leases: Leases::new(session.number),
            events: watch::Sender::new(EventNumber(recovered.meta.events)),
            ballast,
            committing: Mutex::default(),
            live: RwLock::new(Live::new(recovered.index)),
        });
        let writer = Writer {
            shared: Arc::clone(&shared),
            appender,
            meta: recovered.meta,
            session,
            sealer: Sealer::start(journal).map_err(CatalogError::Io)?,
            is_stopped: false,
        };
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

    /// Finishes the commits under way, syncs the index and gives the folder free. Calls after
    /// this answer [`CatalogError::Closed`]. Dropping the catalogue does the same.
    pub async fn close(&self) {
        if let Some(thread) = self.stop_writer() {
            crate::storage::blocking(move || {
                let _ = thread.join();
            })
            .await;
        }
    }

    /// Reads the whole journal, checks every checksum, builds an index from it beside the live
    /// one and compares them row by row. Commits wait meanwhile.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`] naming the first bad line; those of the file system.
    pub async fn verify(&self) -> Result<Verification, CatalogError> {
        let (answer, answered) = oneshot::channel();
        self.ask(Request::Verify(answer)).await?;
        answered.await.map_err(|_| CatalogError::Closed)?
    }

    async fn ask(&self, request: Request) -> Result<(), CatalogError> {
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

    fn stop_writer(&self) -> Option<JoinHandle<()>> {
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

/// Deletes the index of a catalogue that is not open and builds it anew from the journal.
///
/// # Errors
/// As for [`EmbeddedCatalog::open`].
pub fn rebuild(dir: &Path, options: Options) -> Result<(), CatalogError> {
    let session = Session::begin(dir).map_err(CatalogError::Io)?;
    match fs::remove_dir_all(recovery::index_dir(dir)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(CatalogError::Io(error));
        }
        _ => {}
    }
    drop(session);
    drop(EmbeddedCatalog::open(dir, options)?);
    Ok(())
}

/// A full disk, quota or file size limit is one thing, any other failure of the device another.
fn full_or_io(error: io::Error) -> CatalogError {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::FileTooLarge | io::ErrorKind::QuotaExceeded => {
            CatalogError::Full(error)
        }
        _ => CatalogError::Io(error),
    }
}
