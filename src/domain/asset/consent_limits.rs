//! What the limits of a consent mean for the work that rests on it.

use super::{Access, Consent, Work};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::vocabulary::details::ChannelReach;
use crate::domain::{Slug, Timestamp};

impl Work {
    /// Whether this description claims more consent than the one before it.
    pub(super) fn widens_consent(&self, before: &Self) -> bool {
        match (&before.consent, &self.consent) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(before), Some(after)) => !after.is_within(before),
        }
    }

    /// The consent that the work rests on, if people are shown on the basis of one and it is limited.
    pub fn limited_consent(&self) -> Option<&Consent> {
        let rests_on_it = |_: &&Consent| self.people_shown.is_consent();
        self.consent.as_ref().filter(rests_on_it)
    }

    /// Whether the consent that the work rests on has ended.
    pub fn consent_has_ended(&self, now: Timestamp) -> bool {
        self.limited_consent()
            .is_some_and(|consent| consent.has_ended(now))
    }

    /// Whether a channel of its consent reaches everybody whom its access allows.
    pub(super) fn consent_covers_access(
        &self,
        consent: &Consent,
        vocabularies: &Vocabularies,
    ) -> bool {
        let is_wide_enough = |channel: &Slug| {
            let concept = vocabularies.find("channel", channel.as_str());
            let reach = concept.and_then(|concept| concept.channel_reach());
            reach.is_some_and(|reach| covers(reach, self.access))
        };
        consent.channels.is_empty() || consent.channels.iter().any(is_wide_enough)
    }
}

const fn covers(reach: ChannelReach, access: Access) -> bool {
    match access {
        Access::Public => matches!(reach, ChannelReach::Everyone),
        Access::Partner => !matches!(reach, ChannelReach::StateBodies),
        Access::StateInternal => true,
    }
}
