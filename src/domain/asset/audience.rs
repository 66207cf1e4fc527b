//! Which audience level can see a work.

use super::{Access, Asset, AudienceLevel, State};
use crate::domain::Timestamp;

impl Asset {
    /// The audience level that can see the work in its present state at this moment.
    pub fn audience_level(&self, now: Timestamp) -> AudienceLevel {
        let is_embargoed = self.work.embargo_until.is_some_and(|until| now < until);
        if self.state != State::Published || is_embargoed {
            return AudienceLevel::Staff;
        }
        match self.work.access {
            Access::Public => AudienceLevel::Public,
            Access::Partner => AudienceLevel::Partner,
            Access::StateInternal => AudienceLevel::StateInternal,
        }
    }
}
