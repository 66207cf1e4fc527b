//! Who works on which upload in this process: one at a time.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedMutexGuard, watch};
use tokio::time::timeout;

use super::{UploadId, UploadsError};
use crate::storage::blobs::Arrived;

/// How long a new part waits for the one before to end.
const PATIENCE: Duration = Duration::from_secs(1);
/// How long whoever ends a part waits for its bytes to be durable, and how often it asks.
const ASKS: u32 = 30;

/// The uploads that were worked on since the start. Clones share them.
#[derive(Debug, Clone, Default)]
pub(super) struct Holdings {
    known: Arc<Mutex<HashMap<UploadId, Holding>>>,
}

/// One upload.
#[derive(Debug, Clone)]
struct Holding {
    /// What has arrived, as far as this process knows.
    arrived: Arc<tokio::sync::Mutex<Option<Arrived>>>,
    /// Changes when somebody else wants the upload.
    wanted: watch::Sender<()>,
}

/// The exclusive right to work on an upload; given back when dropped.
#[derive(Debug)]
pub(super) struct Hold {
    /// What has arrived, as far as this process knows.
    pub(super) arrived: OwnedMutexGuard<Option<Arrived>>,
    wanted: watch::Receiver<()>,
}

impl Hold {
    /// Waits until somebody else wants the upload.
    pub(super) async fn wanted(&mut self) {
        if self.wanted.changed().await.is_err() {
            // Nobody can want it any more.
            std::future::pending::<()>().await;
        }
    }
}

impl Holdings {
    /// Takes an upload that nobody works on, or will not for long.
    ///
    /// # Errors
    /// [`UploadsError::Held`].
    pub(super) async fn take(&self, id: UploadId) -> Result<Hold, UploadsError> {
        let holding = self.of(id);
        let lock = timeout(PATIENCE, holding.arrived.lock_owned());
        let arrived = lock.await.map_err(|_| UploadsError::Held)?;
        Ok(Hold {
            arrived,
            wanted: holding.wanted.subscribe(),
        })
    }

    /// Takes an upload, ending the part that is under way.
    ///
    /// # Errors
    /// [`UploadsError::Held`] when that does not end, because the disk hangs or a long file is hashed.
    pub(super) async fn take_over(&self, id: UploadId) -> Result<Hold, UploadsError> {
        let holding = self.of(id);
        for _ in 0..ASKS {
            // Asked again, because a part may have begun in between.
            holding.wanted.send_replace(());
            let lock = timeout(PATIENCE, Arc::clone(&holding.arrived).lock_owned());
            if let Ok(arrived) = lock.await {
                let wanted = holding.wanted.subscribe();
                return Ok(Hold { arrived, wanted });
            }
        }
        Err(UploadsError::Held)
    }

    /// Forgets what is known of all uploads but these and those that are worked on.
    pub(super) fn retain(&self, alive: &HashSet<UploadId>) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|id, holding| alive.contains(id) || Arc::strong_count(&holding.arrived) > 1);
    }

    fn of(&self, id: UploadId) -> Holding {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Holding {
            arrived: Arc::default(),
            wanted: watch::Sender::new(()),
        };
        known.entry(id).or_insert_with(new).clone()
    }
}
