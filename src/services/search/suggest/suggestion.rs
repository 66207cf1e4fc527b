//! A completion, as returned to the interfaces.

use crate::domain::asset::AssetId;

/// One completion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The text to search for, with its diacritics.
    pub text: String,
    /// What the text names.
    pub source: SuggestionSource,
}

/// What a completion names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SuggestionSource {
    /// A concept, place or organisation of a scheme.
    Concept {
        /// The scheme.
        scheme: String,
        /// The concept in it.
        slug: String,
    },
    /// The title of a work.
    Title(AssetId),
}
