//! What the caller declares about a received file, and where it goes in its work.

use crate::domain::asset::{Asset, File, FileRole, TransitionError};
use crate::domain::vocabulary::Vocabularies;
use crate::domain::{LanguageMap, LanguageTag, Sha256, Timestamp};
use crate::storage::catalog::EventKind;

/// What the caller declares about a file besides its bytes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FileDetails {
    /// Where it goes in the work.
    pub placement: Placement,
    /// The name as sent; cleaned before it is stored.
    pub name: String,
    /// The declared media type: a hint.
    pub declared_type: Option<String>,
    /// What the file is to the work.
    pub role: FileRole,
    /// Caption.
    pub title: LanguageMap,
    /// Text alternative.
    pub alt: LanguageMap,
    /// Language spoken or written in it.
    pub language: Option<LanguageTag>,
}

impl FileDetails {
    /// With what a new version does not say of itself taken from the version before: what the file is to
    /// the work always; name, caption, text alternative and language unless they are given.
    pub(super) fn completed(self, present: &Asset) -> Self {
        let before = match self.placement {
            Placement::Last => None,
            Placement::InsteadOf(replaced) => present.file(replaced),
        };
        let Some(before) = before else { return self };
        let or = |given: LanguageMap, before: &LanguageMap| match given.is_empty() {
            true => before.clone(),
            false => given,
        };
        Self {
            placement: self.placement,
            name: match self.name.is_empty() {
                true => before.name.clone(),
                false => self.name,
            },
            role: before.role,
            title: or(self.title, &before.title),
            alt: or(self.alt, &before.alt),
            language: self.language.or_else(|| before.language.clone()),
            declared_type: self.declared_type,
        }
    }
}

/// Where a received file goes in its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Placement {
    /// After the other files.
    #[default]
    Last,
    /// In the place of this one, as a new version of it.
    InsteadOf(Sha256),
}

impl Placement {
    /// The work with the file.
    ///
    /// # Errors
    /// As [`Asset::attach`] and [`Asset::replace_file`].
    pub(super) fn add(
        self,
        present: &Asset,
        file: File,
        vocabularies: &Vocabularies,
        now: Timestamp,
    ) -> Result<Asset, TransitionError> {
        match self {
            Self::Last => present.attach(file, vocabularies, now),
            Self::InsteadOf(replaced) => present.replace_file(replaced, file, vocabularies, now),
        }
    }

    /// The position of the file.
    pub(super) fn index(self, present: &Asset) -> usize {
        let position = match self {
            Self::Last => None,
            Self::InsteadOf(replaced) => {
                let mut files = present.files.iter();
                files.position(|file| file.sha256 == replaced)
            }
        };
        position.unwrap_or(present.files.len())
    }

    /// What happens to the work.
    pub(super) const fn event(self) -> EventKind {
        match self {
            Self::Last => EventKind::FileAttached,
            Self::InsteadOf(_) => EventKind::FileReplaced,
        }
    }
}
