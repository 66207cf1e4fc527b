//! The same change of the descriptions of many works: values set or added to fields.

use super::{Work, limits};
use crate::domain::{Rule, Violations};

/// A field of a description that many works can share. Titles, texts, relations and identifiers are those of
/// one work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "the fields are those of `Work`")]
pub enum SharedField {
    Kind,
    Creators,
    Organisation,
    Languages,
    Strand,
    Themes,
    Instruments,
    RightsGroups,
    UdhrArticles,
    Audiences,
    Places,
    Made,
    CreditLine,
    ReuseTerms,
    PeopleShown,
    MinorsShown,
    Access,
    EmbargoUntil,
}

impl SharedField {
    /// Every field with its wire name.
    pub const NAMES: [(&'static str, Self); 18] = [
        ("kind", Self::Kind),
        ("creators", Self::Creators),
        ("organisation", Self::Organisation),
        ("languages", Self::Languages),
        ("strand", Self::Strand),
        ("themes", Self::Themes),
        ("instruments", Self::Instruments),
        ("rights_groups", Self::RightsGroups),
        ("udhr_articles", Self::UdhrArticles),
        ("audiences", Self::Audiences),
        ("places", Self::Places),
        ("made", Self::Made),
        ("credit_line", Self::CreditLine),
        ("reuse_terms", Self::ReuseTerms),
        ("people_shown", Self::PeopleShown),
        ("minors_shown", Self::MinorsShown),
        ("access", Self::Access),
        ("embargo_until", Self::EmbargoUntil),
    ];

    /// The wire name.
    pub fn name(self) -> &'static str {
        let mut names = Self::NAMES.iter();
        let named = names.find(|(_, field)| *field == self);
        named.map_or("", |(name, _)| name)
    }

    /// The field with this wire name.
    pub fn from_name(name: &str) -> Option<Self> {
        let mut names = Self::NAMES.iter();
        let named = names.find(|(known, _)| *known == name);
        named.map(|(_, field)| *field)
    }

    /// Whether values can be added to it.
    pub fn is_list(self) -> bool {
        matches!(
            self,
            Self::Creators
                | Self::Languages
                | Self::Themes
                | Self::Instruments
                | Self::RightsGroups
                | Self::UdhrArticles
                | Self::Audiences
                | Self::Places
        )
    }

    fn copy(self, from: &Work, to: &mut Work) {
        match self {
            Self::Kind => to.kind.clone_from(&from.kind),
            Self::Creators => to.creators.clone_from(&from.creators),
            Self::Organisation => to.organisation.clone_from(&from.organisation),
            Self::Languages => to.languages.clone_from(&from.languages),
            Self::Strand => to.strand.clone_from(&from.strand),
            Self::Themes => to.themes.clone_from(&from.themes),
            Self::Instruments => to.instruments.clone_from(&from.instruments),
            Self::RightsGroups => to.rights_groups.clone_from(&from.rights_groups),
            Self::UdhrArticles => to.udhr_articles.clone_from(&from.udhr_articles),
            Self::Audiences => to.audiences.clone_from(&from.audiences),
            Self::Places => to.places.clone_from(&from.places),
            Self::Made => to.made = from.made,
            Self::CreditLine => to.credit_line.clone_from(&from.credit_line),
            Self::ReuseTerms => to.reuse_terms.clone_from(&from.reuse_terms),
            Self::PeopleShown => to.people_shown = from.people_shown,
            Self::MinorsShown => to.minors_shown = from.minors_shown,
            Self::Access => to.access = from.access,
            Self::EmbargoUntil => to.embargo_until = from.embargo_until,
        }
    }

    /// Adds the values that the list does not have, and gives its length.
    fn append(self, from: &Work, to: &mut Work) -> usize {
        match self {
            Self::Creators => extend(&mut to.creators, &from.creators),
            Self::Languages => extend(&mut to.languages, &from.languages),
            Self::Themes => extend(&mut to.themes, &from.themes),
            Self::Instruments => extend(&mut to.instruments, &from.instruments),
            Self::RightsGroups => extend(&mut to.rights_groups, &from.rights_groups),
            Self::UdhrArticles => extend(&mut to.udhr_articles, &from.udhr_articles),
            Self::Audiences => extend(&mut to.audiences, &from.audiences),
            Self::Places => extend(&mut to.places, &from.places),
            _ => 0,
        }
    }

    fn longest(self) -> usize {
        match self {
            Self::Languages => limits::LANGUAGES,
            _ => limits::LIST,
        }
    }
}

fn extend<T: Clone + PartialEq>(list: &mut Vec<T>, more: &[T]) -> usize {
    for value in more {
        if !list.contains(value) {
            list.push(value.clone());
        }
    }
    list.len()
}

/// A change of a description that can be made to many works.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WorkEdit {
    /// The fields that get the value of `values`.
    pub set: Vec<SharedField>,
    /// The values to set.
    pub values: Work,
    /// The lists that get the entries of `additions` which they do not have.
    pub add: Vec<SharedField>,
    /// The entries to add.
    pub additions: Work,
}

impl WorkEdit {
    /// The description with the change.
    ///
    /// # Errors
    /// [`Rule::TooLong`] for each list that would be too long.
    pub fn apply(&self, work: &Work) -> Result<Work, Violations> {
        let mut changed = work.clone();
        for field in &self.set {
            field.copy(&self.values, &mut changed);
        }
        let mut violations = Violations::default();
        for field in &self.add {
            let max = field.longest();
            if field.append(&self.additions, &mut changed) > max {
                violations.push(format!("/{}", field.name()), Rule::TooLong { max });
            }
        }
        violations.into_result(changed)
    }
}
