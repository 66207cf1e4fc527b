//! Compresses closed journal segments in the background.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use super::journal::segment::Segment;
use super::journal::{Form, Journal, seal};

/// The thread that seals; stopped and waited for when dropped. A sealing that fails is tried again
/// with the next segment, one that is stopped at the next start.
#[derive(Debug)]
pub(crate) struct Sealer {
    closed: Option<Sender<u64>>,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Sealer {
    /// Starts the thread, with every closed segment that is still plain as its first work.
    ///
    /// # Errors
    /// When no thread can be started.
    pub(crate) fn start(journal: Arc<Journal>) -> std::io::Result<Self> {
        let (closed, segments) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        for (first, form) in journal.closed() {
            if form == Form::Plain {
                let _ = closed.send(first);
            }
        }
        let stopped = Arc::clone(&stop);
        let thread = std::thread::Builder::new()
            .name("seal-journal".into())
            .spawn(move || run(&journal, &segments, &stopped))?;
        Ok(Self {
            closed: Some(closed),
            stop,
            thread: Some(thread),
        })
    }

    /// Seals a closed segment soon.
    pub(crate) fn seal(&self, first: u64) {
        if let Some(closed) = &self.closed {
            let _ = closed.send(first);
        }
    }
}

impl Drop for Sealer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        drop(self.closed.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn run(journal: &Journal, segments: &Receiver<u64>, stop: &AtomicBool) {
    let stopped = || stop.load(Ordering::Relaxed);
    let mut failed: Vec<u64> = Vec::new();
    while let Ok(first) = segments.recv() {
        let tries = std::mem::take(&mut failed);
        for first in tries.into_iter().chain([first]) {
            if stopped() {
                return;
            }
            match seal::seal(journal.disk(), journal.dir(), first, &stopped) {
                Ok(Some(sealed)) => journal.put(first, Form::Sealed, Segment::Sealed(sealed)),
                Ok(None) => return,
                Err(error) => {
                    tracing::warn!(%error, segment = first, "a journal segment stays uncompressed");
                    failed.push(first);
                }
            }
        }
    }
}
