//! What a browser keeps of a sign-in under way: encrypted in a cookie, so nothing is stored for those who never come back.

use serde::{Deserialize, Serialize};

use crate::clock::Clock;
use crate::domain::Timestamp;
use crate::services::accounts::private;
use crate::services::accounts::secret::Secret;
use crate::storage::keys::Key;

/// A sign-in must come back within.
const FLOW_SECONDS: i64 = 10 * 60;

/// What the text is for.
const PURPOSE: &str = "openid-connect";

/// A sign-in under way.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Flow {
    pub(super) provider: String,
    pub(super) state: String,
    pub(super) nonce: String,
    pub(super) verifier: String,
    pub(super) is_fresh: bool,
    pub(super) begun_at_ms: i64,
}

impl Flow {
    pub(super) fn new(provider: &str, is_fresh: bool, clock: &Clock) -> Self {
        let random = || Secret::random(clock, "").reveal().to_owned();
        Self {
            provider: provider.to_owned(),
            state: random(),
            nonce: random(),
            verifier: random(),
            is_fresh,
            begun_at_ms: clock.now().as_millis(),
        }
    }

    /// The text of the cookie.
    pub(super) fn seal(&self, master: &Key, clock: &Clock) -> Result<Secret, private::Unreadable> {
        private::seal_for_browser(self, PURPOSE, master, clock)
    }

    /// The sign-in of a cookie, if this archive began it and it has not ended.
    pub(super) fn open(text: &str, master: &Key, now: Timestamp) -> Option<Self> {
        let flow: Self = private::open_from_browser(text, PURPOSE, master).ok()?;
        let is_running = now < flow.begun_at().plus_seconds(FLOW_SECONDS);
        is_running.then_some(flow)
    }

    pub(super) const fn begun_at(&self) -> Timestamp {
        Timestamp::from_millis(self.begun_at_ms)
    }
}
