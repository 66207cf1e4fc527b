//! What is said about a file beside its bytes: query parameters of a raw body, or fields of a form.

use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;

use crate::domain::asset::FileRole;
use crate::domain::{LanguageMap, LanguageTag, Rule, Violations};

/// Longest text of a caption or text alternative, in characters.
const MAX_TEXT: usize = 4_000;
const ROLE_NAMES: [&str; 5] = [
    "original",
    "transcript",
    "captions",
    "accessible",
    "attachment",
];

/// What a sender says about a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Description {
    /// The name it has with the sender, as sent.
    pub name: Option<String>,
    /// What it is to the work.
    pub role: FileRole,
    /// Caption.
    pub title: LanguageMap,
    /// Text alternative.
    pub alt: LanguageMap,
    /// Language spoken or written in it.
    pub language: Option<LanguageTag>,
}

impl Description {
    /// From names and values: `name`, `role`, `language`, and `title` and `alt`, which hold JSON
    /// objects from language to text.
    ///
    /// # Errors
    /// Every rule that is broken, at the field's name as JSON pointer.
    pub fn parse<'a>(
        fields: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Violations> {
        let mut description = Self::default();
        let mut violations = Violations::default();
        let mut seen = Vec::new();
        for (name, value) in fields {
            if seen.contains(&name) {
                violations.push(pointer(name), Rule::Duplicate);
            }
            seen.push(name);
            if let Err(rule) = description.take(name, value, &mut violations) {
                violations.push(pointer(name), rule);
            }
        }
        violations.into_result(description)
    }

    fn take(&mut self, name: &str, value: &str, broken: &mut Violations) -> Result<(), Rule> {
        match name {
            "name" => self.name = Some(value.to_owned()),
            "role" => {
                let named = FileRole::NAMES.iter().find(|(name, _)| *name == value);
                let (_, role) = named.ok_or(Rule::NotOneOf {
                    allowed: &ROLE_NAMES,
                })?;
                self.role = *role;
            }
            "language" => {
                let tag = LanguageTag::parse(value).map_err(|_| Rule::InvalidLanguageTag)?;
                self.language = Some(tag);
            }
            "title" => self.title = language_map(name, value, broken)?,
            "alt" => self.alt = language_map(name, value, broken)?,
            _ => return Err(Rule::UnknownProperty),
        }
        Ok(())
    }
}

fn language_map(field: &str, json: &str, broken: &mut Violations) -> Result<LanguageMap, Rule> {
    let value: Value = serde_json::from_str(json).map_err(|_| Rule::Malformed)?;
    let Value::Object(texts) = value else {
        return Err(Rule::WrongType { expected: "object" });
    };
    let mut map = LanguageMap::default();
    for (tag, text) in texts {
        match language_text(&tag, &text) {
            Ok((language, text)) => map.insert(language, text),
            Err(rule) => broken.push(format!("{}{}", pointer(field), pointer(&tag)), rule),
        }
    }
    Ok(map)
}

fn language_text(tag: &str, text: &Value) -> Result<(LanguageTag, String), Rule> {
    let language = LanguageTag::parse(tag).map_err(|_| Rule::InvalidLanguageTag)?;
    let text = text
        .as_str()
        .ok_or(Rule::WrongType { expected: "string" })?;
    let text: String = text.trim().nfc().collect();
    if text.is_empty() {
        return Err(Rule::Required);
    }
    if text.chars().count() > MAX_TEXT {
        return Err(Rule::TooLong { max: MAX_TEXT });
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(Rule::ForbiddenCharacters);
    }
    Ok((language, text))
}

/// A JSON pointer of one step (RFC 6901).
fn pointer(name: &str) -> String {
    format!("/{}", name.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::Description;
    use crate::domain::asset::FileRole;
    use crate::domain::{LanguageTag, Rule};

    #[test]
    fn fields_say_what_the_file_is() {
        let description = Description::parse([
            ("name", "áp phích.jpg"),
            ("role", "accessible"),
            ("language", "JRA"),
            ("title", r#"{"vi": " Vie\u0302\u0323t ", "en": "Viet"}"#),
        ])
        .unwrap();
        assert_eq!(description.name.as_deref(), Some("áp phích.jpg"));
        assert_eq!(description.role, FileRole::Accessible);
        assert_eq!(description.language, LanguageTag::parse("jra").ok());
        assert_eq!(description.title.best("vi"), Some("Việt"));
        assert!(description.alt.is_empty());
    }

    #[test]
    fn every_broken_rule_is_told_with_its_place() {
        let violations = Description::parse([
            ("role", "cover"),
            ("language", "tiếng việt"),
            ("alt", r#"{"vi": 7, "v": "x", "en": " "}"#),
            ("title", "[1]"),
            ("colour", "red"),
            ("role", "original"),
        ])
        .unwrap_err();
        let mut places: Vec<_> = violations.0.iter().map(|v| v.pointer.as_str()).collect();
        places.sort_unstable();
        let expected = [
            "/alt/en",
            "/alt/v",
            "/alt/vi",
            "/colour",
            "/language",
            "/role",
            "/role",
            "/title",
        ];
        assert_eq!(places, expected);
        let rule_at = |place| {
            violations
                .0
                .iter()
                .find(|v| v.pointer == place)
                .map(|v| &v.rule)
        };
        assert_eq!(rule_at("/colour"), Some(&Rule::UnknownProperty));
        assert_eq!(
            rule_at("/title"),
            Some(&Rule::WrongType { expected: "object" })
        );
    }
}
