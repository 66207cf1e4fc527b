//! The works that files were asked of since the last change of the catalogue.
//!
//! A player asks for one recording in many ranges, and reading and unpacking its work each time
//! would cost more than sending the bytes. The number of the last event tells whether anything has
//! changed since: then everything is forgotten, so that nothing withdrawn is ever handed out.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use crate::domain::asset::{Asset, AssetId};
use crate::storage::catalog::EventNumber;

/// Works kept, without their texts: a few KiB each.
const MOST: NonZeroUsize = NonZeroUsize::new(512).unwrap();

pub(super) struct Recent(Mutex<Kept>);

struct Kept {
    /// The last event when the works were read.
    at: EventNumber,
    works: LruCache<AssetId, Arc<Asset>>,
}

impl Recent {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Kept {
            at: EventNumber(0),
            works: LruCache::new(MOST),
        }))
    }

    /// A work, if it was read while `at` was the last event.
    pub(super) fn get(&self, at: EventNumber, id: AssetId) -> Option<Arc<Asset>> {
        let mut kept = self.lock();
        if kept.at != at {
            return None;
        }
        kept.works.get(&id).cloned()
    }

    /// Keeps a work that was read after `at` was seen to be the last event.
    pub(super) fn keep(&self, at: EventNumber, work: &Arc<Asset>) {
        let mut kept = self.lock();
        if kept.at < at {
            kept.works.clear();
            kept.at = at;
        }
        if kept.at == at {
            kept.works.put(work.id, Arc::clone(work));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
