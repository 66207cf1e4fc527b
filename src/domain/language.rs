//! Languages of works and of texts about them, named by BCP 47 tags.

use std::collections::BTreeMap;
use std::fmt;

use oxilangtag::LanguageTag as Bcp47;

/// A well-formed BCP 47 tag (RFC 5646) in its canonical case: `vi`, `jra`, `jra-Khmr`, `zh-Hant`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageTag(String);

/// The text is not a well-formed BCP 47 tag.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a BCP 47 language tag: {0:?}")]
pub struct InvalidLanguageTag(pub String);

impl LanguageTag {
    /// Checks a tag and brings it to canonical case.
    ///
    /// # Errors
    /// [`InvalidLanguageTag`] with the text as given.
    pub fn parse(text: &str) -> Result<Self, InvalidLanguageTag> {
        Bcp47::parse_and_normalize(text)
            .map(|tag| Self(tag.into_inner()))
            .map_err(|_| InvalidLanguageTag(text.to_owned()))
    }

    /// The tag as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The primary language subtag: `zh` of `zh-Hant`.
    pub fn primary(&self) -> &str {
        self.0.split('-').next().unwrap_or(&self.0)
    }
}

impl fmt::Display for LanguageTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One text in several languages. Texts are NFC, trimmed and not empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LanguageMap(BTreeMap<LanguageTag, String>);

impl LanguageMap {
    /// Puts the text of one language, replacing an earlier one.
    pub fn insert(&mut self, language: LanguageTag, text: String) {
        self.0.insert(language, text);
    }

    /// The text in exactly this language.
    pub fn get(&self, language: &LanguageTag) -> Option<&str> {
        self.0.get(language).map(String::as_str)
    }

    /// The text for a reader: the requested language, else Vietnamese, else English, else any.
    pub fn best(&self, wanted: &str) -> Option<&str> {
        self.nearest(wanted).map(|(_, text)| text)
    }

    /// The same text with the language it is in.
    pub fn nearest(&self, wanted: &str) -> Option<(&LanguageTag, &str)> {
        let by_primary = |primary: &str| self.0.iter().find(|(tag, _)| tag.primary() == primary);
        by_primary(wanted)
            .or_else(|| by_primary("vi"))
            .or_else(|| by_primary("en"))
            .or_else(|| self.0.iter().next())
            .map(|(tag, text)| (tag, text.as_str()))
    }

    /// All languages with their texts, in order of the tags.
    pub fn iter(&self) -> impl Iterator<Item = (&LanguageTag, &str)> {
        self.0.iter().map(|(tag, text)| (tag, text.as_str()))
    }

    /// Whether no language has a text.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many languages have a text.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl FromIterator<(LanguageTag, String)> for LanguageMap {
    fn from_iter<I: IntoIterator<Item = (LanguageTag, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::{LanguageMap, LanguageTag};

    #[test]
    fn tags_take_canonical_case_and_nonsense_is_refused() {
        for (given, canonical) in [
            ("VI", "vi"),
            ("jra-latn", "jra-Latn"),
            ("zh-hant-tw", "zh-Hant-TW"),
            ("bdq", "bdq"),
        ] {
            assert_eq!(LanguageTag::parse(given).unwrap().as_str(), canonical);
        }
        for bad in ["", "tiếng việt", "v", "vi_VN", "vi-"] {
            assert!(LanguageTag::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_reader_gets_the_nearest_language() {
        let tag = |t| LanguageTag::parse(t).unwrap();
        let map: LanguageMap = [(tag("en"), "Rights".into()), (tag("vi"), "Quyền".into())]
            .into_iter()
            .collect();
        assert_eq!(map.best("en"), Some("Rights"));
        assert_eq!(map.best("km"), Some("Quyền"));
        assert_eq!(LanguageMap::default().best("vi"), None);
    }
}
