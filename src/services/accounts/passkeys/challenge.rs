//! What a ceremony needs until the browser answers: encrypted in what the browser keeps, and used once.
//!
//! Nothing is stored for ceremonies that are only begun. Those that were answered are remembered in memory for as long as
//! they could be answered again.

use std::num::NonZeroUsize;
use std::sync::{Mutex, PoisonError};

use lru::LruCache;
use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::services::accounts::private;
use crate::services::accounts::secret::Secret;
use crate::storage::keys::Key;

/// A ceremony must be completed within.
const SECONDS: i64 = 5 * 60;
/// Answered ceremonies that are remembered; answering costs attempts, which are counted.
const MAX_ANSWERED: NonZeroUsize = NonZeroUsize::MIN.saturating_add(65_535);
/// What the text is for.
const PURPOSE: &str = "passkeys";

/// What a ceremony is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Purpose {
    /// Registering a passkey, in this session.
    Register {
        /// The public name of the session.
        session: String,
    },
    /// Signing in.
    SignIn,
}

/// A ceremony under way.
#[derive(Debug, Serialize, Deserialize)]
struct PendingCeremony {
    id: String,
    purpose: Purpose,
    state: Vec<u8>,
    begun_at_ms: i64,
}

/// Ceremonies under way.
pub(super) struct Ceremonies {
    answered: Mutex<LruCache<String, ()>>,
}

impl Ceremonies {
    pub(super) fn new() -> Self {
        Self {
            answered: Mutex::new(LruCache::new(MAX_ANSWERED)),
        }
    }

    /// The text that the browser keeps.
    pub(super) fn seal(
        purpose: Purpose,
        state: Vec<u8>,
        master: &Key,
        clock: &Clock,
    ) -> Result<Secret, private::Unreadable> {
        let kept = PendingCeremony {
            id: Secret::random(clock, "").reveal().to_owned(),
            purpose,
            state,
            begun_at_ms: clock.now().as_millis(),
        };
        private::seal_for_browser(&kept, PURPOSE, master, clock)
    }

    /// What was kept, the first time within its time and for its purpose.
    pub(super) fn take(
        &self,
        text: &str,
        purpose: &Purpose,
        master: &Key,
        now: Timestamp,
    ) -> Option<Vec<u8>> {
        let kept: PendingCeremony = private::open_from_browser(text, PURPOSE, master).ok()?;
        let end = Timestamp::from_millis(kept.begun_at_ms).plus_seconds(SECONDS);
        let mut answered = self.answered.lock().unwrap_or_else(PoisonError::into_inner);
        let is_first = answered.put(kept.id, ()).is_none();
        (is_first && now < end && kept.purpose == *purpose).then_some(kept.state)
    }
}

#[cfg(test)]
mod tests {
    use super::{Ceremonies, Purpose};
    use crate::clock::Clock;
    use crate::domain::Timestamp;

    #[test]
    fn a_ceremony_is_answered_once_in_time_and_in_its_session() {
        let start = Timestamp::from_millis(1_795_395_600_000);
        let clock = Clock::standing(start);
        let ceremonies = Ceremonies::new();
        let of = |session: &str| Purpose::Register {
            session: session.to_owned(),
        };
        let begin = |purpose| {
            let sealed = Ceremonies::seal(purpose, vec![7], &[1; 32], &clock).unwrap();
            sealed.reveal().to_owned()
        };
        let take = |text: &str, purpose: &Purpose, seconds| {
            ceremonies.take(text, purpose, &[1; 32], start.plus_seconds(seconds))
        };
        let text = begin(of("a"));
        assert_eq!(take(&text, &of("a"), 299), Some(vec![7]));
        assert_eq!(take(&text, &of("a"), 299), None, "a second time");
        assert_eq!(take(&begin(of("a")), &of("a"), 300), None, "too late");
        assert_eq!(take(&begin(of("a")), &of("b"), 0), None, "another session");
        assert_eq!(
            take(&begin(Purpose::SignIn), &of("a"), 0),
            None,
            "another purpose"
        );
        assert_eq!(
            ceremonies.take(&begin(of("a")), &of("a"), &[2; 32], start),
            None,
            "forged"
        );
    }
}
