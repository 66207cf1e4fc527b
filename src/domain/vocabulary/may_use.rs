//! Whether a reader may use a work: the short answer that reuse terms give.

use super::details::{Derivatives, ReuseAudience, ReuseTerms};

/// Whether a reader may use a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MayUse {
    /// Everybody for any purpose, at most with credit or under the same terms.
    Yes,
    /// On conditions, or only some.
    OnConditions,
    /// Only who asks first.
    Ask,
}

impl MayUse {
    /// The answer of these terms; without terms one has to ask.
    pub fn under(terms: Option<&ReuseTerms>) -> Self {
        let Some(terms) = terms else {
            return Self::Ask;
        };
        let is_open = terms.commercial && terms.derivatives != Derivatives::None;
        match terms.audience {
            ReuseAudience::Nobody => Self::Ask,
            _ if terms.blocks_publication || terms.link_only => Self::Ask,
            ReuseAudience::Everyone if is_open => Self::Yes,
            _ => Self::OnConditions,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MayUse;
    use crate::domain::vocabulary::details::{Derivatives, ReuseAudience, ReuseTerms};

    #[test]
    fn the_terms_give_a_short_answer() {
        let open = ReuseTerms {
            deed: None,
            audience: ReuseAudience::Everyone,
            attribution: true,
            derivatives: Derivatives::ShareAlike,
            commercial: true,
            blocks_publication: false,
            link_only: false,
            needs_end_date: false,
            needs_contract_note: false,
        };
        let with = |change: fn(&mut ReuseTerms)| {
            let mut terms = open.clone();
            change(&mut terms);
            MayUse::under(Some(&terms))
        };
        assert_eq!(with(|_| ()), MayUse::Yes);
        assert_eq!(with(|t| t.commercial = false), MayUse::OnConditions);
        assert_eq!(
            with(|t| t.derivatives = Derivatives::None),
            MayUse::OnConditions
        );
        assert_eq!(
            with(|t| t.audience = ReuseAudience::Stations),
            MayUse::OnConditions
        );
        assert_eq!(with(|t| t.audience = ReuseAudience::Nobody), MayUse::Ask);
        assert_eq!(with(|t| t.link_only = true), MayUse::Ask);
        assert_eq!(with(|t| t.blocks_publication = true), MayUse::Ask);
        assert_eq!(MayUse::under(None), MayUse::Ask);
    }
}
