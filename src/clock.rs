//! The only place that reads time, ids and randomness from the system. All other code gets a [`Clock`], so
//! that a test can set the time.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::asset::AssetId;
use crate::domain::{LogId, SavedSearchId, Timestamp};

/// The time of the system, or one that a test sets.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    set_millis: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The system's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that stays at `start` until [`Clock::set`] moves it.
    pub fn standing(start: Timestamp) -> Self {
        Self {
            set_millis: Some(Arc::new(AtomicI64::new(start.as_millis()))),
        }
    }

    /// Moves a standing clock; no effect on the clock of the system.
    pub fn set(&self, now: Timestamp) {
        if let Some(millis) = &self.set_millis {
            millis.store(now.as_millis(), Ordering::Relaxed);
        }
    }

    /// The present moment.
    pub fn now(&self) -> Timestamp {
        let millis = self
            .set_millis
            .as_ref()
            .map_or_else(system_millis, |set| set.load(Ordering::Relaxed));
        Timestamp::from_millis(millis)
    }

    /// A new asset id: UUID version 7 (RFC 9562) of the system's moment, ascending within the
    /// process.
    pub fn new_asset_id(&self) -> AssetId {
        AssetId::from_bytes(uuid::Uuid::now_v7().into_bytes())
    }

    /// A new id for a saved search, as those of assets.
    pub fn new_saved_search_id(&self) -> SavedSearchId {
        SavedSearchId::from_bytes(uuid::Uuid::now_v7().into_bytes())
    }

    /// A new id for the event log, as those of assets.
    pub fn new_log_id(&self) -> LogId {
        LogId::from_bytes(uuid::Uuid::now_v7().into_bytes())
    }

    /// Random bytes from the operating system.
    ///
    /// # Panics
    /// When the operating system has no randomness: the archive cannot run without.
    #[expect(
        clippy::expect_used,
        reason = "a system without randomness cannot run an archive"
    )]
    pub fn random_bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        bytes
    }
}

fn system_millis() -> i64 {
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

/// A new id for a request: 16 hexadecimal digits, random, so that it reveals nothing about load.
pub fn new_request_id() -> String {
    let bytes = Clock::system().random_bytes::<8>();
    format!("{:016x}", u64::from_be_bytes(bytes))
}
