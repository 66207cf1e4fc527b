//! Caches what is read from the catalogue for downloads: works, and the public copies of files.
//!
//! A player requests one recording in many ranges; reading and decoding its work each time would cost
//! more than sending the bytes. A cache is valid for one event number: after any change of the catalogue
//! it is cleared, so that no withdrawn file is ever delivered.

use std::hash::Hash;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lru::LruCache;

use crate::storage::catalog::EventNumber;

/// The most cached values. Works without their texts have a few KiB each.
const CAPACITY: NonZeroUsize = NonZeroUsize::new(512).unwrap();

pub(super) struct Cache<K, V>(Mutex<Cached<K, V>>);

struct Cached<K, V> {
    /// The last event when the values were read.
    event: EventNumber,
    values: LruCache<K, Arc<V>>,
}

impl<K: Hash + Eq, V> Cache<K, V> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(Cached {
            event: EventNumber(0),
            values: LruCache::new(CAPACITY),
        }))
    }

    /// A value, if it was read while `event` was the last event.
    pub(super) fn get(&self, event: EventNumber, key: K) -> Option<Arc<V>> {
        let mut cached = self.lock();
        if cached.event != event {
            return None;
        }
        cached.values.get(&key).cloned()
    }

    /// Caches a value that was read when `event` was already the last event.
    pub(super) fn insert(&self, event: EventNumber, key: K, value: &Arc<V>) {
        let mut cached = self.lock();
        if cached.event < event {
            cached.values.clear();
            cached.event = event;
        }
        if cached.event == event {
            cached.values.put(key, Arc::clone(value));
        }
    }

    fn lock(&self) -> MutexGuard<'_, Cached<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
