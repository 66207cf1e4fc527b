//! The stages a long upload runs through, each on a thread of its own: receive, write, hash.
//!
//! ```text
//! network ─▶ receive ─▶ write ─▶ hash ─┐
//!               ▲                      │ empty buffers
//!               └──────────────────────┘
//! ```
//!
//! [`BUFFERS`] buffers travel round. They are the bound and the memory of an upload: a stage
//! that falls behind holds up the one before it, and eight uploads at once stay within 8 MiB.

use std::fs::File;
use std::io::{self, Write as _};
use std::thread;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::BlobError;
use super::hash::Hasher;
use crate::storage::blocking;

/// Bytes in one buffer.
pub(super) const BUFFER_BYTES: usize = 256 * 1024;
/// Buffers of one upload: one being filled, one written, one hashed, one on its way.
const BUFFERS: usize = 4;

/// What travels from stage to stage. A channel that closes without [`Piece::Last`] means that the
/// upload was given up.
enum Piece {
    More(Vec<u8>),
    Last(Vec<u8>),
}

/// What a pipeline has written.
#[derive(Debug)]
pub(super) struct Written<G> {
    /// The guard of the destination.
    pub(super) guard: G,
    /// The hash of the whole file.
    pub(super) hasher: Hasher,
    /// The number of bytes that were appended.
    pub(super) bytes: u64,
}

/// A file that bytes are appended to.
pub(super) struct Destination<G> {
    /// Open for writing, at its end.
    pub(super) file: File,
    /// The length of the file when the upload began.
    pub(super) offset: u64,
    /// The length that it will have, if it is announced.
    pub(super) length: Option<u64>,
    /// The hash of the bytes that it has.
    pub(super) hasher: Hasher,
    /// Makes the file durable at the end.
    pub(super) sync: fn(&File) -> Result<(), BlobError>,
    /// Dropped with the upload when it is given up.
    pub(super) guard: G,
}

/// The two threads that write and hash a long upload, and the buffers they give back.
#[derive(Debug)]
pub(super) struct Pipeline<G> {
    full: mpsc::Sender<Piece>,
    empty: mpsc::Receiver<Vec<u8>>,
    unallocated: usize,
    writer: JoinHandle<Result<Written<G>, BlobError>>,
}

impl<G: Send + 'static> Pipeline<G> {
    /// Opens the destination on the thread that writes.
    pub(super) fn start(
        open: impl FnOnce() -> Result<Destination<G>, BlobError> + Send + 'static,
    ) -> Self {
        let (full, to_write) = mpsc::channel(BUFFERS);
        let (give_back, empty) = mpsc::channel(BUFFERS);
        let write = move || write_stage(open()?, to_write, give_back);
        Self {
            full,
            empty,
            unallocated: BUFFERS - 1,
            writer: tokio::spawn(blocking(write)),
        }
    }

    /// Hands a full buffer on and gives an empty one, waiting for it when all are under way.
    pub(super) async fn exchange(&mut self, full: Vec<u8>) -> Result<Vec<u8>, BlobError> {
        if self.full.send(Piece::More(full)).await.is_err() {
            return Err(self.failure().await);
        }
        if let Ok(empty) = self.empty.try_recv() {
            return Ok(empty);
        }
        if self.unallocated > 0 {
            self.unallocated -= 1;
            return Ok(Vec::with_capacity(BUFFER_BYTES));
        }
        match self.empty.recv().await {
            Some(empty) => Ok(empty),
            None => Err(self.failure().await),
        }
    }

    /// Waits until everything is written, hashed and durable.
    pub(super) async fn finish(self, last: Vec<u8>) -> Result<Written<G>, BlobError> {
        // When the writer is gone, its own answer below says why.
        let _ = self.full.send(Piece::Last(last)).await;
        self.writer.await.unwrap_or_else(|gone| Err(died(gone)))
    }

    /// Why the writer stopped taking buffers.
    async fn failure(&mut self) -> BlobError {
        match (&mut self.writer).await {
            Ok(Err(error)) => error,
            Ok(Ok(_)) => died("the writer stopped before the last buffer"),
            Err(gone) => died(gone),
        }
    }
}

fn died(reason: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> BlobError {
    BlobError::Io(io::Error::other(reason))
}

/// Second stage, on a blocking thread: writes each buffer and hands it to the third. The file is
/// fsynced while the hash of the last buffers is still being made.
fn write_stage<G>(
    destination: Destination<G>,
    mut from_network: mpsc::Receiver<Piece>,
    give_back: mpsc::Sender<Vec<u8>>,
) -> Result<Written<G>, BlobError> {
    let mut allocation = Allocation::new(destination.offset, destination.length);
    let Destination {
        mut file,
        hasher,
        sync,
        guard,
        ..
    } = destination;
    let (to_hash, from_writer) = mpsc::channel(BUFFERS);
    let hashing = thread::Builder::new()
        .name("hash".to_owned())
        .spawn(move || hash_stage(hasher, from_writer, &give_back))
        .map_err(BlobError::from_io)?;
    let mut written = 0;
    loop {
        let (bytes, is_last) = match from_network.blocking_recv() {
            Some(Piece::More(bytes)) => (bytes, false),
            Some(Piece::Last(bytes)) => (bytes, true),
            None => return Err(died("the upload was given up")),
        };
        allocation.extend(&file, bytes.len() as u64)?;
        file.write_all(&bytes).map_err(BlobError::from_io)?;
        written += bytes.len() as u64;
        // The hash stage ends only after the last buffer; if it died, joining it says so.
        let _ = to_hash.blocking_send(bytes);
        if is_last {
            break;
        }
    }
    drop(to_hash);
    sync(&file)?;
    let hasher = hashing
        .join()
        .map_err(|_| died("the hash thread panicked"))?;
    Ok(Written {
        guard,
        hasher,
        bytes: written,
    })
}

/// Third stage: hashes each buffer and sends it back to be filled again.
fn hash_stage(
    mut hasher: Hasher,
    mut written: mpsc::Receiver<Vec<u8>>,
    give_back: &mpsc::Sender<Vec<u8>>,
) -> Hasher {
    while let Some(mut bytes) = written.blocking_recv() {
        hasher.update(&bytes);
        bytes.clear();
        // Nobody needs it any more once the last byte has arrived.
        let _ = give_back.blocking_send(bytes);
    }
    hasher
}

/// Bytes of a file that are allocated ahead of its writing.
const ALLOCATED_AHEAD: u64 = 64 * 1024 * 1024;

/// The space of a file whose length is announced, claimed a step ahead of the bytes: the file lies in few
/// pieces, and whoever announces much and sends little takes no more than a step. File systems that
/// cannot do it report a full disk at the write.
struct Allocation {
    announced: u64,
    written: u64,
    allocated: u64,
}

impl Allocation {
    fn new(offset: u64, announced: Option<u64>) -> Self {
        Self {
            announced: announced.unwrap_or(0),
            written: offset,
            allocated: offset,
        }
    }

    /// Before `more` bytes are written.
    fn extend(&mut self, file: &File, more: u64) -> Result<(), BlobError> {
        use rustix::fs::{FallocateFlags, fallocate};
        self.written += more;
        let wanted = self.announced.min(self.written + ALLOCATED_AHEAD);
        if self.written <= self.allocated || wanted <= self.allocated {
            return Ok(());
        }
        let length = wanted - self.allocated;
        // The length of a file says how many bytes have arrived.
        match fallocate(file, FallocateFlags::KEEP_SIZE, self.allocated, length) {
            Err(error) if BlobError::tells_full(&error.into()) => {
                return Err(BlobError::Full(error.into()));
            }
            _ => self.allocated = wanted,
        }
        Ok(())
    }
}
