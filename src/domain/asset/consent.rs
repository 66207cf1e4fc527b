//! How far the consent reaches on which identifiable people are shown: through which channels, in which
//! languages, until when.
//!
//! A statement about the work, like [`PeopleShown`](super::PeopleShown): who consented is known to the body that has the papers.
//! When a consent ends, the work is no longer seen by anybody outside its scope, at that moment.

use crate::domain::{LanguageTag, Slug, Timestamp, WorkDate};

/// The limits of a consent. An empty list limits nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Consent {
    /// Scheme `channel`: where the work may be shown.
    pub channels: Vec<Slug>,
    /// In which languages it may be shown.
    pub languages: Vec<LanguageTag>,
    /// The last day on which it may be shown.
    pub ends_on: Option<WorkDate>,
}

impl Consent {
    /// The first moment at which it does not hold any more.
    pub fn end(&self) -> Option<Timestamp> {
        self.ends_on.map(|day| Timestamp::after_day(day.last_day()))
    }

    /// Whether it has ended.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        self.end().is_some_and(|end| end <= now)
    }

    /// Whether it is for every language of the work. `jra` is consent for `jra-Latn` too.
    pub fn covers_languages(&self, languages: &[LanguageTag]) -> bool {
        let is_covered = |language: &LanguageTag| {
            let mut covered = self.languages.iter();
            covered.any(|wide| wide == language || wide.as_str() == language.primary())
        };
        self.languages.is_empty() || languages.iter().all(is_covered)
    }

    /// Whether it allows nothing that the other does not allow.
    pub(super) fn is_within(&self, wider: &Self) -> bool {
        let ends_before = match (self.end(), wider.end()) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(end)) => own <= end,
        };
        ends_before
            && is_subset(&self.channels, &wider.channels)
            && is_subset(&self.languages, &wider.languages)
    }
}

/// Whether all of the one list are in the other; an empty list is everything.
fn is_subset<T: PartialEq>(list: &[T], of: &[T]) -> bool {
    of.is_empty() || (!list.is_empty() && list.iter().all(|value| of.contains(value)))
}

#[cfg(test)]
mod tests {
    use super::Consent;
    use crate::domain::{LanguageTag, Slug, Timestamp};

    fn consent(channels: &[&str], languages: &[&str], ends_on: Option<&str>) -> Consent {
        let slug = |text: &&str| Slug::parse(text).unwrap();
        let tag = |text: &&str| LanguageTag::parse(text).unwrap();
        Consent {
            channels: channels.iter().map(slug).collect(),
            languages: languages.iter().map(tag).collect(),
            ends_on: ends_on.map(|day| day.parse().unwrap()),
        }
    }

    #[test]
    fn it_holds_to_the_end_of_its_last_day_in_viet_nam() {
        let limited = consent(&[], &[], Some("2026-12-31"));
        for (moment, has_ended) in [
            ("2026-12-31T23:59:59+07:00", false),
            ("2026-12-31T17:00:00Z", true),
            ("2027-01-01T00:00:00+07:00", true),
        ] {
            let moment = Timestamp::parse(moment).unwrap();
            assert_eq!(limited.has_ended(moment), has_ended, "{moment}");
        }
        assert_eq!(consent(&[], &[], None).end(), None);
        // Of a month the last day counts.
        let month = consent(&[], &[], Some("2026-11")).end();
        assert_eq!(month, Timestamp::parse("2026-12-01T00:00:00+07:00").ok());
    }

    #[test]
    fn a_consent_is_within_another_that_allows_as_much() {
        let wide = consent(&["online", "print"], &["vi", "jra"], Some("2027-06-30"));
        for (narrow, is_within) in [
            (wide.clone(), true),
            (consent(&["online"], &["vi"], Some("2027-01-31")), true),
            (consent(&[], &["vi"], Some("2027-01-31")), false),
            (consent(&["online"], &[], Some("2027-01-31")), false),
            (consent(&["online"], &["vi"], None), false),
            (consent(&["online"], &["vi"], Some("2027-07-01")), false),
            (consent(&["broadcast"], &["vi"], Some("2027-01-31")), false),
        ] {
            assert_eq!(narrow.is_within(&wide), is_within, "{narrow:?}");
            assert!(narrow.is_within(&Consent::default()), "{narrow:?}");
        }
    }

    #[test]
    fn a_language_covers_its_variants() {
        let tag = |text| LanguageTag::parse(text).unwrap();
        let limited = consent(&[], &["jra", "zh-Hant"], None);
        assert!(limited.covers_languages(&[tag("jra"), tag("jra-Latn")]));
        assert!(limited.covers_languages(&[tag("zh-Hant")]));
        assert!(!limited.covers_languages(&[tag("jra"), tag("vi")]));
        assert!(!limited.covers_languages(&[tag("zh")]));
        assert!(consent(&[], &[], None).covers_languages(&[tag("vi")]));
    }
}
