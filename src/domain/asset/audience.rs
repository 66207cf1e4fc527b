//! Which audience level can see a work.

use super::{Access, Asset, AudienceLevel, State};
use crate::domain::Timestamp;

impl Asset {
    /// The audience level that can see the work at this moment: the narrowest of those that its state, its
    /// access, its embargo and the end of its consent allow.
    pub fn audience_level(&self, now: Timestamp) -> AudienceLevel {
        let by_embargo = match self.work.embargo_until {
            Some(until) if now < until => AudienceLevel::Staff,
            _ => AudienceLevel::Public,
        };
        let by_consent = if self.work.consent_has_ended(now) {
            AudienceLevel::Staff
        } else {
            AudienceLevel::Public
        };
        self.audience_level_after_embargo()
            .min(by_embargo)
            .min(by_consent)
    }

    /// The same as if its embargo had ended, and its consent had not.
    pub fn audience_level_after_embargo(&self) -> AudienceLevel {
        let by_state = match self.state {
            State::Published => AudienceLevel::Public,
            _ => AudienceLevel::Staff,
        };
        let by_access = match self.work.access {
            Access::Public => AudienceLevel::Public,
            Access::Partner => AudienceLevel::Partner,
            Access::StateInternal => AudienceLevel::StateInternal,
        };
        by_state.min(by_access)
    }
}
