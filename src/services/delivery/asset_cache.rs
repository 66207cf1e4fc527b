//! Caches works whose files are downloaded.
//!
//! A player requests one recording in many ranges; reading and decoding its work each time would cost
//! more than sending the bytes. The cache is valid for one event number: after any change of the catalogue
//! it is cleared, so that no withdrawn file is ever delivered.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use crate::domain::asset::{Asset, AssetId};
use crate::storage::catalog::EventNumber;

/// The most cached works. Without their texts they have a few KiB each.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(512).unwrap();

pub(super) struct AssetCache(Mutex<Cached>);

struct Cached {
    /// The last event when the works were read.
    event: EventNumber,
    works: LruCache<AssetId, Arc<Asset>>,
}

impl AssetCache {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Cached {
            event: EventNumber(0),
            works: LruCache::new(CAPACITY),
        }))
    }

    /// A work, if it was read while `event` was the last event.
    pub(super) fn get(&self, event: EventNumber, id: AssetId) -> Option<Arc<Asset>> {
        let mut cached = self.lock();
        if cached.event != event {
            return None;
        }
        cached.works.get(&id).cloned()
    }

    /// Caches a work that was read when `event` was already the last event.
    pub(super) fn insert(&self, event: EventNumber, work: &Arc<Asset>) {
        let mut cached = self.lock();
        if cached.event < event {
            cached.works.clear();
            cached.event = event;
        }
        if cached.event == event {
            cached.works.put(work.id, Arc::clone(work));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Cached> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
