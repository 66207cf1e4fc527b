//! What was measured of sounds, for those who may hear them.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use crate::services::media::sound::SoundReport;
use crate::storage::blobs::BlobStore;
use crate::storage::catalog::{BlobKey, Rendition};

/// The most cached reports. Each has a few hundred bytes, the longest some KiB.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(2048).unwrap();
/// A report is much shorter.
const MAX_BYTES: u64 = 1 << 20;

/// What an actor gets of the sound of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SoundAccess {
    /// What was measured; `None` while that is not done.
    pub report: Option<Arc<SoundReport>>,
    /// Its waveform can be fetched.
    pub has_waveform: bool,
}

/// Reads reports, and keeps them: the bytes under a key never change. Cheap to clone.
#[derive(Clone)]
pub(super) struct ReportReader {
    blobs: Arc<dyn BlobStore>,
    cache: Arc<Mutex<LruCache<BlobKey, Arc<SoundReport>>>>,
}

impl ReportReader {
    /// Reads from this store.
    pub(super) fn new(blobs: Arc<dyn BlobStore>) -> Self {
        Self {
            blobs,
            cache: Arc::new(Mutex::new(LruCache::new(CAPACITY))),
        }
    }

    /// A report; `None` when its bytes are lost or no report, which is as if it had not been made.
    pub(super) async fn read(&self, rendition: &Rendition) -> Option<Arc<SoundReport>> {
        let key = rendition.blob;
        if let Some(known) = self.cached(key) {
            return Some(known);
        }
        let bytes = match self.blobs.read(key, 0..MAX_BYTES).await {
            Ok(bytes) => bytes,
            Err(error) => {
                tracing::warn!(blob = %key, %error, "the report of a sound cannot be read");
                return None;
            }
        };
        match serde_json::from_slice(&bytes) {
            Ok(report) => {
                let report = Arc::new(report);
                self.lock().put(key, Arc::clone(&report));
                Some(report)
            }
            Err(error) => {
                tracing::warn!(blob = %key, %error, "the report of a sound is no report");
                None
            }
        }
    }

    fn cached(&self, key: BlobKey) -> Option<Arc<SoundReport>> {
        self.lock().get(&key).cloned()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, LruCache<BlobKey, Arc<SoundReport>>> {
        self.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
