//! Texts by language, as JSON objects.

use std::collections::BTreeMap;

use crate::domain::LanguageMap;

/// One text in several languages, by BCP 47 tag.
pub type Texts = BTreeMap<String, String>;

/// A language map as a JSON object.
pub(super) fn texts(map: &LanguageMap) -> Texts {
    map.iter()
        .map(|(tag, text)| (tag.to_string(), text.to_owned()))
        .collect()
}
