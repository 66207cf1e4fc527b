//! What is known of a provider: its metadata and keys, or how reading them failed.

use openidconnect::core::CoreProviderMetadata;

use super::error::Unverified;
use crate::domain::Timestamp;

/// How long what was read of a provider is kept.
const KEEP_SECONDS: i64 = 86_400;
/// After a failure, a provider is not read for so long.
const FAILURE_PAUSE_SECONDS: i64 = 30;
/// Keys are read again because of an unknown one at most so often.
const KEYS_PAUSE_SECONDS: i64 = 60;

/// What was read of a provider, and how the last attempt failed, if it did.
#[derive(Default)]
pub(super) struct Cached {
    pub(super) discovery: Option<Discovery>,
    failure: Option<(Timestamp, String)>,
}

/// What was read of a provider.
#[derive(Clone)]
pub(super) struct Discovery {
    pub(super) metadata: CoreProviderMetadata,
    read_at: Timestamp,
    /// When the keys were last read again because of an unknown one.
    pub(super) keys_read_again_at: Option<Timestamp>,
}

impl Discovery {
    pub(super) const fn new(metadata: CoreProviderMetadata, read_at: Timestamp) -> Self {
        Self {
            metadata,
            read_at,
            keys_read_again_at: None,
        }
    }

    /// Whether the keys were read again a moment ago, so that an unknown one is no reason to read them.
    pub(super) fn has_new_keys(&self, now: Timestamp) -> bool {
        let read_again_at = self.keys_read_again_at;
        read_again_at.is_some_and(|at| now < at.plus_seconds(KEYS_PAUSE_SECONDS))
    }
}

impl Cached {
    /// What is known without reading; none when the provider is to be read. Old metadata is better than none.
    pub(super) fn known(&self, now: Timestamp) -> Option<Result<Discovery, Unverified>> {
        let found = self.discovery.as_ref();
        let is_fresh = |found: &&Discovery| now < found.read_at.plus_seconds(KEEP_SECONDS);
        if let Some(fresh) = found.filter(is_fresh) {
            return Some(Ok(fresh.clone()));
        }
        let (failed_at, why) = self.failure.as_ref()?;
        let is_pause = now < failed_at.plus_seconds(FAILURE_PAUSE_SECONDS);
        is_pause.then(|| {
            let unavailable = || Unverified::Unavailable(why.clone());
            found.cloned().ok_or_else(unavailable)
        })
    }

    /// Keeps what came of reading the provider, and gives what is known now.
    pub(super) fn keep(
        &mut self,
        read: Result<Discovery, Unverified>,
        now: Timestamp,
    ) -> Result<Discovery, Unverified> {
        match read {
            Ok(read) => {
                self.failure = None;
                self.discovery = Some(read.clone());
                Ok(read)
            }
            Err(error) => {
                tracing::warn!(%error, "a provider could not be read");
                self.failure = Some((now, error.to_string()));
                self.discovery.clone().ok_or(error)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use openidconnect::core::CoreProviderMetadata;
    use serde_json::json;

    use super::{Cached, Discovery, KEEP_SECONDS, Unverified};
    use crate::domain::Timestamp;

    fn read_at(at: Timestamp) -> Discovery {
        let metadata: CoreProviderMetadata = serde_json::from_value(json!({
            "issuer": "https://a.example", "authorization_endpoint": "https://a.example/a",
            "jwks_uri": "https://a.example/k", "response_types_supported": ["code"],
            "subject_types_supported": ["public"], "id_token_signing_alg_values_supported": ["ES256"],
        }))
        .unwrap();
        Discovery::new(metadata, at)
    }

    fn down() -> Result<Discovery, Unverified> {
        Err(Unverified::Unavailable("down".to_owned()))
    }

    #[test]
    fn a_failure_is_remembered_for_half_a_minute() {
        let start = Timestamp::from_millis(0);
        let mut cached = Cached::default();
        assert!(cached.known(start).is_none());
        assert!(cached.keep(down(), start).is_err());
        assert!(cached.known(start.plus_seconds(29)).unwrap().is_err());
        assert!(cached.known(start.plus_seconds(30)).is_none());
    }

    #[test]
    fn old_metadata_is_used_while_the_provider_is_down() {
        let start = Timestamp::from_millis(0);
        let late = start.plus_seconds(KEEP_SECONDS);
        let mut cached = Cached::default();
        cached.keep(Ok(read_at(start)), start).unwrap();
        let known = cached.known(late.plus_seconds(-1)).unwrap();
        assert_eq!(known.unwrap().read_at, start);
        assert!(cached.known(late).is_none());
        assert_eq!(cached.keep(down(), late).unwrap().read_at, start);
        let known = cached.known(late.plus_seconds(29)).unwrap();
        assert_eq!(known.unwrap().read_at, start);
        assert!(cached.known(late.plus_seconds(30)).is_none());
    }
}
